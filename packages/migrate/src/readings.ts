import type { Foreign } from "@stowage/core";
import type { Result } from "./result.ts";
import type { Damaged, Listed, Size, Unreadable } from "./types.ts";

/** How two stores differ. Plain JSON. */
export interface Comparison {
  readonly result: Result;
  /** Whether both have the same digest: the same names, the same bytes, the same marker. */
  readonly equal: boolean;
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** Sorted by kind. */
  readonly kinds: readonly ComparedKind[];
  /** The names of records of `a` that `b` lacks, save damaged ones: what a migration from `a` to `b` would have lost. */
  readonly missing: Listed<string>;
  /** The names that `b` holds and `a` does not. */
  readonly extra: Listed<string>;
  /** The names that both hold, with different bytes. One that a side could not read is not among them. */
  readonly different: Listed<string>;
}

/** One side of a comparison. */
export interface ComparedSide extends Size {
  readonly driver: string;
  /** As {@link digest} gives it; absent when a record could not be read at all. */
  readonly digest?: string;
  readonly marker?: string;
  /** The records that are no JSON. They count as records all the same. */
  readonly damaged: Listed<Damaged>;
  /** The records that could not be read. They count as records of no bytes; the result is `"failed"`. */
  readonly unreadable: Listed<Unreadable>;
}

export interface ComparedKind {
  readonly kind: string;
  readonly a: Size;
  readonly b: Size;
  /** How many are the same on both sides. */
  readonly equal: number;
}

/** The digest of a store. */
export interface Digest extends Size {
  /** 64 hexadecimal digits. */
  readonly digest: string;
  readonly marker?: string;
}

/** What a store holds, by kind. Plain JSON. */
export interface Census extends Size {
  readonly driver: string;
  readonly marker?: string;
  /** Sorted by kind. */
  readonly kinds: readonly CensusKind[];
  readonly damaged: Listed<Damaged>;
  /** The records that could not be read. They count as records of no bytes. */
  readonly unreadable: Listed<Unreadable>;
  readonly foreign: Listed<Foreign>;
}

export interface CensusKind extends Size {
  readonly kind: string;
  /**
   * The earliest and the latest time that the records themselves give, in ISO 8601; absent when none gives one. Ids say
   * nothing here: the time field in them wraps every 795 days.
   */
  readonly oldest?: string;
  readonly newest?: string;
}
