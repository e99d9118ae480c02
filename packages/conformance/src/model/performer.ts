import assert from "node:assert/strict";
import { isStorageError, type Key, nameOf, type RangeOptions, type Store, type StorageError } from "@stowage/core";
import { collect, shown } from "../expect.ts";
import { messageOf } from "../failures.ts";
import type { Outcome } from "./model.ts";
import type { Bounds, Condition, Operation } from "./operation.ts";

/** What `edit` throws when it is told to. */
class Deliberate extends Error {}

/** Not "migration": a new store may set that one itself. */
const marker = "note";
const foreignVersion = "a version that nobody gave out";

/** Opens another handle on the same data, each time it is called. */
export type Open = () => Promise<Store>;

/** What came of an operation. */
export interface Performed {
  /** As the model would say it. */
  readonly outcome: Outcome;
  /** What the error said, where it was one. */
  readonly message?: string;
}

/** Performs operations on a store, and sees to it that no version ever stands for two texts. */
export class Performer {
  /** The part of the backend that it works in; empty: all of it. */
  readonly prefix: Key;
  readonly #open: Open;
  #store: Store;
  /** The handle that is not in use just now, once one is asked for. */
  #other: Store | undefined;
  /** By key, what text each version stood for. */
  readonly #versions = new Map<string, Map<string, string>>();

  private constructor(open: Open, store: Store, prefix: Key) {
    this.#open = open;
    this.#store = store;
    this.prefix = prefix;
  }

  /** @param prefix - the part of the backend that `open` sees. */
  static async open(open: Open, prefix: Key = []): Promise<Performer> {
    return new Performer(open, await open(), prefix);
  }

  get capabilities(): Store["capabilities"] {
    return this.#store.capabilities;
  }

  async close(): Promise<void> {
    await this.#store.close();
    await this.#other?.close();
  }

  /** Every record with its stored text, in the order of the listing. */
  async records(): Promise<readonly { readonly key: Key; readonly text: string | undefined }[]> {
    const records: { key: Key; text: string | undefined }[] = [];
    for await (const key of this.#store.keys([])) {
      records.push({ key, text: (await this.#store.driver.get(nameOf(key)))?.text });
    }
    return records;
  }

  async apply(operation: Operation): Promise<Performed> {
    try {
      const value = await this.#perform(operation);
      return { outcome: { value: value === undefined ? null : value } };
    } catch (error) {
      if (error instanceof Deliberate) return { outcome: { thrown: true } };
      if (!isStorageError(error)) throw error;
      const { code } = error;
      const outcome = code === "CONFLICT" ? await this.#conflict(operation, error) : { code };
      return { outcome, message: messageOf(error) };
    }
  }

  async #perform(operation: Operation): Promise<unknown> {
    const store = this.#store;
    switch (operation.type) {
      case "write":
        return store.write(operation.key, operation.value);
      case "remove":
        return store.remove(operation.key);
      case "read":
        return store.read(operation.key);
      case "get": {
        const entry = await store.get(operation.key);
        if (entry !== undefined) this.#note(operation.key, entry.version, entry.value);
        return entry === undefined ? [] : [entry.value];
      }
      case "update":
        return store.update<unknown>(operation.key, () => {
          if (operation.edit === "throw") throw new Deliberate();
          return operation.edit === "set" ? operation.value : undefined;
        });
      case "put":
        return this.#put(operation.key, operation.value, operation.condition);
      case "removeIf":
        return store.remove(operation.key, await this.#ifVersion<string>(operation.key, operation.condition));
      case "list":
        return store.list(operation.prefix);
      case "removePrefix":
        return store.removePrefix(operation.prefix);
      case "keys":
        return collect(store.keys(prefixesOf(operation.prefixes), rangeOf(operation.bounds)));
      case "entries": {
        const entries = await collect(store.entries(prefixesOf(operation.prefixes), rangeOf(operation.bounds)));
        for (const entry of entries) this.#note(entry.key, entry.version, entry.value);
        return entries.map((entry) => [entry.key, entry.value]);
      }
      case "readMany":
        return (await store.readMany(operation.keys)).map((value) => (value === undefined ? [] : [value]));
      case "batch":
        return store.batch(operation.ops, { atomic: operation.atomic });
      case "pages":
        return this.#pages(operation.prefix, operation.size, operation.reverse);
      case "putMarker":
        return store.driver.putMarker(marker, operation.text);
      case "getMarker":
        return store.driver.getMarker(marker);
      case "sync":
        return store.sync();
      case "switch":
        await this.#switch();
        return undefined;
      case "reopen":
        await store.close();
        this.#store = await this.#open();
        return undefined;
    }
  }

  async #switch(): Promise<void> {
    const other = this.#other ?? (await this.#open());
    this.#other = this.#store;
    this.#store = other;
  }

  async #pages(prefix: Key, limit: number, reverse: boolean): Promise<readonly Key[]> {
    const keys: Key[] = [];
    for (;;) {
      const last = keys.at(-1);
      const bound = last === undefined ? {} : reverse ? { before: last } : { after: last };
      const page = await collect(this.#store.keys(prefix, { ...bound, limit, reverse }));
      keys.push(...page);
      if (page.length < limit) return keys;
      // One that goes back would go on for ever.
      assert.ok(new Set(keys.map(shown)).size === keys.length, `a page of ${limit} keys holds one of the pages before`);
      await this.#switch();
    }
  }

  async #put(key: Key, value: unknown, condition: Condition): Promise<void> {
    const { version } = await this.#store.put(key, value, await this.#ifVersion<string | null>(key, condition));
    this.#note(key, version, value);
  }

  /** The version that a condition means. The type parameter says whether it can mean "absent". */
  async #ifVersion<Version extends string | null>(key: Key, condition: Condition): Promise<{ ifVersion?: Version }> {
    if (condition === "none") return {};
    // The casts: only a put is given "absent", and it takes null.
    if (condition === "absent") return { ifVersion: null as Version };
    if (condition === "foreign") return { ifVersion: foreignVersion as Version };
    const entry = await this.#store.get(key);
    if (condition === "current") return { ifVersion: (entry?.version ?? foreignVersion) as Version };
    const text = JSON.stringify(entry?.value);
    const former = [...(this.#versions.get(shown(key)) ?? [])].findLast(([, other]) => other !== text);
    return { ifVersion: (former?.[0] ?? foreignVersion) as Version };
  }

  #note(key: Key, version: string, value: unknown): void {
    const texts = this.#versions.get(shown(key)) ?? new Map<string, string>();
    this.#versions.set(shown(key), texts);
    const text = JSON.stringify(value);
    assert.equal(texts.get(version) ?? text, text, `one version of ${shown(key)} stands for two texts`);
    texts.set(version, text);
  }

  /** Whether the record was there, after checking that the error says what version it has. */
  async #conflict(operation: Operation, error: StorageError): Promise<Outcome> {
    assert.ok("key" in operation);
    const entry = await this.#store.get(operation.key);
    assert.equal(error.currentVersion, entry?.version ?? null, "the conflict does not carry the current version");
    return { code: "CONFLICT", current: entry === undefined ? "absent" : "present" };
  }
}

function prefixesOf(prefixes: readonly Key[]): Key | { readonly prefixes: readonly Key[] } {
  const [only] = prefixes;
  return prefixes.length === 1 && only !== undefined ? only : { prefixes };
}

/** The bounds without what is undefined: options are absent or given. */
function rangeOf(bounds: Bounds): RangeOptions {
  return Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined));
}
