import { delegate, compareNames, type Range } from "@stowage/core";
import { type BrokenDriver, namesOf, relisting } from "./broken.ts";

const all: Range = { prefix: "", reverse: false };

/** As SQL's LIKE sees a prefix. */
function likePattern(prefix: string, flags: string): RegExp {
  const escaped = prefix.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("%", "[^]*").replaceAll("_", "[^]")}`, flags);
}

export const brokenListings: readonly BrokenDriver[] = [
  {
    id: "BROKEN-001",
    title: "lists by the start of the name instead of whole segments",
    killedBy: "LIST-005",
    make: (driver) =>
      relisting(
        driver,
        (names) => names,
        (range) => ({ ...range, prefix: range.prefix.slice(0, -1) }),
      ),
  },
  {
    id: "BROKEN-002",
    title: "lists the first 1,000 names only",
    killedBy: "LIST-023",
    make: (driver) => relisting(driver, (names) => names.slice(0, 1000)),
  },
  {
    id: "BROKEN-003",
    title: "orders names by UTF-16 units",
    killedBy: "LIST-012",
    make: (driver) =>
      relisting(driver, (names, { reverse }) => (reverse ? [...names].sort().reverse() : [...names].sort())),
  },
  {
    id: "BROKEN-004",
    title: "lists short names first",
    killedBy: "LIST-011",
    make: (driver) => relisting(driver, (names) => [...names].sort((a, b) => a.length - b.length)),
  },
  {
    id: "BROKEN-005",
    title: "orders names segment by segment",
    killedBy: "LIST-013",
    make: (driver) =>
      relisting(driver, (names) => {
        const segments = (name: string): string => name.slice(0, -".json".length).replaceAll("/", "\0");
        return [...names].sort((a, b) => compareNames(segments(a), segments(b)));
      }),
  },
  {
    id: "BROKEN-006",
    title: "repeats the last name of a page at the start of the next",
    killedBy: "LIST-022",
    make: (driver) =>
      delegate(driver, {
        async *list(range) {
          let last: string | undefined;
          for await (const page of driver.list(range)) {
            yield last === undefined ? page : [last, ...page];
            last = page.at(-1);
          }
        },
      }),
  },
  {
    id: "BROKEN-017",
    title: "lists the record of the prefix itself",
    killedBy: "LIST-004",
    make: (driver) =>
      delegate(driver, {
        async *list(range) {
          const own = `${range.prefix.slice(0, -1)}.json`;
          if ((await driver.get(own)) !== undefined) yield [own];
          yield* driver.list(range);
        },
      }),
  },
  {
    id: "BROKEN-018",
    title: "lists one level only",
    killedBy: "LIST-003",
    make: (driver) =>
      relisting(driver, (names, { prefix }) => names.filter((name) => !name.slice(prefix.length).includes("/"))),
  },
  {
    id: "BROKEN-019",
    title: "takes % and _ in a prefix for wildcards",
    killedBy: "LIST-006",
    make: (driver) =>
      relisting(
        driver,
        (names, { prefix }) => names.filter((name) => likePattern(prefix, "").test(name)),
        () => all,
      ),
  },
  {
    id: "BROKEN-020",
    title: "compares a prefix without regard to case",
    killedBy: "LIST-007",
    make: (driver) =>
      relisting(
        driver,
        (names, { prefix }) => names.filter((name) => name.toLowerCase().startsWith(prefix.toLowerCase())),
        () => all,
      ),
  },
  {
    id: "BROKEN-021",
    title: "keeps a handle's listing until the handle itself writes",
    killedBy: "RECORD-006",
    make: (driver) => {
      const known = new Map<string, readonly string[]>();
      return delegate(driver, {
        async *list(range) {
          const names = known.get(JSON.stringify(range)) ?? (await namesOf(driver, range));
          known.set(JSON.stringify(range), names);
          yield names;
        },
        put: (name, text, ifVersion) => {
          known.clear();
          return driver.put(name, text, ifVersion);
        },
      });
    },
  },
  {
    id: "BROKEN-022",
    title: "parses each record while it lists, so that a damaged one ends the listing",
    killedBy: "CORRUPT-031",
    make: (driver) =>
      delegate(driver, {
        async *list(range) {
          for await (const page of driver.list(range)) {
            for (const name of page) JSON.parse((await driver.get(name))?.text ?? "null");
            yield page;
          }
        },
      }),
  },
  {
    id: "BROKEN-023",
    title: "leaves damaged records out of the listing",
    killedBy: "CORRUPT-001",
    make: (driver) =>
      delegate(driver, {
        async *list(range) {
          for await (const page of driver.list(range)) {
            const kept: string[] = [];
            for (const name of page) if ((await driver.get(name))?.text !== "") kept.push(name);
            yield kept;
          }
        },
      }),
  },
  {
    id: "BROKEN-024",
    title: "goes on behind a page of 256 from a name whose letters it could not decode",
    killedBy: "LIST-025",
    make: (driver) =>
      delegate(driver, {
        async *list(range) {
          let { after } = range;
          for (;;) {
            const names = await namesOf(driver, { ...range, after });
            // Backwards it would never come to an end.
            const page = range.reverse ? names : names.slice(0, 256);
            yield page;
            if (page.length === names.length) return;
            after = page.at(-1)?.replace(/[^\0-\x7f]/g, "\ufffd");
          }
        },
      }),
  },
  {
    id: "BROKEN-025",
    title: "lists 500 names of each place that it spreads names over by their first two segments",
    killedBy: "LIST-023",
    make: (driver) =>
      relisting(driver, (names) => {
        const counts = new Map<string, number>();
        return names.filter((name) => {
          const place = name.split("/").length < 3 ? name : name.split("/", 2).join("/");
          const count = (counts.get(place) ?? 0) + 1;
          counts.set(place, count);
          return count <= 500;
        });
      }),
  },
];
