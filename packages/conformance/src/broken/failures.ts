import { isStorageError, type Key, type Prefixes, type RangeOptions, Store, StorageError } from "@stowage/core";
import type { BrokenDriver } from "./broken.ts";
import { brokenStore, failingWith } from "./stores.ts";

/** An error like another one, but for what is given. */
function like(error: StorageError, changes: Partial<StorageError>): StorageError {
  return Object.assign(Object.create(error) as StorageError, changes);
}

/** An error with another message. */
function saying(change: (message: string, error: StorageError) => string): (error: StorageError) => StorageError {
  return (error) => like(error, { message: change(error.message, error) });
}

export const brokenFailures: readonly BrokenDriver[] = [
  brokenStore(
    "BROKEN-461",
    "lets the errors of the client through",
    "ERROR-011",
    failingWith((error) => error.cause ?? error),
  ),
  brokenStore(
    "BROKEN-462",
    "wraps an error that is wrapped already",
    "ERROR-012",
    failingWith((error) => like(error, { cause: error })),
  ),
  brokenStore(
    "BROKEN-463",
    "calls every failure of the backend UNKNOWN",
    "ERROR-014",
    failingWith((error) => (error.cause === undefined ? error : like(error, { code: "UNKNOWN" }))),
  ),
  brokenStore(
    "BROKEN-464",
    "says of every failure that the call may be tried again",
    "ERROR-001",
    failingWith((error) => like(error, { retryable: true })),
  ),
  brokenStore(
    "BROKEN-465",
    "ends a listing in silence when the backend fails",
    "ERROR-015",
    class extends Store {
      override async *keys(prefix: Prefixes, options?: RangeOptions): AsyncGenerator<Key> {
        try {
          yield* super.keys(prefix, options);
        } catch (error) {
          if (!isStorageError(error, "UNKNOWN")) throw error;
        }
      }
    },
  ),
  brokenStore(
    "BROKEN-466",
    "is of no use any more after an error",
    "ERROR-016",
    class extends Store {
      #error: unknown;

      override async read<T>(key: Key): Promise<T> {
        if (this.#error !== undefined) throw this.#error;
        return super.read<T>(key).catch((error: unknown) => {
          this.#error = error;
          throw error;
        });
      }
    },
  ),
  brokenStore(
    "BROKEN-467",
    "quotes a damaged record in its message",
    "ERROR-010",
    class extends Store {
      override read<T>(key: Key): Promise<T> {
        return super.read<T>(key).catch(async (error: unknown) => {
          if (!isStorageError(error, "CORRUPT")) throw error;
          const stored = await this.driver.get(`${key.join("/")}.json`);
          throw like(error, { message: `${error.message}: ${stored?.text}` });
        });
      }
    },
  ),
  brokenStore(
    "BROKEN-468",
    "spells a long key out in its message",
    "ERROR-009",
    failingWith(saying((message, { key }) => (Array.isArray(key) ? `${message} (${key.join("/")})` : message))),
  ),
  brokenStore(
    "BROKEN-469",
    "ends its messages with a period",
    "ERROR-001",
    failingWith(saying((message) => `${message}.`)),
  ),
  brokenStore(
    "BROKEN-470",
    "says write where it means remove",
    "ERROR-002",
    failingWith(saying((message) => message.replace("Cannot remove", "Cannot write"))),
  ),
  brokenStore(
    "BROKEN-471",
    "says read where it means list",
    "ERROR-003",
    failingWith(saying((message) => message.replace("Cannot list", "Cannot read"))),
  ),
  brokenStore(
    "BROKEN-472",
    "does not say what it could not write",
    "ERROR-004",
    failingWith(saying((message) => message.replace(/^Cannot write [^:]+/, "Cannot write"))),
  ),
  brokenStore(
    "BROKEN-473",
    "keeps the current version of a conflict to itself",
    "ERROR-006",
    failingWith((error) => like(error, { currentVersion: undefined })),
  ),
  brokenStore(
    "BROKEN-474",
    "throws errors that have a code and nothing else of a storage error",
    "ERROR-007",
    failingWith(({ message, code }) => Object.assign(new Error(message), { code })),
  ),
  brokenStore(
    "BROKEN-475",
    "takes a damaged record for a missing one",
    "CORRUPT-001",
    failingWith((error) => {
      if (error.code !== "CORRUPT") return error;
      return new StorageError({ code: "NOT_FOUND", verb: "read", what: "records", detail: "there is none" });
    }),
  ),
  brokenStore(
    "BROKEN-476",
    "tells in its message what the cause of the cause says",
    "ERROR-022",
    failingWith((error) => {
      const { cause } = (error.cause ?? {}) as Error;
      return cause === undefined ? error : saying((message) => `${message} (${String(cause)})`)(error);
    }),
  ),
  brokenStore(
    "BROKEN-477",
    "has the whole cause in the JSON of an error",
    "ERROR-022",
    // What is assigned is enumerable, unlike what an Error is made with.
    failingWith((error) => like(error, { cause: error.cause })),
  ),
];
