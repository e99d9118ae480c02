import { delegate, type Key, namePrefixOf, Store } from "@stowage/core";
import { type BrokenDriver, namesOf, pause, shared } from "./broken.ts";
import { brokenStore } from "./stores.ts";

const existing = shared(() => new Set<string>());

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/") + 1);
}

/** Prefixes taken for folders, and claims that do not hold. */
export const brokenFolders: readonly BrokenDriver[] = [
  {
    id: "BROKEN-228",
    title: "lists nothing below a prefix that is a record too",
    killedBy: "LIST-004",
    make: (driver) =>
      delegate(driver, {
        async *list(range) {
          const own = `${range.prefix.slice(0, -1)}.json`;
          if ((await driver.get(own)) === undefined) yield* driver.list(range);
        },
      }),
  },
  {
    id: "BROKEN-229",
    title: "removes nothing when it is to remove everything",
    killedBy: "PREFIX-004",
    make: (driver) =>
      delegate(driver, {
        async removeRange(prefix) {
          if (prefix === "") return 0;
          const names = await namesOf(driver, { prefix, reverse: false });
          for (const name of names) await driver.remove(name);
          return names.length;
        },
      }),
  },
  {
    id: "BROKEN-230",
    title: "claims atomic batches and has none",
    killedBy: "BATCH-013",
    make: (driver) =>
      delegate(driver, {
        async batch(ops, atomic) {
          if (atomic) throw new Error("not implemented");
          await driver.batch!(ops, atomic);
        },
      }),
  },
  {
    id: "BROKEN-239",
    title: "forgets the prefix of a listing that has a bound",
    killedBy: "WRAP-012",
    make: (driver) =>
      delegate(driver, {
        list: (range) => driver.list(range.after === undefined ? range : { ...range, prefix: "" }),
      }),
  },
  {
    id: "BROKEN-240",
    title: "writes into a folder that somebody removes meanwhile, because it is empty",
    killedBy: "RECORD-027",
    make: (driver) => {
      const folders = existing(driver);
      return delegate(driver, {
        async put(name, text, ifVersion) {
          folders.add(folderOf(name));
          await pause();
          if (!folders.has(folderOf(name))) throw new Error("ENOENT");
          return driver.put(name, text, ifVersion);
        },
        async remove(name, ifVersion) {
          const outcome = await driver.remove(name, ifVersion);
          const left = await namesOf(driver, { prefix: folderOf(name), reverse: false });
          if (left.length === 0) folders.delete(folderOf(name));
          return outcome;
        },
      });
    },
  },
  {
    id: "BROKEN-294",
    title: "takes an empty record for an empty object",
    killedBy: "CORRUPT-001",
    make: (driver) =>
      delegate(driver, {
        async get(name) {
          const stored = await driver.get(name);
          return stored?.text === "" ? { ...stored, text: "{}" } : stored;
        },
      }),
  },
  brokenStore(
    "BROKEN-253",
    "lists names of more segments than a key may have",
    "FOREIGN-001",
    class extends Store {
      override async list(prefix: Key): Promise<Key[]> {
        const names = await namesOf(this.driver, { prefix: namePrefixOf(prefix), reverse: false });
        const plain = names.filter((name) => /^[\w-]+(?:\/[\w-]+)*\.json$/.test(name));
        return plain.map((name) => name.slice(0, -".json".length).split("/"));
      }
    },
  ),
];
