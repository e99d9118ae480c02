import { delegate, type Driver, type Found, type Range } from "@stowage/core";
import { type BrokenDriver, namesOf, pause } from "./broken.ts";

type Stored = Awaited<ReturnType<Driver["get"]>>;

function getAll(driver: Driver, names: readonly string[]): Promise<Stored[]> {
  return Promise.all(names.map((name) => driver.get(name)));
}

/** A sound scan, for faults to be put into. */
export async function* scanAll(driver: Driver, ranges: readonly Range[]): AsyncGenerator<readonly Found[]> {
  for (const range of ranges) {
    for await (const page of driver.list(range)) {
      const found: Found[] = [];
      for (const name of page) {
        const stored = await driver.get(name);
        if (stored !== undefined) found.push({ name, stored });
      }
      yield found;
    }
  }
}

export const brokenMany: readonly BrokenDriver[] = [
  {
    id: "BROKEN-101",
    title: "reads many records in the order of their names",
    killedBy: "MANY-001",
    make: (driver) => delegate(driver, { getMany: (names) => getAll(driver, [...names].sort()) }),
  },
  {
    id: "BROKEN-102",
    title: "leaves missing records out when it reads many",
    killedBy: "MANY-002",
    make: (driver) =>
      delegate(driver, {
        getMany: async (names) => (await getAll(driver, names)).filter((stored) => stored !== undefined),
      }),
  },
  {
    id: "BROKEN-103",
    title: "answers a repeated name once",
    killedBy: "MANY-004",
    make: (driver) => delegate(driver, { getMany: (names) => getAll(driver, [...new Set(names)]) }),
  },
  {
    id: "BROKEN-104",
    title: "reads at most 1,000 records at once",
    killedBy: "MANY-006",
    make: (driver) => delegate(driver, { getMany: (names) => getAll(driver, names.slice(0, 1000)) }),
  },
  {
    id: "BROKEN-105",
    title: "ends a scan before its last page",
    killedBy: "LIST-022",
    make: (driver) =>
      delegate(driver, {
        async *scan(ranges) {
          let previous: readonly Found[] | undefined;
          for await (const page of scanAll(driver, ranges)) {
            if (previous !== undefined) yield previous;
            previous = page;
          }
        },
      }),
  },
  {
    id: "BROKEN-106",
    title: "scans the first prefix only",
    killedBy: "RANGE-036",
    make: (driver) => delegate(driver, { scan: (ranges) => scanAll(driver, ranges.slice(0, 1)) }),
  },
  {
    id: "BROKEN-107",
    title: "scans from the first key of the first prefix to the last of the last",
    killedBy: "RANGE-036",
    make: (driver) =>
      delegate(driver, {
        async *scan(ranges) {
          const { reverse } = ranges[0] as Range;
          const prefixes = ranges.map((range) => range.prefix).sort();
          for await (const page of scanAll(driver, [{ prefix: "", reverse }])) {
            yield page.filter(({ name }) => name >= (prefixes[0] as string) && name < `${prefixes.at(-1)}\uffff`);
          }
        },
      }),
  },
  {
    id: "BROKEN-108",
    title: "scans without regard to bounds",
    killedBy: "RANGE-003",
    make: (driver) =>
      delegate(driver, {
        scan: (ranges) =>
          scanAll(
            driver,
            ranges.map(({ prefix, reverse }) => ({ prefix, reverse })),
          ),
      }),
  },
  {
    id: "BROKEN-109",
    title: "scans forwards only",
    killedBy: "RANGE-002",
    make: (driver) =>
      delegate(driver, {
        scan: (ranges) =>
          scanAll(
            driver,
            ranges.map((range) => ({ ...range, reverse: false })),
          ),
      }),
  },
  {
    id: "BROKEN-110",
    title: "fails a scan when a record goes away meanwhile",
    killedBy: "CHANGE-005",
    make: (driver) =>
      delegate(driver, {
        async *scan(ranges) {
          for (const range of ranges) {
            for (const name of await namesOf(driver, range)) {
              const stored = await driver.get(name);
              if (stored === undefined) throw new Error("ENOENT");
              yield [{ name, stored }];
            }
          }
        },
      }),
  },
  {
    id: "BROKEN-111",
    title: "does the first operation of a batch only",
    killedBy: "BATCH-001",
    make: (driver) => delegate(driver, { batch: (ops, atomic) => driver.batch!(ops.slice(0, 1), atomic) }),
  },
  {
    id: "BROKEN-112",
    title: "does the first 100 operations of a batch",
    killedBy: "BATCH-008",
    make: (driver) => delegate(driver, { batch: (ops, atomic) => driver.batch!(ops.slice(0, 100), atomic) }),
  },
  {
    id: "BROKEN-113",
    title: "forgets the removes of a batch",
    killedBy: "BATCH-003",
    make: (driver) =>
      delegate(driver, {
        batch: (ops, atomic) =>
          driver.batch!(
            ops.filter((op) => op.type === "put"),
            atomic,
          ),
      }),
  },
  {
    id: "BROKEN-114",
    title: "resolves a batch before it is done",
    killedBy: "BATCH-009",
    make: (driver) =>
      delegate(driver, {
        batch: async (ops, atomic) => {
          setTimeout(() => void driver.batch!(ops, atomic), 2);
        },
      }),
  },
  {
    id: "BROKEN-115",
    title: "claims atomic batches and does them one by one",
    killedBy: "BATCH-015",
    make: (driver) =>
      delegate(driver, {
        async batch(ops) {
          for (const op of ops) {
            if (op.type === "put") await driver.put(op.name, op.text);
            else await driver.remove(op.name);
            await pause();
          }
        },
      }),
  },
  {
    id: "BROKEN-116",
    title: "does half of a large atomic batch",
    killedBy: "BATCH-014",
    make: (driver) =>
      delegate(driver, {
        batch: (ops, atomic) => driver.batch!(atomic && ops.length > 100 ? ops.slice(0, ops.length / 2) : ops, atomic),
      }),
  },
  {
    id: "BROKEN-117",
    title: "removes siblings whose names start like the prefix",
    killedBy: "PREFIX-002",
    make: (driver) => delegate(driver, { removeRange: (prefix) => removeAll(driver, prefix.slice(0, -1)) }),
  },
  {
    id: "BROKEN-118",
    title: "removes one level below a prefix only",
    killedBy: "PREFIX-001",
    make: (driver) =>
      delegate(driver, {
        removeRange: (prefix) => removeAll(driver, prefix, (name) => !name.slice(prefix.length).includes("/")),
      }),
  },
  {
    id: "BROKEN-119",
    title: "removes the first 1,000 records below a prefix",
    killedBy: "PREFIX-005",
    make: (driver) => {
      let left = 1000;
      return delegate(driver, { removeRange: (prefix) => removeAll(driver, prefix, () => left-- > 0) });
    },
  },
  {
    id: "BROKEN-120",
    title: "does not count what it removed",
    killedBy: "PREFIX-001",
    make: (driver) =>
      delegate(driver, {
        removeRange: async (prefix) => {
          await removeAll(driver, prefix);
          return 0;
        },
      }),
  },
  {
    id: "BROKEN-343",
    title: "removes below a prefix in steps of 128, and leaves the rest behind a full one",
    killedBy: "PREFIX-010",
    make: (driver) =>
      delegate(driver, {
        async removeRange(prefix) {
          const names = await namesOf(driver, { prefix, reverse: false });
          const end = names.length < 128 ? names.length : names.length - (names.length % 128);
          for (const name of names.slice(0, end)) await driver.remove(name);
          return names.length;
        },
      }),
  },
];

async function removeAll(driver: Driver, prefix: string, chosen: (name: string) => boolean = Boolean): Promise<number> {
  const names = (await namesOf(driver, { prefix, reverse: false })).filter(chosen);
  for (const name of names) await driver.remove(name);
  return names.length;
}
