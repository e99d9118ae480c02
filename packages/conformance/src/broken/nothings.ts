import { type BatchOp, delegate, isStorageError, type Key, Store } from "@stowage/core";
import { type BrokenDriver, namesOf } from "./broken.ts";
import { brokenStore } from "./stores.ts";

const readsMax = 8;

/** Faults that show where there is nothing, nearly nothing, or too much at once. */
export const brokenNothings: readonly BrokenDriver[] = [
  {
    id: "BROKEN-541",
    title: "fails to list where nothing is",
    killedBy: "LIST-001",
    make: (driver) =>
      delegate(driver, {
        async *list(range) {
          const names = await namesOf(driver, { prefix: range.prefix, reverse: false });
          if (names.length === 0) throw new Error("ENOENT");
          yield* driver.list(range);
        },
      }),
  },
  {
    id: "BROKEN-542",
    title: "fails to read no records",
    killedBy: "MANY-003",
    make: (driver) =>
      delegate(driver, {
        async getMany(names) {
          if (names.length === 0) throw new Error("wrong number of arguments");
          return Promise.all(names.map((name) => driver.get(name)));
        },
      }),
  },
  {
    id: "BROKEN-543",
    title: "takes a marker that is absent for an empty one",
    killedBy: "MARKER-001",
    make: (driver) => delegate(driver, { getMarker: async (name) => (await driver.getMarker(name)) ?? "" }),
  },
  {
    id: "BROKEN-544",
    title: "claims limits that JSON has no number for",
    killedBy: "CLAIM-002",
    make: (driver) => {
      const limits = Object.freeze({ ...driver.capabilities.limits, valueBytes: Infinity });
      return delegate(driver, { capabilities: Object.freeze({ ...driver.capabilities, limits }) });
    },
  },
  {
    id: "BROKEN-545",
    title: "writes its name with a capital letter",
    killedBy: "CLAIM-012",
    make: (driver) => delegate(driver, { name: driver.name.replace(/^./, (letter) => letter.toUpperCase()) }),
  },
  {
    id: "BROKEN-546",
    title: "fails when more than a few read at once",
    killedBy: "RECORD-028",
    make: (driver) => {
      let reads = 0;
      return delegate(driver, {
        async get(name) {
          if (++reads > readsMax) throw new Error("EMFILE");
          try {
            return await driver.get(name);
          } finally {
            reads--;
          }
        },
        getMany: (names) => Promise.all(names.map((name) => driver.get(name))),
      });
    },
  },
  brokenStore(
    "BROKEN-547",
    "refuses an empty batch",
    "BATCH-002",
    class extends Store {
      override async batch(...[ops, options]: Parameters<Store["batch"]>): Promise<void> {
        if (ops.length === 0) throw new Error("wrong number of arguments");
        return super.batch(ops, options);
      }
    },
  ),
  brokenStore(
    "BROKEN-548",
    "takes a batch whose answer was lost for one that was done",
    "FAULT-026",
    class extends Store {
      override batch(ops: readonly BatchOp[], options?: { readonly atomic?: boolean }): Promise<void> {
        return super.batch(ops, options).catch(unlessLost);
      }
    },
  ),
  brokenStore(
    "BROKEN-549",
    "takes a removal whose answer was lost for one that was done",
    "FAULT-028",
    class extends Store {
      override removePrefix(prefix: Key): Promise<number> {
        return super.removePrefix(prefix).catch((error: unknown) => {
          unlessLost(error);
          return 0;
        });
      }
    },
  ),
];

function unlessLost(error: unknown): void {
  if (!isStorageError(error, "UNAVAILABLE")) throw error;
}
