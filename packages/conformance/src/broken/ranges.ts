import { delegate, compareNames, type Driver, type Range } from "@stowage/core";
import { type BrokenDriver, namesOf, relisting } from "./broken.ts";

/** Pages by counting, so that what comes or goes meanwhile shifts the rest. */
async function* pagesByOffset(driver: Driver, range: Range): AsyncGenerator<readonly string[]> {
  for (let offset = 0; ; offset += 50) {
    const page = (await namesOf(driver, range)).slice(offset, offset + 50);
    if (page.length === 0) return;
    yield page;
  }
}

export const brokenRanges: readonly BrokenDriver[] = [
  {
    id: "BROKEN-007",
    title: "takes `after` as the first name to list",
    killedBy: "RANGE-003",
    make: (driver) =>
      relisting(
        driver,
        (names, { after }) => names.filter((name) => after === undefined || compareNames(name, after) >= 0),
        (range) => ({ ...range, after: undefined }),
      ),
  },
  {
    id: "BROKEN-008",
    title: "takes `before` as the last name to list",
    killedBy: "RANGE-004",
    make: (driver) =>
      relisting(
        driver,
        (names, { before }) => names.filter((name) => before === undefined || compareNames(name, before) <= 0),
        (range) => ({ ...range, before: undefined }),
      ),
  },
  {
    id: "BROKEN-009",
    title: "forgets `before`",
    killedBy: "RANGE-010",
    make: (driver) =>
      relisting(
        driver,
        (names) => names,
        (range) => ({ ...range, before: undefined }),
      ),
  },
  {
    id: "BROKEN-010",
    title: "forgets `after` when it walks backwards",
    killedBy: "RANGE-006",
    make: (driver) =>
      relisting(
        driver,
        (names) => names,
        (range) => (range.reverse ? { ...range, after: undefined } : range),
      ),
  },
  {
    id: "BROKEN-011",
    title: "swaps the bounds when it walks backwards",
    killedBy: "RANGE-008",
    make: (driver) =>
      relisting(
        driver,
        (names) => names,
        (range) => (range.reverse ? { ...range, after: range.before, before: range.after } : range),
      ),
  },
  {
    id: "BROKEN-012",
    title: "never walks backwards",
    killedBy: "RANGE-002",
    make: (driver) =>
      relisting(
        driver,
        (names) => names,
        (range) => ({ ...range, reverse: false }),
      ),
  },
  {
    id: "BROKEN-013",
    title: "stops one name short of the limit",
    killedBy: "RANGE-021",
    make: (driver) =>
      relisting(driver, (names, { limit }) => (limit === undefined ? names : names.slice(0, limit - 1))),
  },
  {
    id: "BROKEN-014",
    title: "counts the limit before it looks at the bounds",
    killedBy: "RANGE-027",
    make: (driver) =>
      delegate(driver, {
        async *list(range) {
          const inside = new Set(await namesOf(driver, range));
          const names = await namesOf(driver, { prefix: range.prefix, reverse: range.reverse });
          yield names.slice(0, range.limit).filter((name) => inside.has(name));
        },
      }),
  },
  {
    id: "BROKEN-015",
    title: "pages by counting, so that removing shifts records past the reader",
    killedBy: "CHANGE-002",
    make: (driver) => delegate(driver, { list: (range) => pagesByOffset(driver, range) }),
  },
  {
    id: "BROKEN-016",
    title: "pages by counting, so that adding shows records twice",
    killedBy: "CHANGE-001",
    make: (driver) => delegate(driver, { list: (range) => pagesByOffset(driver, range) }),
  },
];
