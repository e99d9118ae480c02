import { delegate, type Driver, type Found, type Range } from "@stowage/core";
import { type BrokenDriver, namesOf, pause } from "./broken.ts";
import { foundAmong } from "./sweeps.ts";

type Stored = Awaited<ReturnType<Driver["get"]>>;

/** A driver that calls `forget` at each change it makes. */
function telling(driver: Driver, forget: () => void, changes: Partial<Driver>): Driver {
  return delegate(driver, {
    put(name, text, ifVersion) {
      forget();
      return driver.put(name, text, ifVersion);
    },
    remove(name, ifVersion) {
      forget();
      return driver.remove(name, ifVersion);
    },
    batch(ops, atomic) {
      forget();
      return driver.batch!(ops, atomic);
    },
    ...changes,
  });
}

/** A driver that keeps some of its listings until it changes something itself. */
function keepingListings(driver: Driver, isKept: (range: Range) => boolean): Driver {
  const known = new Map<string, readonly string[]>();
  return telling(driver, () => known.clear(), {
    async *list(range) {
      const look = JSON.stringify(range);
      const names = known.get(look) ?? (await namesOf(driver, range));
      if (isKept(range)) known.set(look, names);
      yield names;
    },
  });
}

/** A driver that keeps some of the records that it has read until it changes something itself. */
function keepingRecords(driver: Driver, isKept: (name: string, reads: number) => boolean): Driver {
  const known = new Map<string, Stored>();
  const reads = new Map<string, number>();
  const forget = (): void => {
    known.clear();
    reads.clear();
  };
  return telling(driver, forget, {
    async get(name) {
      const stored = known.get(name) ?? (await driver.get(name));
      const count = (reads.get(name) ?? 0) + 1;
      reads.set(name, count);
      if (isKept(name, count)) known.set(name, stored);
      return stored;
    },
  });
}

/** A function that answers calls of one kind with the answer to the one under way. */
function joining<T>(): (kind: string, call: () => Promise<T>) => Promise<T> {
  const under = new Map<string, Promise<T>>();
  return (kind, call) => {
    const running = under.get(kind);
    if (running !== undefined) return running;
    const begun = call().finally(() => under.delete(kind));
    under.set(kind, begun);
    return begun;
  };
}

/** Looks that a handle remembers or shares, although others change what they look at. */
export const brokenViews: readonly BrokenDriver[] = [
  {
    id: "BROKEN-724",
    title: "keeps the listings that have a limit",
    killedBy: "HANDLE-001",
    make: (driver) => keepingListings(driver, ({ limit }) => limit !== undefined),
  },
  {
    id: "BROKEN-725",
    title: "keeps the listings behind a key",
    killedBy: "HANDLE-005",
    make: (driver) => keepingListings(driver, ({ after }) => after !== undefined),
  },
  {
    id: "BROKEN-726",
    title: "keeps the listings before a key",
    killedBy: "HANDLE-001",
    make: (driver) => keepingListings(driver, ({ before }) => before !== undefined),
  },
  {
    id: "BROKEN-727",
    title: "keeps the listings below prefixes of several segments",
    killedBy: "HANDLE-005",
    make: (driver) => keepingListings(driver, ({ prefix }) => prefix.split("/").length > 2),
  },
  {
    id: "BROKEN-728",
    title: "keeps what a sweep found backwards",
    killedBy: "HANDLE-002",
    make: (driver) => {
      const known = new Map<string, readonly Found[]>();
      return telling(driver, () => known.clear(), {
        async *scan(ranges) {
          for (const range of ranges) {
            const look = JSON.stringify(range);
            const found = known.get(look) ?? (await foundAmong(driver, await namesOf(driver, range)));
            if (range.reverse) known.set(look, found);
            yield found;
          }
        },
      });
    },
  },
  {
    id: "BROKEN-729",
    title: "keeps the records that lie deep",
    killedBy: "HANDLE-002",
    make: (driver) => keepingRecords(driver, (name) => name.split("/").length > 2),
  },
  {
    id: "BROKEN-730",
    title: "keeps a record that it has read twenty times",
    killedBy: "HANDLE-014",
    make: (driver) => keepingRecords(driver, (_, reads) => reads > 20),
  },
  {
    id: "BROKEN-731",
    title: "gives a listing what the one under way finds",
    killedBy: "HANDLE-015",
    make: (driver) => {
      const joined = joining<readonly string[]>();
      return delegate(driver, {
        async *list(range) {
          yield await joined(JSON.stringify(range), async () => {
            const names = await namesOf(driver, range);
            await pause(1);
            return names;
          });
        },
      });
    },
  },
  {
    id: "BROKEN-732",
    title: "gives a read of many records what the one under way finds",
    killedBy: "HANDLE-015",
    make: (driver) => {
      const joined = joining<readonly Stored[]>();
      return delegate(driver, {
        getMany: (names) =>
          joined(JSON.stringify(names), async () => {
            const stored = await Promise.all(names.map((name) => driver.get(name)));
            await pause(1);
            return stored;
          }),
      });
    },
  },
  {
    id: "BROKEN-733",
    title: "passes over a batch that it takes for the one it made last",
    killedBy: "HANDLE-016",
    make: (driver) => {
      let last = "";
      return delegate(driver, {
        async batch(ops, atomic) {
          const batch = JSON.stringify(ops);
          if (batch !== last) await driver.batch!(ops, atomic);
          last = batch;
        },
      });
    },
  },
];
