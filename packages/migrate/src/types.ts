import type { Foreign, StorageErrorCode } from "@stowage/core";
import type { Comparison } from "./readings.ts";
import type { Result } from "./result.ts";

/** A number of records and the bytes of their texts, in UTF-8. */
export interface Size {
  readonly records: number;
  readonly bytes: number;
}

/** What was found of a sort: how many there are, exactly, and the first of them, at most `listMax`. */
export interface Listed<T> {
  readonly count: number;
  readonly items: readonly T[];
}

/** A record whose bytes are known and are no JSON. */
export interface Damaged {
  readonly name: string;
  /** Why it is damaged: `"the record is not UTF-8"`, `"the record is not JSON from byte 12 of 40"`. */
  readonly reason: string;
  readonly bytes: number;
}

/**
 * A record whose bytes the backend did not give: a missing permission, a bad block, a broken page. It may be sound, so it
 * is never taken for a damaged one, and no run that met one has succeeded.
 */
export interface Unreadable {
  readonly name: string;
  readonly code: StorageErrorCode;
  /** What the backend said, without a final period. Holds no secret. */
  readonly reason: string;
}

/** A record that can't be written to the target, or was not. */
export interface Failure {
  readonly name: string;
  readonly code: StorageErrorCode;
  /** Why, without a final period. Holds no secret. */
  readonly message: string;
}

/** Why a run ended before its end. `ABORTED`: the caller's signal. */
export interface Stop {
  readonly code: StorageErrorCode | "ABORTED";
  readonly message: string;
}

/** Two paths, of records or of folders, that a target can't keep apart. */
export interface Twins {
  readonly first: string;
  readonly second: string;
}

/** Options that every function of this package takes. */
export interface ReadOptions {
  /**
   * Ends the run between two steps. What reads only rejects with the signal's reason; `migrate` resolves to its report
   * so far.
   */
  readonly signal?: AbortSignal;
  /** Called after each step. What it throws ends the run and reaches the caller. */
  readonly onProgress?: (progress: Progress) => void;
  /** How many items a list of the result holds; the counts are exact all the same. Default 100; `Infinity` for all. */
  readonly listMax?: number;
}

/** How far a run is. */
export interface Progress {
  readonly phase: "plan" | "copy" | "verify" | "digest" | "census";
  /** Records of the first store that are done, and the bytes of their texts. */
  readonly records: number;
  readonly bytes: number;
  /** How many there will be; absent where only a plan could tell. A source that is written meanwhile may differ. */
  readonly recordsTotal?: number;
  readonly bytesTotal?: number;
}

/** What a migration would do. Plain JSON. */
export interface Plan {
  readonly source: PlanSide;
  readonly target: PlanSide;
  /** Sorted by kind. */
  readonly kinds: readonly PlanKind[];
  /** The sums over all kinds. */
  readonly total: PlanCounts;
  /** The records of the source that are no JSON. They stay behind, or are set aside. */
  readonly damaged: Listed<Damaged>;
  /** The names of the records that the target holds with another text. */
  readonly different: Listed<string>;
  /** The records that break the target's limits. */
  readonly refused: Listed<Failure>;
  /** The names that the target can't keep apart; empty where `caseSensitive` is true. */
  readonly twins: Listed<Twins>;
  /** Things in the source that are no records, and names that no legal key has. They are not copied. */
  readonly foreign: Listed<Foreign>;
}

/** One side of a plan. */
export interface PlanSide extends Size {
  /** The name of the driver: `"fs"`. */
  readonly driver: string;
  /** The text of the `migration` marker; absent when there is none. */
  readonly marker?: string;
  /** The records that could not be read. They count as records of no bytes. */
  readonly unreadable: Listed<Unreadable>;
}

/**
 * What would become of the records of the source: `source` = `create` + `equal` + `different` + `damaged` +
 * `unreadable` + `refused`.
 * Bytes are those in the source, for `extra` those in the target.
 */
export interface PlanCounts {
  readonly source: Size;
  /** Absent in the target. */
  readonly create: Size;
  /** There already, with the same bytes. */
  readonly equal: Size;
  /** There already, with other bytes: left alone unless `overwrite` is set. */
  readonly different: Size;
  readonly damaged: Size;
  /** Could not be read in the source, or where there is one in the target: not carried, and the migration fails. */
  readonly unreadable: Size;
  readonly refused: Size;
  /** In the target only: left alone. */
  readonly extra: Size;
}

export interface PlanKind extends PlanCounts {
  /** The first segment of the keys: `"session"`; `""` for keys of one segment. */
  readonly kind: string;
}

export interface MigrateOptions extends ReadOptions {
  /**
   * Replace records, and the marker, that the target holds with another text. Default `false`: they are left alone and
   * reported.
   */
  readonly overwrite?: boolean;
  /** Where damaged records go. Without it they stay in the source only, and are reported as left behind. */
  readonly setAside?: SetAside;
  /** Called for each thing that someone may have to look at, with one sentence. The report has the same facts. */
  readonly onWarning?: (message: string) => void;
  /** A plan of the same two stores: gives the progress its totals of bytes. Nothing else is taken from it. */
  readonly plan?: Plan;
}

/** Keeps damaged records byte for byte. {@link setAsideFolder} is one. */
export interface SetAside {
  /**
   * May be called again, in a later run, with the same record. What it throws makes the record one that was left
   * behind.
   */
  write(name: string, bytes: Uint8Array, reason: string): Promise<void>;
}

/**
 * What a migration did. Plain JSON. The counts up to `failed` are what this run noted as it went; `comparison` is
 * independent of them: it reads both stores anew when all is written.
 */
export interface Report {
  readonly result: Result;
  /** Times in ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** The names of the drivers: `"fs"`, `"sqlite"`. */
  readonly from: string;
  readonly to: string;
  /** Written where there was none. */
  readonly created: Size;
  /** Written over another text. */
  readonly overwritten: Size;
  /** There already, with the same bytes. */
  readonly equal: Size;
  /** The names of the records that the target held with another text and that were left alone. */
  readonly different: Listed<string>;
  /** Damaged records that were handed to `setAside`. */
  readonly setAside: Listed<Damaged>;
  /** Damaged records that are nowhere but in the source. */
  readonly leftBehind: Listed<Damaged>;
  /** Records of the source that could not be read. They are not carried, and the result is `"failed"`. */
  readonly unreadable: Listed<Unreadable>;
  /** Records that the target refused, and those that it holds but can't read (unless `overwrite` replaced them). */
  readonly failed: Listed<Failure>;
  /** Things in the source that are no records, and names that no legal key has. Not copied. */
  readonly foreign: Listed<Foreign>;
  /**
   * What became of the `migration` marker. `none`: the source has none. `different`: the target has another one, which
   * was left alone.
   */
  readonly marker: "none" | "copied" | "equal" | "different" | "failed";
  /** Present when the run ended before its end. Once the cause is mended, running it again goes on from there. */
  readonly stopped?: Stop;
  /** Absent when the run stopped. */
  readonly comparison?: Comparison;
}
