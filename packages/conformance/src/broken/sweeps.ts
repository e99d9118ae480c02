import { compareNames, delegate, type Driver, type Found, type Range } from "@stowage/core";
import { type BrokenDriver, namesOf, relisting, shared } from "./broken.ts";
import { scanAll } from "./many.ts";

const encoder = new TextEncoder();
const removedOnCondition = shared(() => new Set<string>());

/** A driver that sweeps one record after the other and passes over those of which this holds; they are counted from 0. */
function sweeping(driver: Driver, isLost: (index: number, reverse: boolean) => boolean): Driver {
  return delegate(driver, {
    async *scan(ranges) {
      let index = 0;
      for await (const page of scanAll(driver, ranges)) {
        yield page.filter(() => !isLost(index++, ranges[0]?.reverse === true));
      }
    },
  });
}

/** A driver that loses names of a listing by their place in it. */
function losing(driver: Driver, isLost: (index: number, range: Range) => boolean): Driver {
  return relisting(driver, (names, range) => names.filter((_, index) => !isLost(index, range)));
}

/** The records of names, those that are there. */
export async function foundAmong(driver: Driver, names: readonly string[]): Promise<Found[]> {
  const stored = await Promise.all(names.map((name) => driver.get(name)));
  return stored.flatMap((one, i) => (one === undefined ? [] : [{ name: names[i] as string, stored: one }]));
}

function isLong(name: string): boolean {
  return encoder.encode(name).length > 200;
}

function isInside(name: string, { prefix, after, before }: Range): boolean {
  const isBehind = after === undefined || compareNames(name, after) > 0;
  return name.startsWith(prefix) && isBehind && (before === undefined || compareNames(name, before) < 0);
}

/** Sweeps and listings that end too soon, or that go wrong where names are long, deep, or many. */
export const brokenSweeps: readonly BrokenDriver[] = [
  {
    id: "BROKEN-321",
    title: "ends a sweep when it has given 8 MiB of text",
    killedBy: "RANGE-049",
    make: (driver) =>
      delegate(driver, {
        async *scan(ranges) {
          let length = 0;
          for await (const page of scanAll(driver, ranges)) {
            for (const found of page) {
              length += found.stored.text.length;
              if (length > 8_388_608) return;
              yield [found];
            }
          }
        },
      }),
  },
  {
    id: "BROKEN-322",
    title: "ends a page of a sweep when it holds 1 MiB of text, and goes on behind the whole page",
    killedBy: "RANGE-049",
    make: (driver) =>
      delegate(driver, {
        async *scan(ranges) {
          for await (const page of scanAll(driver, ranges)) {
            const fitting: Found[] = [];
            let length = 0;
            for (const found of page) {
              if (length > 1_048_576) break;
              length += found.stored.text.length;
              fitting.push(found);
            }
            yield fitting;
          }
        },
      }),
  },
  {
    id: "BROKEN-323",
    title: "sweeps the first thousand prefixes",
    killedBy: "RANGE-050",
    make: (driver) => delegate(driver, { scan: (ranges) => scanAll(driver, ranges.slice(0, 1000)) }),
  },
  {
    id: "BROKEN-324",
    title: "loses the 257th record of a sweep backwards",
    killedBy: "RANGE-044",
    make: (driver) => sweeping(driver, (index, reverse) => reverse && index === 256),
  },
  {
    id: "BROKEN-325",
    title: "loses the first record of the second hundred when it sweeps backwards",
    killedBy: "LIST-021",
    make: (driver) => sweeping(driver, (index, reverse) => reverse && index === 100),
  },
  {
    id: "BROKEN-326",
    title: "loses the first record behind a page of 1,000 when it sweeps backwards",
    killedBy: "LIST-023",
    make: (driver) => sweeping(driver, (index, reverse) => reverse && index === 1000),
  },
  {
    id: "BROKEN-327",
    title: "loses the first name behind a page of 1,000 where the listing has a bound",
    killedBy: "LIST-023",
    make: (driver) => losing(driver, (index, { after }) => after !== undefined && index === 1000),
  },
  {
    id: "BROKEN-328",
    title: "gives 1,000 names to whom asks for more",
    killedBy: "LIST-023",
    make: (driver) => losing(driver, (index, { limit }) => limit !== undefined && index >= 1000),
  },
  {
    id: "BROKEN-329",
    title: "lists names of more than 200 bytes last",
    killedBy: "LIST-030",
    make: (driver) =>
      relisting(driver, (names, { reverse }) => {
        if (reverse) return names;
        return [...names.filter((name) => !isLong(name)), ...names.filter(isLong)];
      }),
  },
  {
    id: "BROKEN-330",
    title: "orders names by their first 200 characters",
    killedBy: "LIST-030",
    make: (driver) =>
      relisting(driver, (names, { reverse }) => {
        const compare = (a: string, b: string): number => compareNames(a.slice(0, 200), b.slice(0, 200));
        // Those that begin alike stay as they are found, which is against the order here.
        const found = names.toSorted((a, b) => compareNames(b, a)).sort(compare);
        return reverse ? found.reverse() : found;
      }),
  },
  {
    id: "BROKEN-331",
    title: "leaves names of fourteen segments and more out when it walks backwards",
    killedBy: "LIST-030",
    make: (driver) =>
      relisting(driver, (names, { reverse }) => names.filter((name) => !reverse || name.split("/").length < 14)),
  },
  {
    id: "BROKEN-332",
    title: "still lists what a condition removed",
    killedBy: "LIST-031",
    make: (driver) => {
      const gone = removedOnCondition(driver);
      return delegate(driver, {
        async remove(name, ifVersion) {
          const outcome = await driver.remove(name, ifVersion);
          if (outcome.done && ifVersion !== undefined) gone.add(name);
          return outcome;
        },
        async put(name, text, ifVersion) {
          const outcome = await driver.put(name, text, ifVersion);
          if (outcome.done) gone.delete(name);
          return outcome;
        },
        async *list(range) {
          const names = new Set([...gone].filter((name) => isInside(name, range)));
          for await (const page of driver.list(range)) for (const name of page) names.add(name);
          const inOrder = [...names].sort(compareNames);
          yield range.reverse ? inOrder.reverse() : inOrder;
        },
      });
    },
  },
  {
    id: "BROKEN-340",
    title: "compares a bound with the ends of its prefix by UTF-16 units",
    killedBy: "RANGE-051",
    make: (driver) =>
      delegate(driver, {
        list({ prefix, after, before, reverse }) {
          const end = prefix === "" ? undefined : `${prefix.slice(0, -1)}0`;
          const low = after !== undefined && after > prefix ? after : prefix;
          const high = before !== undefined && (end === undefined || before < end) ? before : end;
          return driver.list({ prefix: "", after: low === "" ? undefined : low, before: high, reverse });
        },
      }),
  },
  {
    id: "BROKEN-341",
    title: "sweeps prefixes in the order of their UTF-16 units",
    killedBy: "RANGE-051",
    make: (driver) =>
      delegate(driver, {
        scan(ranges) {
          const inOrder = ranges.toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1));
          return scanAll(driver, ranges[0]?.reverse === true ? inOrder.reverse() : inOrder);
        },
      }),
  },
  {
    id: "BROKEN-342",
    title: "forgets the bound at the end of a listing behind its first 1,000 names",
    killedBy: "LIST-023",
    make: (driver) =>
      delegate(driver, {
        async *list(range) {
          const first = (await namesOf(driver, range)).slice(0, 1000);
          yield first;
          const last = first[999];
          if (last === undefined) return;
          yield* driver.list({
            ...range,
            ...(range.reverse ? { after: undefined, before: last } : { after: last, before: undefined }),
          });
        },
      }),
  },
  {
    id: "BROKEN-344",
    title: "leaves a page out of a sweep when one of its records is gone",
    killedBy: "CHANGE-010",
    make: (driver) =>
      delegate(driver, {
        async *scan(ranges) {
          for (const range of ranges) {
            const names = await namesOf(driver, range);
            for (let i = 0; i < names.length; i += 8) {
              const page = names.slice(i, i + 8);
              const found = await foundAmong(driver, page);
              if (found.length === page.length) yield found;
            }
          }
        },
      }),
  },
  {
    id: "BROKEN-345",
    title: "goes on with a sweep backwards from the first 255 characters of a name",
    killedBy: "RANGE-049",
    make: (driver) =>
      delegate(driver, {
        async *scan(ranges) {
          for (let range of ranges) {
            for (let names = await namesOf(driver, range); names.length > 0; names = await namesOf(driver, range)) {
              const page = names.slice(0, 4);
              yield await foundAmong(driver, page);
              const last = page.at(-1) as string;
              range = range.reverse ? { ...range, before: last.slice(0, 255) } : { ...range, after: last };
            }
          }
        },
      }),
  },
];
