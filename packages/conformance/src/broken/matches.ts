import { delegate, type Driver, type Range } from "@stowage/core";
import { type BrokenDriver, namesOf, relisting } from "./broken.ts";
import { foundAmong } from "./sweeps.ts";

/** Pages of one size, found by counting; all at once where there is no size. */
async function* counted(driver: Driver, range: Range, size = Infinity): AsyncGenerator<readonly string[]> {
  for (let offset = 0; ; offset += size) {
    const page = (await namesOf(driver, range)).slice(offset, offset + size);
    if (page.length > 0) yield page;
    if (page.length < size) return;
  }
}

/** A driver whose sweeps count their pages where `sizeOf` gives a size. */
function countingSweeps(driver: Driver, sizeOf: (range: Range, turn: number) => number | undefined): Driver {
  return delegate(driver, {
    async *scan(ranges) {
      for (const [turn, range] of ranges.entries()) {
        for await (const names of counted(driver, range, sizeOf(range, turn))) yield await foundAmong(driver, names);
      }
    },
  });
}

/** A driver that lists what `isBelow` says, of all names there are. */
function matching(driver: Driver, isBelow: (name: string, prefix: string) => boolean): Driver {
  return relisting(
    driver,
    (names, { prefix }) => names.filter((name) => isBelow(name, prefix)),
    (range) => ({ ...range, prefix: "" }),
  );
}

/** A driver that removes what `isBelow` says, of all names there are. */
function clearing(driver: Driver, isBelow: (name: string, prefix: string) => boolean): Driver {
  return delegate(driver, {
    async removeRange(prefix) {
      const all = await namesOf(driver, { prefix: "", reverse: false });
      const names = all.filter((name) => isBelow(name, prefix));
      for (const name of names) await driver.remove(name);
      return names.length;
    },
  });
}

/** A driver that changes the bounds of its listings. */
function bounding(driver: Driver, change: (name: string) => string): Driver {
  return delegate(driver, {
    list: ({ after, before, ...range }) =>
      driver.list({
        ...range,
        after: after === undefined ? after : change(after),
        before: before === undefined ? before : change(before),
      }),
  });
}

/** A prefix as a pattern in which some characters keep their meaning. */
function patternOf(prefix: string, plain: RegExp): RegExp {
  return new RegExp(`^${prefix.replaceAll(plain, String.raw`\$&`)}`, "u");
}

function withoutMarks(name: string): string {
  return name.normalize("NFD").replaceAll(/\p{M}/gu, "");
}

/** Pages that are counted, and names that are taken for others. */
export const brokenMatches: readonly BrokenDriver[] = [
  {
    id: "BROKEN-734",
    title: "counts the pages of listings that have bounds or no prefix",
    killedBy: "CHANGE-011",
    make: (driver) =>
      delegate(driver, {
        list: (range) => {
          const isCounted = range.prefix === "" || range.after !== undefined || range.before !== undefined;
          return counted(driver, range, isCounted ? 10 : undefined);
        },
      }),
  },
  {
    id: "BROKEN-735",
    title: "counts the pages of a sweep, of which each is large",
    killedBy: "CHANGE-011",
    make: (driver) => countingSweeps(driver, () => 100),
  },
  {
    id: "BROKEN-736",
    title: "counts the pages of a sweep from the second prefix on",
    killedBy: "CHANGE-011",
    make: (driver) => countingSweeps(driver, (_, turn) => (turn > 0 ? 10 : undefined)),
  },
  {
    id: "BROKEN-737",
    title: "removes what matches the brackets in a prefix",
    killedBy: "PREFIX-013",
    make: (driver) => clearing(driver, (name, prefix) => patternOf(prefix, /[.+^${}()|\\?*]/g).test(name)),
  },
  {
    id: "BROKEN-738",
    title: "lists what is below a prefix, marks or none on its letters",
    killedBy: "LIST-032",
    make: (driver) => matching(driver, (name, prefix) => withoutMarks(name).startsWith(withoutMarks(prefix))),
  },
  {
    id: "BROKEN-739",
    title: "composes the letters of bounds",
    killedBy: "RANGE-052",
    make: (driver) => bounding(driver, (name) => name.normalize("NFC")),
  },
];
