import { type BatchOp, delegate, Store } from "@stowage/core";
import { type BrokenDriver, pause } from "./broken.ts";
import { brokenStore } from "./stores.ts";

const types = ["write", "remove"];

/** Batches that are almost done. */
export const brokenTransfers: readonly BrokenDriver[] = [
  {
    id: "BROKEN-231",
    title: "splits an atomic batch after five operations",
    killedBy: "BATCH-022",
    make: (driver) =>
      delegate(driver, {
        async batch(ops, atomic) {
          await driver.batch!(ops.slice(0, 5), atomic);
          await pause();
          await driver.batch!(ops.slice(5), atomic);
        },
      }),
  },
  {
    id: "BROKEN-232",
    title: "drops the removes of an atomic batch of more than 200 operations",
    killedBy: "BATCH-026",
    make: (driver) =>
      delegate(driver, {
        batch: (ops, atomic) =>
          driver.batch!(atomic && ops.length > 200 ? ops.filter(({ type }) => type === "put") : ops, atomic),
      }),
  },
  {
    id: "BROKEN-233",
    title: "does the second half of a batch behind the caller's back",
    killedBy: "BATCH-023",
    make: (driver) =>
      delegate(driver, {
        async batch(ops, atomic) {
          const half = Math.ceil(ops.length / 2);
          await driver.batch!(ops.slice(0, half), atomic);
          setTimeout(() => void driver.batch!(ops.slice(half), atomic), 2);
        },
      }),
  },
  {
    id: "BROKEN-234",
    title: "removes the record of a folder along with what a batch removes from it",
    killedBy: "BATCH-025",
    make: (driver) =>
      delegate(driver, {
        async batch(ops, atomic) {
          await driver.batch!(ops, atomic);
          for (const { type, name } of ops) {
            const folder = name.slice(0, Math.max(0, name.lastIndexOf("/")));
            if (type === "remove" && folder !== "") await driver.remove(`${folder}.json`);
          }
        },
      }),
  },
  {
    id: "BROKEN-235",
    title: "leaves long texts out of a batch",
    killedBy: "BATCH-024",
    make: (driver) =>
      delegate(driver, {
        batch: (ops, atomic) =>
          driver.batch!(
            ops.filter((op) => op.type === "remove" || op.text.length < 65_536),
            atomic,
          ),
      }),
  },
  {
    id: "BROKEN-236",
    title: "makes a folder in the place of a record when a batch writes below it",
    killedBy: "BATCH-018",
    make: (driver) =>
      delegate(driver, {
        async batch(ops, atomic) {
          await driver.batch!(ops, atomic);
          const folders = ops.map(({ name }) => `${name.slice(0, -".json".length)}/`);
          for await (const names of driver.list({ prefix: "", reverse: false })) {
            for (const name of names) {
              if (folders.some((folder) => name.startsWith(folder))) {
                await driver.remove(name);
              }
            }
          }
        },
      }),
  },
  brokenStore(
    "BROKEN-237",
    "does the first of several operations on a key",
    "BATCH-019",
    class extends Store {
      override batch(ops: readonly BatchOp[], options?: { readonly atomic?: boolean }): Promise<void> {
        const paths = ops.map(({ key }) => JSON.stringify(key));
        return super.batch(
          ops.filter((_, i) => paths.indexOf(paths[i] as string) === i),
          options,
        );
      }
    },
  ),
  brokenStore(
    "BROKEN-238",
    "passes over what is no operation",
    "BATCH-020",
    class extends Store {
      override batch(ops: readonly BatchOp[], options?: { readonly atomic?: boolean }): Promise<void> {
        return super.batch(
          ops.filter(({ type }) => types.includes(type)),
          options,
        );
      }
    },
  ),
];
