import type { Capabilities } from "./driver.ts";
import type { StorageError } from "./errors.ts";
import type { Key } from "./key.ts";

/**
 * Storage for an agent server: OpenCode's five verbs on key arrays, and what a server needs beyond them.
 *
 * Every method refuses an illegal key (INVALID_KEY) before any I/O and any call after `close` (CLOSED), and
 * rejects with a `StorageError`; docs/errors.md lists the codes. Values are plain JSON values; those that go in and
 * those that come out are copies. Keys come in order of the UTF-8 bytes of their names, on every backend.
 */
export interface Storage extends AsyncDisposable {
  /** What this backend can do. Frozen; the same as long as the store is open. */
  readonly capabilities: Capabilities;

  /**
   * Creates or replaces a record. Once it resolves, every reader in every process sees it; until then, readers see
   * the former value whole.
   *
   * @throws StorageError INVALID_VALUE for what JSON would drop or change at the top (`undefined`, a function, a
   * symbol, NaN, an infinity) or refuses anywhere (a bigint, a cycle). TOO_LARGE beyond `limits.valueBytes`.
   */
  write(key: Key, value: unknown): Promise<void>;

  /**
   * Reads a record. The type parameter is a promise by the caller: nothing is validated here.
   *
   * @throws StorageError NOT_FOUND when there is none; CORRUPT when the stored text is not JSON: the record is left as
   * it is, and the error has its length and the byte at which it stops being JSON.
   */
  read<T = unknown>(key: Key): Promise<T>;

  /**
   * Reads, edits, and writes a record in one atomic step, across processes and machines. `edit` changes the draft in
   * place or returns the new value. It must be synchronous, and may run again after a conflict, so it should do nothing
   * but edit. What it throws leaves the record alone and is rethrown as it is.
   *
   * @returns The value as written.
   * @throws StorageError NOT_FOUND; CORRUPT; INVALID_VALUE when `edit` returns a promise or no JSON value; CONFLICT
   * when other writers were faster until the time was up; UNSUPPORTED when `compareAndSwap` is `"none"`.
   */
  update<T = unknown>(key: Key, edit: (draft: T) => T | void): Promise<T>;

  /**
   * Removes a record and nothing else; that there is none is fine, unless `ifVersion` is given.
   *
   * @throws StorageError CONFLICT when the record does not have this version: another one, or gone. UNSUPPORTED for
   * `ifVersion` when `compareAndRemove` is `"none"`.
   */
  remove(key: Key, options?: RemoveOptions): Promise<void>;

  /**
   * All keys strictly below a prefix, by whole segments: `["a", "1"]` is not a prefix of `["a", "10"]`. `[]` lists
   * everything; a prefix that nothing is below gives `[]`. Takes memory for every key; `keys` doesn't.
   */
  list(prefix: Key): Promise<Key[]>;

  /** Reads a record with its version; `undefined` when there is none. @throws StorageError CORRUPT */
  get<T = unknown>(key: Key): Promise<Entry<T> | undefined>;

  /**
   * Writes on a condition: `ifVersion` is a version from `get`, `put`, or `entries` ("only if it is still this") or `null`
   * ("only if there is none"). Without it, writes as `write` does. Of racing creators exactly one wins.
   *
   * @throws StorageError CONFLICT with `currentVersion` when the condition does not hold: nothing was changed.
   * UNSUPPORTED, before any I/O, when the backend can't honour conditions.
   */
  put(key: Key, value: unknown, options?: PutOptions): Promise<{ readonly version: string }>;

  /**
   * Reads many records in as few round trips as the backend allows: one result a key, in the order asked, `undefined`
   * where there is none.
   */
  readMany<T = unknown>(keys: readonly Key[], options?: CorruptOptions): Promise<(T | undefined)[]>;

  /** The keys below one prefix or several, lazily, in bounded memory. */
  keys(prefix: Prefixes, options?: RangeOptions): AsyncIterableIterator<Key>;

  /**
   * The records below one prefix or several, lazily, in bounded memory. A record that is there during the whole
   * iteration comes exactly once, whatever is written meanwhile.
   */
  entries<T = unknown>(prefix: Prefixes, options?: RangeOptions & CorruptOptions): AsyncIterableIterator<Entry<T>>;

  /**
   * Many writes and removes in as few round trips as the backend allows; of several on one key the last counts. Not
   * atomic unless asked: after a failure some are done and some are not.
   *
   * @throws StorageError UNSUPPORTED, before any I/O, for `atomic` where `atomicBatch` is `"none"`.
   */
  batch(ops: readonly BatchOp[], options?: { readonly atomic?: boolean }): Promise<void>;

  /** Removes every record strictly below a prefix (`[]`: all of them) and resolves to how many there were. Siblings stay. */
  removePrefix(prefix: Key): Promise<number>;

  /** Resolves when all that was acknowledged is on stable storage, as far as the backend can know. */
  sync(): Promise<void>;

  /** Waits for what is under way, then frees the backend. May be called twice; every other call is refused from now on. */
  close(): Promise<void>;
}

/** A record with its version. */
export interface Entry<T = unknown> {
  readonly key: Key;
  readonly value: T;
  /**
   * Opaque: compare for equality, hand back as `ifVersion`, nothing else. Two different texts of a record never share
   * one; a record that is written back to a former text may get its former version back.
   */
  readonly version: string;
}

export interface PutOptions {
  /**
   * Write only if the record still has this version, or, with `null`, only if there is none. Leave it out to write
   * whatever is there; given as `undefined` it is refused (INVALID_VALUE), so that `{ ifVersion: entry?.version }` can't
   * turn into an unconditional write when there is no entry.
   */
  readonly ifVersion?: string | null;
}

export interface RemoveOptions {
  /** Remove only if the record still has this version. Given as `undefined` it is refused, as for `put`. */
  readonly ifVersion?: string;
}

/**
 * One prefix, or several: `{ prefixes: [["part", a], ["part", b]] }`. Several are swept in the order of all listings,
 * whatever order they are given in; an empty list of prefixes finds nothing, while the empty prefix finds everything.
 */
export type Prefixes = Key | { readonly prefixes: readonly Key[] };

/** Bounds are exclusive, hold in either direction, and may be keys that don't exist: a page can be resumed elsewhere. */
export interface RangeOptions {
  readonly after?: Key;
  readonly before?: Key;
  /** At most so many: a whole number from 0. */
  readonly limit?: number;
  /** From the last key to the first. */
  readonly reverse?: boolean;
}

export interface CorruptOptions {
  /**
   * Gets the error of each record that can't be read, which then counts as missing, so that one bad record does not
   * hide the others. Without it, the first one rejects.
   */
  readonly onCorrupt?: (error: StorageError) => void;
}

export type BatchOp =
  | { readonly type: "write"; readonly key: Key; readonly value: unknown }
  | { readonly type: "remove"; readonly key: Key };
