import { delegate, type Driver, type Range } from "@stowage/core";
import { type BrokenDriver, namesOf, shared } from "./broken.ts";

type Stored = Awaited<ReturnType<Driver["get"]>>;

const textsOfBatches = shared(() => new Map<string, Stored>());
const textsOfPrefixes = shared(() => new Map<string, Stored>());
const handles = shared(() => ({ count: 0 }));

/** A driver with a cache that its writes one by one keep right. */
function caching(driver: Driver, cache: Map<string, Stored>, changes: Partial<Driver> = {}): Driver {
  return delegate(driver, {
    async get(name) {
      if (!cache.has(name)) cache.set(name, await driver.get(name));
      return cache.get(name);
    },
    put(name, text, ifVersion) {
      cache.delete(name);
      return driver.put(name, text, ifVersion);
    },
    remove(name, ifVersion) {
      cache.delete(name);
      return driver.remove(name, ifVersion);
    },
    async batch(ops, atomic) {
      await driver.batch!(ops, atomic);
      for (const { name } of ops) cache.delete(name);
    },
    ...changes,
  });
}

/** What a handle does not learn of the others, and what a cache is not told. */
export const brokenCaches: readonly BrokenDriver[] = [
  {
    id: "BROKEN-201",
    title: "remembers that a record is missing",
    killedBy: "HANDLE-001",
    make: (driver) => {
      const missing = new Set<string>();
      return delegate(driver, {
        async get(name) {
          const stored = missing.has(name) ? undefined : await driver.get(name);
          if (stored === undefined) missing.add(name);
          return stored;
        },
        put(name, text, ifVersion) {
          missing.delete(name);
          return driver.put(name, text, ifVersion);
        },
      });
    },
  },
  {
    id: "BROKEN-202",
    title: "keeps the records of a sweep for the next one",
    killedBy: "HANDLE-002",
    make: (driver) => {
      const known = new Map<string, Stored>();
      return delegate(driver, {
        async *scan(ranges) {
          for (const range of ranges) {
            for (const name of await namesOf(driver, range)) {
              const stored = known.get(name) ?? (await driver.get(name));
              known.set(name, stored);
              if (stored !== undefined) yield [{ name, stored }];
            }
          }
        },
      });
    },
  },
  {
    id: "BROKEN-203",
    title: "takes a listing for unchanged that is as long as before",
    killedBy: "HANDLE-005",
    make: (driver) => {
      const known = new Map<string, readonly string[]>();
      return delegate(driver, {
        async *list(range: Range) {
          const names = await namesOf(driver, range);
          const before = known.get(JSON.stringify(range));
          const listed = before?.length === names.length ? before : names;
          known.set(JSON.stringify(range), listed);
          yield listed;
        },
      });
    },
  },
  {
    id: "BROKEN-204",
    title: "keeps the markers that it has read",
    killedBy: "HANDLE-010",
    make: (driver) => {
      const known = new Map<string, string | undefined>();
      return delegate(driver, {
        async getMarker(name) {
          if (!known.has(name)) known.set(name, await driver.getMarker(name));
          return known.get(name);
        },
      });
    },
  },
  {
    id: "BROKEN-205",
    title: "does not tell its cache of batches",
    killedBy: "HANDLE-005",
    make: (driver) => caching(driver, textsOfBatches(driver), { batch: (ops, atomic) => driver.batch!(ops, atomic) }),
  },
  {
    id: "BROKEN-206",
    title: "does not tell its cache of what is removed with a prefix",
    killedBy: "HANDLE-007",
    make: (driver) =>
      caching(driver, textsOfPrefixes(driver), {
        async removeRange(prefix) {
          const names = await namesOf(driver, { prefix, reverse: false });
          for (const name of names) await driver.remove(name);
          return names.length;
        },
      }),
  },
  {
    id: "BROKEN-207",
    title: "gives each handle versions of its own",
    killedBy: "HANDLE-012",
    make: (driver) => {
      const own = `${handles(driver).count++}:`;
      const inner = (version: string): string => (version.startsWith(own) ? version.slice(own.length) : "");
      const outer = <T extends string | null>(version: T): T =>
        version === null ? version : (`${own}${version}` as T);
      return delegate(driver, {
        async get(name) {
          const stored = await driver.get(name);
          return stored && { ...stored, version: outer(stored.version) };
        },
        async put(name, text, ifVersion) {
          const { done, version } = await driver.put(name, text, ifVersion && inner(ifVersion));
          return { done, version: outer(version) };
        },
        async remove(name, ifVersion) {
          const { done, version } = await driver.remove(name, ifVersion && inner(ifVersion));
          return { done, version: outer(version) };
        },
      });
    },
  },
  {
    id: "BROKEN-208",
    title: "knows markers by the last part of their names",
    killedBy: "WRAP-010",
    make: (driver) => {
      const last = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
      return delegate(driver, {
        getMarker: (name) => driver.getMarker(last(name)),
        putMarker: (name, text) => driver.putMarker(last(name), text),
      });
    },
  },
];
