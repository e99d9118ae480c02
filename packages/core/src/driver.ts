import type { StorageErrorCode } from "./errors.ts";
import { keyLimits, type KeyLimits } from "./key.ts";

/**
 * What a backend implements. A driver moves names and texts. It knows nothing of keys, values, or JSON:
 * the {@link Store} in front of it checks keys, makes and parses text, wraps errors, counts calls, and
 * supplies every optional method that is absent.
 *
 * The store guarantees: names are legal and end with `.json`; texts are well-formed JSON that fit the
 * limits, except while a migration copies, which moves whatever JSON text the source held; no call comes
 * after `close`. A driver throws what its client throws; {@link Driver.codeOf} says what that means.
 *
 * See docs/write-a-driver.md for a guide.
 */
export interface Driver {
  /** The product's name in lower case: `"fs"`, `"sqlite"`. Part of error messages. */
  readonly name: string;

  /** Frozen, and true on both sides: what is claimed works, what is denied is refused. */
  readonly capabilities: Capabilities;

  /**
   * Where the data lie: two drivers with the same location share their records, so that a migration from one to the
   * other can be refused. What begins with a location and `/` or `#` lies in it, so none ends with one of these. Absent where
   * it can't be told. Never holds a secret.
   */
  readonly location?: string;

  /**
   * What the people who run this backend should know about it, a sentence each without a final period: "the server keeps
   * nothing over a restart". Tools show them; nothing depends on them. Never holds a secret.
   */
  readonly notices?: readonly string[];

  /**
   * Why what the capabilities deny is refused, where the backend knows: "the server at localhost:9000 ignores If-Match". Ends
   * the message of the error, so as {@link notices} are written. Never holds a secret.
   */
  readonly refusals?: Refusals;

  /** Resolves to what is stored under a name, or to `undefined`: absence is no error for a driver. */
  get(name: string): Promise<Stored | undefined>;

  /**
   * Creates or replaces. Readers see the old text or the new one, never a part, also when the process is
   * killed. Once it resolves, every reader in every process sees the new text.
   *
   * @param ifVersion - absent: unconditional. A version: only if the record still has it. `null`: only if
   * the record is absent. Check and write are one atomic step. Never given to a driver whose
   * `compareAndSwap` is not `"store"`.
   * @throws DriverError UNAVAILABLE that says "may have been applied" where an answer was lost and can't be found out.
   */
  put(name: string, text: string, ifVersion?: string | null): Promise<Outcome>;

  /**
   * Removes that record and nothing else. Removing what is absent is done, not refused.
   *
   * @param ifVersion - as for `put`. Never given to a driver whose `compareAndRemove` is not `"store"`.
   */
  remove(name: string, ifVersion?: string): Promise<Outcome>;

  /**
   * The names in a range, in pages of any size, in order of their UTF-8 bytes. Lazy, in memory that does not
   * grow with the range. A record that is there all the while comes exactly once, whatever is written
   * meanwhile. Names that belong to no legal key may come along; the store drops them.
   */
  list(range: Range): AsyncIterable<readonly string[]>;

  /**
   * A small text beside the records, such as OpenCode's `migration` file: never listed, never a record. Its
   * name does not end with `.json`.
   */
  getMarker(name: string): Promise<string | undefined>;
  putMarker(name: string, text: string): Promise<void>;

  /** Several records in few round trips, in the order asked, `undefined` where absent. Default: parallel `get`. */
  getMany?(names: readonly string[]): Promise<readonly (Stored | undefined)[]>;

  /**
   * The records of several ranges, which are disjoint and in the order of the listing, in pages of bounded
   * bytes. Default: `list`, then `getMany`.
   */
  scan?(ranges: readonly Range[]): AsyncIterable<readonly Found[]>;

  /**
   * Reads, edits, and writes in one atomic step, across processes. `edit` is synchronous; it may be called
   * again. `undefined` from it means: leave the record alone. What it throws must leave the record alone and
   * reach the caller. Resolves to whether the record was there. Default: `get` and a conditional `put`,
   * repeated after a conflict.
   */
  update?(name: string, edit: (stored: Stored) => string | undefined): Promise<boolean>;

  /**
   * Many writes and removes, at most one a name. `atomic`: all or nothing, asked only of a driver whose
   * `atomicBatch` is `"store"`. Default: each by itself, several at once.
   */
  batch?(ops: readonly DriverOp[], atomic: boolean): Promise<void>;

  /** Removes all names that start with the text, which is empty or ends with `/`; resolves to their count. Default: `list`, then `batch`. */
  removeRange?(prefix: string): Promise<number>;

  /**
   * Things in the backend that are no records: foreign files, links. For reports; nothing is done to them.
   * Absent where a backend can hold nothing else.
   */
  foreign?(): AsyncIterable<Foreign>;

  /** Resolves when all that was acknowledged is on stable storage. Absent: there is nothing to wait for. */
  sync?(): Promise<void>;

  /** Frees what the driver opened itself; a client that was handed in stays open. Called once. */
  close?(): Promise<void>;

  /** What a raw error of the client means; `undefined` for what it doesn't know (UNKNOWN). */
  codeOf?(error: unknown): StorageErrorCode | undefined;

  /**
   * Set where a program that is not ours may write a record in place: a text that does not parse is read
   * once more after this time, in milliseconds, before it counts as CORRUPT.
   */
  readonly tornReadDelayMs?: number;
}

/** The content of a record. */
export interface Stored {
  readonly text: string;
  /**
   * Opaque; two different texts of a record never share one, two records may. May be a getter that computes on demand, so
   * read it only where it is needed. It is the version of this text whenever it is read: callers hold an
   * entry for long, and what was written meanwhile must not change its version.
   */
  readonly version: string;
  /** Present only when the stored bytes are not UTF-8: then `text` is a lossy decoding of these bytes. */
  readonly bytes?: Uint8Array;
}

/** A record as a scan finds it. */
export interface Found {
  readonly name: string;
  readonly stored: Stored;
}

/** How a `put` or `remove` ended. */
export interface Outcome {
  /** `false`: the condition did not hold and nothing was changed. */
  readonly done: boolean;
  /** The version that the record has now, `null` when it is absent. May be a getter. */
  readonly version: string | null;
}

/** A range of names. All bounds are exclusive and hold in either direction. */
export interface Range {
  /** Empty, or ends with `/`: only names that start with it. */
  readonly prefix: string;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly reverse: boolean;
  /**
   * A hint for how many names to fetch at first: the caller takes no more records than this. Names of no legal key and damaged
   * records are not among them, so it may well take more names: a driver goes on for as long as it is asked.
   */
  readonly limit?: number | undefined;
}

export type DriverOp =
  | { readonly type: "put"; readonly name: string; readonly text: string }
  | { readonly type: "remove"; readonly name: string };

export interface Foreign {
  /** Where it lies, relative to the store. */
  readonly path: string;
  /** Why it is no record: `"its name does not end with .json"`. */
  readonly reason: string;
}

/** A reason each, for a condition on a write, `update` included, and on a remove. */
export interface Refusals {
  readonly compareAndSwap?: string;
  readonly compareAndRemove?: string;
}

/** What a backend can do (C1, C2). Plain JSON. */
export interface Capabilities {
  /** The version of the contract that the driver keeps. */
  readonly contract: 1;
  /**
   * Where a condition and `update` are atomic: for all users of the `store`; within this `process` only, for all
   * stores over this driver object; or `none`: they are refused.
   */
  readonly compareAndSwap: "store" | "process" | "none";
  /** The same for `remove`. Never more than `compareAndSwap`; some S3 servers check a condition on a PUT, not on a DELETE. */
  readonly compareAndRemove: "store" | "process" | "none";
  /** Whether `batch(ops, { atomic: true })` is honoured or refused. */
  readonly atomicBatch: "store" | "none";
  /** What a resolved write survives: nothing, the end of the process, a power cut, or what the server promises. */
  readonly durability: "memory" | "process" | "power" | "server";
  readonly limits: KeyLimits & { readonly valueBytes: number };
  /** `false`: keys that differ only in case, or only in Unicode normalisation, can't both exist; the second is refused. */
  readonly caseSensitive: boolean;
  /** How changes are noticed. */
  readonly watch: "push" | "poll" | "none";
}

/** V8's longest string: what no JavaScript text can exceed anyway. */
const valueBytesMax = 536_870_888;

/** From the least to the most. */
const reaches = ["none", "process", "store"] as const;

/**
 * Makes a frozen capability record; what is not given is the modest answer. `compareAndRemove` is what `compareAndSwap` is
 * unless less is claimed.
 */
export function declareCapabilities(
  claims: Partial<Omit<Capabilities, "contract" | "limits">> & { readonly limits?: Partial<Capabilities["limits"]> },
): Capabilities {
  const { limits, compareAndSwap = "none", compareAndRemove = compareAndSwap, ...rest } = claims;
  const reach = Math.min(reaches.indexOf(compareAndSwap), reaches.indexOf(compareAndRemove));
  return Object.freeze({
    contract: 1,
    compareAndSwap,
    compareAndRemove: reaches[reach] as (typeof reaches)[number],
    atomicBatch: "none",
    durability: "memory",
    caseSensitive: true,
    watch: "none",
    ...rest,
    limits: Object.freeze({ ...keyLimits, valueBytes: valueBytesMax, ...limits }),
  });
}
