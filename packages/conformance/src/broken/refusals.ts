import {
  type BatchOp,
  type Entry,
  isStorageError,
  type Key,
  type Prefixes,
  type PutOptions,
  type RangeOptions,
  type RemoveOptions,
  Store,
} from "@stowage/core";
import type { BrokenDriver } from "./broken.ts";
import { brokenStore, replacing, taking } from "./stores.ts";

/** Whether nothing is wrong with a key but its bytes, which its letters don't show. */
function isLongInBytesOnly(key: Key): boolean {
  if (!Array.isArray(key) || key.length > 16) return false;
  return key.every((segment) => /^[^\p{Cc}./\\]{1,250}$/u.test(String(segment)) && String(segment).isWellFormed());
}

/** Numbers that JSON has none for, cycles, and what JSON refuses, as text that hides them. */
function mended(value: unknown, mend: (part: unknown) => unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, part: unknown) => mend(part)) ?? "null");
}

/** What should be refused before any I/O, and is not. */
export const brokenRefusals: readonly BrokenDriver[] = [
  brokenStore(
    "BROKEN-401",
    "writes under any key",
    "NOKEY-016",
    taking(() => true),
  ),
  brokenStore(
    "BROKEN-402",
    "looks at the first segment of a key only",
    "NOKEY-008",
    taking((key) => Array.isArray(key) && key.length > 1 && /^\w+$/.test(String(key[0]))),
  ),
  brokenStore("BROKEN-403", "counts the letters of a key instead of its bytes", "NOKEY-031", taking(isLongInBytesOnly)),
  brokenStore(
    "BROKEN-404",
    "lets keys live below the marker",
    "NOKEY-041",
    taking((key) => Array.isArray(key) && key[0] === "migration"),
  ),
  brokenStore(
    "BROKEN-405",
    "mends a key that it should refuse",
    "NOKEY-018",
    class extends Store {
      override write(key: Key, value: unknown): Promise<void> {
        const mend = (segment: unknown): string => String(segment).replaceAll(/^\/|\/$/g, "");
        return super.write(Array.isArray(key) ? key.map(mend) : key, value);
      }
    },
  ),
  brokenStore(
    "BROKEN-406",
    "asks the backend before it looks at the key",
    "NOKEY-001",
    class extends Store {
      override async read<T>(key: Key): Promise<T> {
        await this.driver.get("any.json");
        return super.read<T>(key);
      }
    },
  ),
  brokenStore(
    "BROKEN-407",
    "takes an illegal key among many for a missing record",
    "NOKEY-020",
    class extends Store {
      override readMany<T>(...[keys, options]: Parameters<Store["readMany"]>): Promise<(T | undefined)[]> {
        return super.readMany<T>(keys, options).catch((error: unknown) => {
          if (!isStorageError(error, "INVALID_KEY")) throw error;
          return keys.map(() => undefined);
        });
      }
    },
  ),
  brokenStore(
    "BROKEN-408",
    "lists nothing below a prefix that it should refuse",
    "NOKEY-030",
    class extends Store {
      override list(prefix: Key): Promise<Key[]> {
        return super.list(prefix).catch((error: unknown) => {
          if (!isStorageError(error, "INVALID_KEY")) throw error;
          return [];
        });
      }
    },
  ),
  brokenStore(
    "BROKEN-409",
    "lists from a bound that is no key",
    "NOKEY-001",
    class extends Store {
      override async *keys(prefix: Prefixes, { after, ...options }: RangeOptions = {}): AsyncGenerator<Key> {
        const isEmpty = Array.isArray(after) && after.length === 0;
        yield* super.keys(prefix, after === undefined || isEmpty ? options : { ...options, after });
      }
    },
  ),
  brokenStore(
    "BROKEN-410",
    "writes null for what is no JSON",
    "NOVALUE-001",
    replacing(() => null),
  ),
  brokenStore(
    "BROKEN-411",
    "writes a bigint as a number",
    "NOVALUE-004",
    replacing((value) => mended(value, (part) => (typeof part === "bigint" ? Number(part) : part))),
  ),
  brokenStore(
    "BROKEN-412",
    "writes a number that JSON has not as null",
    "NOVALUE-006",
    replacing((value) => (typeof value === "number" ? null : value)),
  ),
  brokenStore(
    "BROKEN-413",
    "leaves a cycle out of a value",
    "NOVALUE-008",
    replacing((value) => {
      const seen = new Set<unknown>();
      return mended(value, (part) => {
        if (seen.has(part)) return undefined;
        if (typeof part === "object") seen.add(part);
        return part;
      });
    }),
  ),
  brokenStore(
    "BROKEN-414",
    "does a batch up to what it must refuse",
    "BATCH-010",
    class extends Store {
      override async batch(ops: readonly BatchOp[], options?: { readonly atomic?: boolean }): Promise<void> {
        if (ops.length === 0) return super.batch(ops, options);
        for (const op of ops) await super.batch([op], options);
      }
    },
  ),
  brokenStore(
    "BROKEN-415",
    "takes an undefined version for no condition",
    "VERSION-019",
    class extends Store {
      override put(key: Key, value: unknown, options: PutOptions = {}): Promise<{ readonly version: string }> {
        return super.put(key, value, options.ifVersion === undefined ? {} : options);
      }
    },
  ),
  brokenStore(
    "BROKEN-416",
    "takes what is no version for no condition",
    "VERSION-019",
    class extends Store {
      override remove(key: Key, options: RemoveOptions = {}): Promise<void> {
        return super.remove(key, typeof options.ifVersion === "string" ? options : {});
      }
    },
  ),
  brokenStore(
    "BROKEN-417",
    "writes without the condition that the backend denies",
    "VERSION-030",
    class extends Store {
      override put(key: Key, value: unknown, options?: PutOptions): Promise<{ readonly version: string }> {
        return super.put(key, value, this.capabilities.compareAndSwap === "none" ? {} : options);
      }
    },
  ),
  brokenStore(
    "BROKEN-418",
    "removes without the condition that the backend denies",
    "VERSION-031",
    class extends Store {
      override remove(key: Key, options?: RemoveOptions): Promise<void> {
        return super.remove(key, this.capabilities.compareAndRemove === "none" ? {} : options);
      }
    },
  ),
  brokenStore(
    "BROKEN-419",
    "reads, edits, and writes where the backend has no conditions",
    "UPDATE-018",
    class extends Store {
      override async update<T>(key: Key, edit: (draft: T) => T | void): Promise<T> {
        if (this.capabilities.compareAndSwap !== "none") return super.update(key, edit);
        const draft = await this.read<T>(key);
        const edited = edit(draft) ?? draft;
        await this.write(key, edited);
        return edited;
      }
    },
  ),
  brokenStore(
    "BROKEN-420",
    "does a batch one by one where it can't be atomic",
    "BATCH-017",
    class extends Store {
      override batch(ops: readonly BatchOp[], options?: { readonly atomic?: boolean }): Promise<void> {
        return super.batch(ops, this.capabilities.atomicBatch === "none" ? {} : options);
      }
    },
  ),
  brokenStore(
    "BROKEN-422",
    "takes a limit of 0 for none",
    "RANGE-023",
    class extends Store {
      override keys(prefix: Prefixes, { limit, ...options }: RangeOptions = {}): AsyncGenerator<Key> {
        return super.keys(prefix, limit === undefined || limit === 0 ? options : { ...options, limit });
      }
    },
  ),
  brokenStore(
    "BROKEN-423",
    "rounds a limit that is no whole number",
    "RANGE-034",
    class extends Store {
      override keys(prefix: Prefixes, { limit, ...options }: RangeOptions = {}): AsyncGenerator<Key> {
        return super.keys(
          prefix,
          limit === undefined ? options : { ...options, limit: Math.max(0, Math.round(limit)) },
        );
      }
    },
  ),
  brokenStore(
    "BROKEN-424",
    "takes no prefixes for every prefix",
    "RANGE-038",
    class extends Store {
      override entries<T>(...[prefix, options]: Parameters<Store["entries"]>): AsyncGenerator<Entry<T>> {
        return super.entries<T>("prefixes" in prefix && prefix.prefixes.length === 0 ? [] : prefix, options);
      }
    },
  ),
];
