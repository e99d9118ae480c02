import { type BatchOp, type Entry, type Key, Store } from "@stowage/core";
import { type BrokenDriver, pause } from "./broken.ts";
import { brokenStore } from "./stores.ts";

/** What goes in or comes out and is not what it should be, or is not a copy. */
export const brokenCopies: readonly BrokenDriver[] = [
  brokenStore(
    "BROKEN-431",
    "gives every reader the same object",
    "RECORD-023",
    class extends Store {
      readonly #known = new Map<string, { readonly text: string; readonly value: unknown }>();

      override async get<T>(key: Key): Promise<Entry<T> | undefined> {
        const entry = await super.get<T>(key);
        if (entry === undefined) return undefined;
        const text = JSON.stringify(entry.value);
        const known = this.#known.get(key.join("/"));
        const value = known?.text === text ? (known.value as T) : entry.value;
        this.#known.set(key.join("/"), { text, value });
        return { key, value, version: entry.version };
      }
      override async read<T>(key: Key): Promise<T> {
        return (await this.get<T>(key))?.value ?? super.read<T>(key);
      }
    },
  ),
  brokenStore(
    "BROKEN-432",
    "makes the text of a value when the backend is ready for it",
    "RECORD-023",
    class extends Store {
      override async write(key: Key, value: unknown): Promise<void> {
        await pause();
        return super.write(key, value);
      }
    },
  ),
  brokenStore(
    "BROKEN-433",
    "makes the texts of a batch when the backend is ready for it",
    "BATCH-011",
    class extends Store {
      override async batch(ops: readonly BatchOp[], options?: { readonly atomic?: boolean }): Promise<void> {
        await pause();
        return super.batch(ops, options);
      }
    },
  ),
  brokenStore(
    "BROKEN-434",
    "hands out the draft of an update as its result",
    "UPDATE-011",
    class extends Store {
      override async update<T>(key: Key, edit: (draft: T) => T | void): Promise<T> {
        const drafts: T[] = [];
        const value = await super.update<T>(key, (draft) => {
          const result = edit(draft);
          drafts.push(result === undefined ? draft : (result as T));
          return result;
        });
        return drafts.at(-1) ?? value;
      }
    },
  ),
  brokenStore(
    "BROKEN-435",
    "looks at the draft of an update only, never at what edit returns",
    "UPDATE-003",
    class extends Store {
      override update<T>(key: Key, edit: (draft: T) => T | void): Promise<T> {
        return super.update<T>(key, (draft) => void edit(draft));
      }
    },
  ),
  brokenStore(
    "BROKEN-436",
    "looks at what edit returns only, never at the draft",
    "UPDATE-001",
    class extends Store {
      override update<T>(key: Key, edit: (draft: T) => T | void): Promise<T> {
        return super.update<T>(key, (draft) => edit(structuredClone(draft)) ?? draft);
      }
    },
  ),
  brokenStore(
    "BROKEN-437",
    "lets the text of a record show in what get gives",
    "VERSION-001",
    class extends Store {
      override async get<T>(key: Key): Promise<Entry<T> | undefined> {
        const entry = await super.get<T>(key);
        return entry && Object.assign(entry, { text: JSON.stringify(entry.value) });
      }
    },
  ),
  brokenStore(
    "BROKEN-438",
    "gives entries versions of their own",
    "RANGE-041",
    class extends Store {
      override async *entries<T>(...args: Parameters<Store["entries"]>): AsyncGenerator<Entry<T>> {
        for await (const entry of super.entries<T>(...args)) yield { ...entry, version: `listed-${entry.version}` };
      }
    },
  ),
  brokenStore(
    "BROKEN-439",
    "writes what a promise of edit resolves to",
    "UPDATE-008",
    class extends Store {
      override async update<T>(key: Key, edit: (draft: T) => T | void): Promise<T> {
        const early: unknown[] = [];
        const probe = (draft: T): T | void => {
          const result = edit(draft);
          if (!(result instanceof Promise)) return result;
          early.push(result);
          return draft;
        };
        const value = await super.update<T>(key, probe);
        if (early.length === 0) return value;
        const late = (await early[0]) as T;
        await this.write(key, late);
        return late;
      }
    },
  ),
];
