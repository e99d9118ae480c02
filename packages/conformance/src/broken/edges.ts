import { compareNames, delegate, type Driver, type Range, Store } from "@stowage/core";
import { type BrokenDriver, namesOf, relisting, shared } from "./broken.ts";
import { brokenStore } from "./stores.ts";

const all: Range = { prefix: "", reverse: false };
const removed = shared(() => new Set<string>());

/** Which of four shards a name lies in. */
function shardOf(name: string): number {
  let sum = 0;
  for (let i = 0; i < name.length; i++) sum += name.charCodeAt(i);
  return sum % 4;
}

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/") + 1);
}

/** A driver that removes what a listing of its own finds. */
function removing(driver: Driver, isBelow: (name: string, prefix: string) => boolean): Driver {
  return delegate(driver, {
    async removeRange(prefix) {
      const names = (await namesOf(driver, all)).filter((name) => isBelow(name, prefix));
      for (const name of names) await driver.remove(name);
      return names.length;
    },
  });
}

function isBelowLastOfPlane(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && compareNames(name, `${prefix}\uffff`) < 0;
}

/** Where the ranges of databases, shards, and pages end: what adapters like ours could get wrong. */
export const brokenEdges: readonly BrokenDriver[] = [
  {
    id: "BROKEN-211",
    title: "takes U+FFFF for the end of what begins with a prefix",
    killedBy: "LIST-026",
    make: (driver) =>
      relisting(driver, (names, { prefix }) =>
        names.filter((name) => prefix === "" || isBelowLastOfPlane(name, prefix)),
      ),
  },
  {
    id: "BROKEN-212",
    title: "removes below a prefix what comes before U+FFFF",
    killedBy: "PREFIX-008",
    make: (driver) => removing(driver, isBelowLastOfPlane),
  },
  {
    id: "BROKEN-213",
    title: "finds a prefix anywhere in a name",
    killedBy: "LIST-027",
    make: (driver) =>
      relisting(
        driver,
        (names, { prefix }) => names.filter((name) => name.includes(prefix)),
        () => all,
      ),
  },
  {
    id: "BROKEN-214",
    title: "removes below a prefix anywhere in a name",
    killedBy: "PREFIX-009",
    make: (driver) => removing(driver, (name, prefix) => name.includes(prefix)),
  },
  {
    id: "BROKEN-215",
    title: "still lists the last record of a folder when it is removed",
    killedBy: "LIST-028",
    make: (driver) => {
      const gone = removed(driver);
      return delegate(driver, {
        put(name, text, ifVersion) {
          gone.delete(name);
          return driver.put(name, text, ifVersion);
        },
        remove(name, ifVersion) {
          if (name.includes("/")) gone.add(name);
          return driver.remove(name, ifVersion);
        },
        async *list(range) {
          const names = await namesOf(driver, range);
          const folders = new Set(names.map(folderOf));
          const ghosts = [...gone].filter((name) => name.startsWith(range.prefix) && !folders.has(folderOf(name)));
          yield [...names, ...ghosts].sort(compareNames);
        },
      });
    },
  },
  {
    id: "BROKEN-216",
    title: "compares bounds by UTF-16 units",
    killedBy: "RANGE-043",
    make: (driver) =>
      relisting(
        driver,
        (names, { after, before }) =>
          names.filter((name) => (after === undefined || name > after) && (before === undefined || name < before)),
        (range) => ({ ...range, after: undefined, before: undefined }),
      ),
  },
  {
    id: "BROKEN-217",
    title: "gives no more than a page of 256 names where there is a limit",
    killedBy: "RANGE-044",
    make: (driver) => relisting(driver, (names, { limit }) => (limit === undefined ? names : names.slice(0, 256))),
  },
  {
    id: "BROKEN-218",
    title: "begins anew when the record at its bound is gone",
    killedBy: "RANGE-048",
    make: (driver) =>
      delegate(driver, {
        async *list(range) {
          const isGone = range.after !== undefined && (await driver.get(range.after)) === undefined;
          yield* driver.list(isGone ? { ...range, after: undefined } : range);
        },
      }),
  },
  {
    id: "BROKEN-219",
    title: "ends a sweep at the first prefix that nothing is below",
    killedBy: "RANGE-047",
    make: (driver) =>
      delegate(driver, {
        async *scan(ranges) {
          for (const range of ranges) {
            const names = await namesOf(driver, range);
            if (names.length === 0) return;
            for (const name of names) {
              const stored = await driver.get(name);
              if (stored !== undefined) yield [{ name, stored }];
            }
          }
        },
      }),
  },
  {
    id: "BROKEN-220",
    title: "ends a listing when another begins",
    killedBy: "RANGE-045",
    make: (driver) => {
      let newest = 0;
      return delegate(driver, {
        async *list(range) {
          const own = ++newest;
          for (const name of await namesOf(driver, range)) {
            if (own !== newest) return;
            yield [name];
          }
        },
      });
    },
  },
  {
    id: "BROKEN-221",
    title: "forgets one of its shards when it lists",
    killedBy: "LIST-021",
    make: (driver) => relisting(driver, (names) => names.filter((name) => shardOf(name) !== 3)),
  },
  {
    id: "BROKEN-222",
    title: "takes `after` as the first name in one of its shards",
    killedBy: "RANGE-032",
    make: (driver) =>
      relisting(
        driver,
        (names, { after }) =>
          names.filter((name) => {
            const order = after === undefined ? 1 : compareNames(name, after);
            return order > 0 || (order === 0 && shardOf(name) === 0);
          }),
        (range) => ({ ...range, after: undefined }),
      ),
  },
  {
    id: "BROKEN-223",
    title: "lists its shards one after the other",
    killedBy: "LIST-011",
    make: (driver) => relisting(driver, (names) => [...names].sort((a, b) => shardOf(a) - shardOf(b))),
  },
  {
    id: "BROKEN-224",
    title: "turns each page around, and not the listing",
    killedBy: "LIST-021",
    make: (driver) =>
      relisting(
        driver,
        (names, { reverse }) => {
          if (!reverse) return names;
          const pages: string[] = [];
          for (let i = 0; i < names.length; i += 100) pages.push(...names.slice(i, i + 100).reverse());
          return pages;
        },
        (range) => ({ ...range, reverse: false }),
      ),
  },
  {
    id: "BROKEN-225",
    title: "leaves the temporary record behind by which it replaces another",
    killedBy: "RECORD-002",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          if ((await driver.get(name)) !== undefined) await driver.put(name.replace(/\.json$/, ".tmp.json"), text);
          return driver.put(name, text, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-226",
    title: "leaves a lock beside each record that it updates, and lists it",
    killedBy: "HANDLE-008",
    make: (driver) =>
      delegate(driver, {
        async update(name, edit) {
          const stored = await driver.get(name);
          const text = stored && edit(stored);
          await driver.put(name.replace(/\.json$/, ".lock.json"), "1");
          if (text !== undefined) await driver.put(name, text);
          return stored !== undefined;
        },
      }),
  },
  brokenStore(
    "BROKEN-227",
    "goes on with a listing that was left",
    "RANGE-046",
    class extends Store {
      override keys(...args: Parameters<Store["keys"]>): ReturnType<Store["keys"]> {
        const keys = super.keys(...args);
        keys.return = async () => ({ done: true, value: undefined });
        return keys;
      }
    },
  ),
];
