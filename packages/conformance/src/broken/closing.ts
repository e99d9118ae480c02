import { isStorageError, type Key, type Prefixes, type RangeOptions, Store, StorageError } from "@stowage/core";
import { collect } from "../expect.ts";
import { type BrokenDriver, pause } from "./broken.ts";
import { brokenStore } from "./stores.ts";

export const brokenClosings: readonly BrokenDriver[] = [
  brokenStore(
    "BROKEN-441",
    "goes on after close",
    "LIFE-001",
    class extends Store {
      override async close(): Promise<void> {}
    },
  ),
  brokenStore(
    "BROKEN-442",
    "closes without waiting for what is under way",
    "LIFE-023",
    class extends Store {
      override async close(): Promise<void> {
        void super.close();
      }
    },
  ),
  brokenStore(
    "BROKEN-443",
    "refuses calls only once it has closed",
    "LIFE-026",
    class extends Store {
      override async close(): Promise<void> {
        await pause(5);
        return super.close();
      }
    },
  ),
  brokenStore(
    "BROKEN-444",
    "can be closed once only",
    "LIFE-021",
    class extends Store {
      #isClosed = false;

      override async close(): Promise<void> {
        if (this.#isClosed) throw new Error("the store is closed");
        this.#isClosed = true;
        return super.close();
      }
    },
  ),
  brokenStore(
    "BROKEN-445",
    "stays open behind await using",
    "LIFE-028",
    class extends Store {
      override async [Symbol.asyncDispose](): Promise<void> {}
    },
  ),
  brokenStore(
    "BROKEN-446",
    "drops the reads that are under way when it closes",
    "LIFE-025",
    class extends Store {
      #isClosing = false;

      override close(): Promise<void> {
        this.#isClosing = true;
        return super.close();
      }
      override async read<T>(key: Key): Promise<T> {
        const value = await super.read<T>(key);
        if (!this.#isClosing) return value;
        throw new StorageError({ code: "CLOSED", verb: "read", what: "records", detail: "the store is closed" });
      }
    },
  ),
  brokenStore(
    "BROKEN-447",
    "lets a listing go on after close",
    "LIFE-027",
    class extends Store {
      override async *keys(prefix: Prefixes, options?: RangeOptions): AsyncGenerator<Key> {
        yield* await collect(super.keys(prefix, options));
      }
    },
  ),
  brokenStore(
    "BROKEN-448",
    "does what a batch asks for also after close",
    "LIFE-011",
    class extends Store {
      override batch(...args: Parameters<Store["batch"]>): Promise<void> {
        return super.batch(...args).catch((error: unknown) => {
          if (!isStorageError(error, "CLOSED")) throw error;
        });
      }
    },
  ),
];
