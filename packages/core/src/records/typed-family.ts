import { StorageError } from "../errors.ts";
import type { Key } from "../key.ts";
import type { CorruptOptions, Entry, RangeOptions, Storage } from "../storage.ts";
import { firstIssue } from "./issue.ts";
import type { RecordSchema } from "./record-schema.ts";

export interface RecordsOptions {
  /**
   * What reading does with a value that the loose schema of its family refuses. `"throw"` (the default): it is reported
   * like a record that is not JSON, as CORRUPT with the first issue, and left as it is. `"pass"`: values are handed out
   * unchecked, for tools that repair or export.
   */
  readonly onInvalid?: "throw" | "pass";
}

/** The ids that all keys of a listing share: all, some, or none but the last. */
export type Parents<Ids extends readonly string[]> = Ids extends readonly [...infer Above extends string[], string]
  ? Partial<Above>
  : never;

/** The records of one family, with their types. Keys that begin like the family's but have another length are not its records. */
export interface TypedFamily<Ids extends readonly string[], T> {
  /** The key of a record, for what only {@link Storage} does, such as a conditional `put`. */
  key(...ids: Ids): Key;

  /** As `read` of {@link Storage}. @throws StorageError NOT_FOUND; CORRUPT, also for what the schema refuses */
  read(...ids: Ids): Promise<T>;

  /** Reads a record with its version; `undefined` when there is none. @throws StorageError CORRUPT */
  get(...ids: Ids): Promise<Entry<T> | undefined>;

  /** Creates or replaces. @throws StorageError INVALID_VALUE with the first issue when the loose schema refuses the value */
  write(...args: [...ids: Ids, value: T]): Promise<void>;

  /**
   * As `update` of {@link Storage}: `edit` must be synchronous and may run again. The draft and the result are checked.
   *
   * @throws StorageError NOT_FOUND; CORRUPT when the schema refuses what is stored, INVALID_VALUE when it refuses the
   * result: nothing was changed.
   */
  update(...args: [...ids: Ids, edit: (draft: T) => T | void]): Promise<T>;

  /** Removes one record and nothing that belongs to it; that there is none is fine. */
  remove(...ids: Ids): Promise<void>;

  /** The ids of all records below some parents, `[projectID]` or none, in the order of keys; spread them into `read`. */
  list(parents?: Parents<Ids>): Promise<Ids[]>;

  /** The records below some parents, lazily. An `onCorrupt` also gets what the schema refuses. */
  entries(parents?: Parents<Ids>, options?: RangeOptions & CorruptOptions): AsyncIterableIterator<Entry<T>>;
}

/** Reads and writes the records of one family through their schema. */
export class SchemaFamily<Ids extends readonly string[], T> implements TypedFamily<Ids, T> {
  readonly #storage: Storage;
  readonly #name: string;
  readonly #length: number;
  readonly #schema: RecordSchema<T>;
  readonly #checksReads: boolean;

  constructor(
    storage: Storage,
    family: { readonly name: string; readonly ids: readonly string[]; readonly schema: RecordSchema<T> },
    options: RecordsOptions,
  ) {
    this.#storage = storage;
    this.#name = family.name;
    this.#length = family.ids.length + 1;
    this.#schema = family.schema;
    this.#checksReads = options.onInvalid !== "pass";
  }

  key(...ids: Ids): Key {
    return [this.#name, ...ids];
  }

  async read(...ids: Ids): Promise<T> {
    const key = this.key(...ids);
    return this.#read("read", key, await this.#storage.read(key));
  }

  async get(...ids: Ids): Promise<Entry<T> | undefined> {
    const entry = await this.#storage.get(this.key(...ids));
    return entry && { ...entry, value: this.#read("read", entry.key, entry.value) };
  }

  async write(...args: [...ids: Ids, value: T]): Promise<void> {
    const [key, value] = this.#split(args) as [Key, T];
    await this.#storage.write(key, this.#checked("INVALID_VALUE", "write", key, value));
  }

  async update(...args: [...ids: Ids, edit: (draft: T) => T | void]): Promise<T> {
    const [key, edit] = this.#split(args) as [Key, (draft: T) => T | void];
    return this.#storage.update<T>(key, (stored) => {
      const draft = this.#read("update", key, stored);
      const result = edit(draft);
      // The store refuses it, and takes care that nobody's rejection goes unheard.
      if (result instanceof Promise) return result;
      return this.#checked("INVALID_VALUE", "update", key, result === undefined ? draft : result);
    });
  }

  remove(...ids: Ids): Promise<void> {
    return this.#storage.remove(this.key(...ids));
  }

  async list(parents: readonly (string | undefined)[] = []): Promise<Ids[]> {
    const ids: Ids[] = [];
    for (const key of await this.#storage.list(this.#prefix(parents))) {
      if (key.length === this.#length) ids.push(key.slice(1) as readonly string[] as Ids);
    }
    return ids;
  }

  async *entries(
    parents: readonly (string | undefined)[] = [],
    options: RangeOptions & CorruptOptions = {},
  ): AsyncGenerator<Entry<T>> {
    yield* this.below({ prefixes: [this.#prefix(parents)] }, options);
  }

  /** The records below several prefixes, in one sweep. What is left out does not count towards the limit. */
  async *below(
    prefixes: { readonly prefixes: readonly Key[] },
    options: RangeOptions & CorruptOptions = {},
  ): AsyncGenerator<Entry<T>> {
    let range = options;
    let left = options.limit ?? Infinity;
    for (;;) {
      let count = 0;
      let last: Key | undefined;
      for await (const entry of this.#storage.entries(prefixes, range)) {
        count++;
        last = entry.key;
        const found = this.#found(entry, options.onCorrupt);
        if (found === undefined) continue;
        yield found;
        left--;
      }
      if (left <= 0 || last === undefined || count < (range.limit ?? Infinity)) return;
      // The limit was reached with records that were left out: go on behind the last one.
      range = { ...range, ...(options.reverse === true ? { before: last } : { after: last }), limit: left };
    }
  }

  #prefix(parents: readonly (string | undefined)[]): Key {
    return [this.#name, ...parents.filter((parent) => parent !== undefined)];
  }

  /** A record of the family that passes; reports one that does not, as the store reports one that is not JSON. */
  #found(entry: Entry, onCorrupt: CorruptOptions["onCorrupt"]): Entry<T> | undefined {
    if (entry.key.length !== this.#length) return undefined;
    try {
      return { ...entry, value: this.#read("read", entry.key, entry.value) };
    } catch (error) {
      if (onCorrupt === undefined) throw error;
      onCorrupt(error as StorageError);
      return undefined;
    }
  }

  #split(args: readonly unknown[]): [Key, unknown] {
    const ids = args.slice(0, this.#length - 1) as string[];
    return [[this.#name, ...ids], args[this.#length - 1]];
  }

  #read(verb: string, key: Key, value: unknown): T {
    return this.#checksReads ? this.#checked("CORRUPT", verb, key, value) : (value as T);
  }

  #checked(code: "CORRUPT" | "INVALID_VALUE", verb: string, key: Key, value: unknown): T {
    const result = this.#schema.loose.safeParse(value);
    if (result.success) return result.data;
    const detail = `the value is no ${this.#schema.name}, ${firstIssue(result.error)}`;
    throw new StorageError({ code, verb, what: JSON.stringify(key.join("/")), detail, key, cause: result.error });
  }
}
