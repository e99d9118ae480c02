import { delegate, isStorageError, type Key, Store } from "@stowage/core";
import { type BrokenDriver, retexting } from "./broken.ts";
import { brokenStore } from "./stores.ts";

function formatted(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Failures that a caller does not learn of, or that cost more than the one call; and texts that are no longer the same. */
export const brokenLosses: readonly BrokenDriver[] = [
  brokenStore(
    "BROKEN-281",
    "makes an update again whose answer was lost",
    "FAULT-023",
    class extends Store {
      override update<T>(key: Key, edit: (draft: T) => T | void): Promise<T> {
        return super.update(key, edit).catch((error: unknown) => {
          if (!isStorageError(error, "UNAVAILABLE")) throw error;
          return super.update(key, edit);
        });
      }
    },
  ),
  brokenStore(
    "BROKEN-282",
    "takes a remove that failed for one that had nothing to do",
    "FAULT-004",
    class extends Store {
      override remove(...args: Parameters<Store["remove"]>): Promise<void> {
        return super.remove(...args).catch((error: unknown) => {
          if (!isStorageError(error, "UNKNOWN")) throw error;
        });
      }
    },
  ),
  brokenStore(
    "BROKEN-283",
    "takes records that it could not read for missing ones",
    "FAULT-014",
    class extends Store {
      override readMany<T>(...args: Parameters<Store["readMany"]>): Promise<(T | undefined)[]> {
        return super.readMany<T>(...args).catch((error: unknown) => {
          if (!isStorageError(error, "UNKNOWN")) throw error;
          return args[0].map(() => undefined);
        });
      }
    },
  ),
  brokenStore(
    "BROKEN-284",
    "lists nothing when it can't list",
    "FAULT-011",
    class extends Store {
      override list(prefix: Key): Promise<Key[]> {
        return super.list(prefix).catch((error: unknown) => {
          if (!isStorageError(error, "UNKNOWN")) throw error;
          return [];
        });
      }
    },
  ),
  brokenStore(
    "BROKEN-285",
    "makes one call after the other",
    "FAULT-039",
    class extends Store {
      #last: Promise<unknown> = Promise.resolve();

      #inTurn<T>(call: () => Promise<T>): Promise<T> {
        const next = this.#last.then(call, call);
        this.#last = next;
        return next;
      }

      override write(key: Key, value: unknown): Promise<void> {
        return this.#inTurn(() => super.write(key, value));
      }
      override read<T>(key: Key): Promise<T> {
        return this.#inTurn(() => super.read<T>(key));
      }
    },
  ),
  brokenStore(
    "BROKEN-286",
    "lets updates wait for ever behind one that failed",
    "FAULT-052",
    class extends Store {
      #last: Promise<unknown> = Promise.resolve();

      override async update<T>(key: Key, edit: (draft: T) => T | void): Promise<T> {
        const before = this.#last;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#last = promise;
        await before;
        const value = await super.update(key, edit);
        resolve();
        return value;
      }
    },
  ),
  brokenStore(
    "BROKEN-287",
    "says nothing of a sync that failed",
    "FAULT-055",
    class extends Store {
      override sync(): Promise<void> {
        return super.sync().catch(() => {});
      }
    },
  ),
  brokenStore(
    "BROKEN-288",
    "fails all writes at once with the one that fails",
    "FAULT-051",
    class extends Store {
      #hasFailed = false;

      override async write(key: Key, value: unknown): Promise<void> {
        await super.write(key, value).catch((error: unknown) => {
          this.#hasFailed ||= isStorageError(error, "UNKNOWN");
          throw error;
        });
        if (this.#hasFailed) throw new Error("the connection is gone");
      }
    },
  ),
  {
    id: "BROKEN-289",
    title: "can't say what it means when nothing is thrown",
    killedBy: "ERROR-021",
    make: (driver) =>
      delegate(driver, {
        codeOf: (error) => ((error as { code?: string }).code === "ENOENT" ? "NOT_FOUND" : undefined),
      }),
  },
  {
    id: "BROKEN-290",
    title: "calls failures by names of its own",
    killedBy: "ERROR-011",
    // The cast: a driver without types says what it likes.
    make: (driver) => delegate(driver, { codeOf: () => "EIO" as "UNKNOWN" }),
  },
  {
    id: "BROKEN-291",
    title: "keeps values and not their texts",
    killedBy: "MOVE-002",
    make: (driver) => retexting(driver, formatted),
  },
  {
    id: "BROKEN-292",
    title: "gives texts in another layout than it holds",
    killedBy: "MOVE-001",
    make: (driver) =>
      delegate(driver, {
        async get(name) {
          const stored = await driver.get(name);
          return stored && { ...stored, text: formatted(stored.text) };
        },
      }),
  },
  {
    id: "BROKEN-293",
    title: "gives a damaged text cut at its first wrong character",
    killedBy: "MOVE-012",
    make: (driver) =>
      delegate(driver, {
        async get(name) {
          const stored = await driver.get(name);
          return stored?.text === formatted(stored?.text ?? "") && stored.text.includes("torn")
            ? { ...stored, text: stored.text.slice(0, 1) }
            : stored;
        },
      }),
  },
];
