import assert from "node:assert/strict";
import type { Key, RangeOptions, Store } from "@stowage/core";
import type { Case } from "../case.ts";
import { openCounting } from "../counting.ts";
import { collect, inOrder, numbered, refused, shown } from "../expect.ts";
import { fill } from "./list.ts";

const five = numbered(["n"], 5);
const at = (i: number): Key => five[i] as Key;

/** The keys by `keys`, after checking that `entries` finds the same records. */
async function found(store: Store, prefix: Parameters<Store["keys"]>[0], options?: RangeOptions): Promise<Key[]> {
  const keys = await collect(store.keys(prefix, options));
  const entries = await collect(store.entries(prefix, options));
  assert.deepEqual(
    entries.map((entry) => entry.key),
    keys,
    "entries and keys differ",
  );
  return keys;
}

/** Cases of one listing of five records `n/0000` to `n/0004`, amid neighbours. */
const bounds: readonly (readonly [id: string, title: string, options: RangeOptions, indexes: readonly number[]])[] = [
  ["RANGE-001", "without options everything comes", {}, [0, 1, 2, 3, 4]],
  ["RANGE-002", "reverse turns the order around", { reverse: true }, [4, 3, 2, 1, 0]],
  ["RANGE-003", "after leaves out the key itself", { after: at(1) }, [2, 3, 4]],
  ["RANGE-004", "before leaves out the key itself", { before: at(3) }, [0, 1, 2]],
  ["RANGE-005", "after and before bound both ends", { after: at(0), before: at(4) }, [1, 2, 3]],
  ["RANGE-006", "after holds in reverse too", { after: at(1), reverse: true }, [4, 3, 2]],
  ["RANGE-007", "before holds in reverse too", { before: at(3), reverse: true }, [2, 1, 0]],
  ["RANGE-008", "both bounds hold in reverse", { after: at(0), before: at(4), reverse: true }, [3, 2, 1]],
  ["RANGE-009", "after a key that does not exist works", { after: ["n", "0001x"] }, [2, 3, 4]],
  ["RANGE-010", "before a key that does not exist works", { before: ["n", "0001x"] }, [0, 1]],
  ["RANGE-011", "after the last key nothing comes", { after: at(4) }, []],
  ["RANGE-012", "before the first key nothing comes", { before: at(0) }, []],
  ["RANGE-013", "after a key in front of the prefix everything comes", { after: ["a"] }, [0, 1, 2, 3, 4]],
  ["RANGE-014", "after a key behind the prefix nothing comes", { after: ["z"] }, []],
  ["RANGE-015", "before a key behind the prefix everything comes", { before: ["z", "z"] }, [0, 1, 2, 3, 4]],
  ["RANGE-016", "before a key in front of the prefix nothing comes", { before: ["a"] }, []],
  ["RANGE-017", "after the key of the prefix everything comes", { after: ["n"] }, [0, 1, 2, 3, 4]],
  ["RANGE-018", "before the key of the prefix nothing comes", { before: ["n"] }, []],
  ["RANGE-019", "crossed bounds give nothing", { after: at(3), before: at(1) }, []],
  ["RANGE-020", "equal bounds give nothing", { after: at(2), before: at(2) }, []],
  ["RANGE-021", "a limit takes the first", { limit: 2 }, [0, 1]],
  ["RANGE-022", "a limit of 1 takes one", { limit: 1 }, [0]],
  ["RANGE-023", "a limit of 0 takes none", { limit: 0 }, []],
  ["RANGE-024", "a limit that is just enough takes all", { limit: 5 }, [0, 1, 2, 3, 4]],
  ["RANGE-025", "a limit beyond the end takes all", { limit: 99 }, [0, 1, 2, 3, 4]],
  ["RANGE-026", "a limit in reverse takes the last", { limit: 2, reverse: true }, [4, 3]],
  ["RANGE-027", "after and a limit take a page", { after: at(1), limit: 2 }, [2, 3]],
  ["RANGE-028", "before, reverse, and a limit take a page", { before: at(3), reverse: true, limit: 2 }, [2, 1]],
];

export const rangeCases: readonly Case[] = [
  ...bounds.map(([id, title, options, indexes]): Case => ({
    id,
    law: "M2",
    title: `in a listing, ${title}`,
    async run({ store }) {
      await fill(store, [["a"], ["m", "x"], ["n"], ...five, ["n0"], ["z"]]);
      assert.deepEqual(await found(store, ["n"], options), indexes.map(at));
    },
  })),
  {
    id: "RANGE-031",
    law: "M2",
    title: "bounds hold between depths, by the order of the listing",
    async run({ store }) {
      const keys = inOrder([["a"], ["a", "b"], ["a", "b", "c"], ["a-b"], ["ab"], ["b"]]);
      await fill(store, keys);
      for (const [i, bound] of keys.entries()) {
        assert.deepEqual(await found(store, [], { after: bound }), keys.slice(i + 1), `after ${shown(bound)}`);
        assert.deepEqual(await found(store, [], { before: bound }), keys.slice(0, i), `before ${shown(bound)}`);
      }
    },
  },
  {
    id: "RANGE-032",
    law: "M2",
    title: "pages of any size put together give the listing, forwards and backwards",
    async run({ store }) {
      const keys = inOrder([
        ...numbered(["n"], 20),
        ...numbered(["n", "0007"], 7),
        ["n-"],
        ["n\u{1f600}"],
        ["n\uffff"],
      ]);
      await fill(store, keys);
      for (const limit of [1, 2, 3, 10, 30]) {
        assert.deepEqual(await pages(store, limit, false), keys);
        assert.deepEqual(await pages(store, limit, true), [...keys].reverse());
      }
    },
  },
  {
    id: "RANGE-033",
    law: "M2",
    title: "a page can be resumed at another handle, also after its last record is removed",
    async run({ store, open }) {
      await fill(store, five);
      const [, second] = await collect(store.keys(["n"], { limit: 2 }));
      await store.remove(second as Key);
      const other = await open();
      assert.deepEqual(await found(other, ["n"], { after: second as Key }), five.slice(2));
    },
  },
  {
    id: "RANGE-034",
    law: "M2",
    title: "a limit that is no whole number from 0 is refused",
    async run({ store }) {
      for (const limit of [-1, 1.5, Number.NaN, Infinity, "2"] as number[]) {
        await refused(collect(store.keys([], { limit })), "INVALID_VALUE");
        await refused(collect(store.entries([], { limit })), "INVALID_VALUE");
      }
    },
  },
  {
    id: "RANGE-035",
    law: "M2",
    title: "a listing takes no more of the backend than is asked of it",
    async run({ store, open }) {
      await fill(store, numbered(["n"], 300));
      const { store: watched, calls } = await openCounting(open);
      const lazy = watched.keys(["n"]);
      const lazyEntries = watched.entries(["n"]);
      assert.deepEqual(calls, [], "the listing began before it was asked for anything");
      assert.deepEqual((await lazy.next()).value, ["n", "0000"]);
      assert.deepEqual((await lazyEntries.next()).value?.key, ["n", "0000"]);
      assert.ok(calls.length < 100, `${calls.length} calls for two records`);
    },
  },
  {
    id: "RANGE-036",
    law: "M2",
    title: "several prefixes are swept in the order of all listings",
    async run({ store }) {
      const keys = [
        ["a", "1"],
        ["a", "2"],
        ["ab", "1"],
        ["b", "1"],
        ["c", "1"],
      ];
      await fill(store, keys);
      const prefixes = [["c"], ["a"], ["x"], ["b"]];
      const expected = [
        ["a", "1"],
        ["a", "2"],
        ["b", "1"],
        ["c", "1"],
      ];
      assert.deepEqual(await found(store, { prefixes }), expected);
      assert.deepEqual(await found(store, { prefixes }, { reverse: true }), [...expected].reverse());
    },
  },
  {
    id: "RANGE-037",
    law: "M2",
    title: "prefixes that overlap or repeat give each record once",
    async run({ store }) {
      const keys = [
        ["a", "1"],
        ["a", "b", "1"],
        ["a", "b", "2"],
        ["b", "1"],
      ];
      await fill(store, keys);
      const prefixes = [["a", "b"], ["b"], ["a"], ["a"], ["a", "b"]];
      assert.deepEqual(await found(store, { prefixes }), keys);
      assert.deepEqual(await found(store, { prefixes: [["b"], []] }), keys);
    },
  },
  {
    id: "RANGE-038",
    law: "M2",
    title: "no prefix at all gives nothing",
    async run({ store }) {
      await fill(store, five);
      assert.deepEqual(await found(store, { prefixes: [] }), []);
    },
  },
  {
    id: "RANGE-039",
    law: "M2",
    title: "bounds and limits hold across several prefixes",
    async run({ store }) {
      const keys = ["a", "b", "c"].flatMap((prefix) => numbered([prefix], 3));
      await fill(store, keys);
      const prefixes = [["a"], ["b"], ["c"]];
      assert.deepEqual(await found(store, { prefixes }, { limit: 5 }), keys.slice(0, 5));
      assert.deepEqual(await found(store, { prefixes }, { limit: 4, reverse: true }), [...keys].reverse().slice(0, 4));
      const after = keys[3] as Key;
      assert.deepEqual(await found(store, { prefixes }, { after, limit: 3 }), keys.slice(4, 7));
      assert.deepEqual(await found(store, { prefixes }, { before: after }), keys.slice(0, 3));
      assert.deepEqual(await found(store, { prefixes }, { after, before: keys[7] as Key }), keys.slice(4, 7));
    },
  },
  {
    id: "RANGE-040",
    law: "M2",
    title: "entries of 120 prefixes come in one sweep, whole",
    async run({ store }) {
      const messages = numbered(["part"], 120);
      const keys = messages.flatMap((message) => numbered(message, 3));
      await fill(store, keys);
      const entries = await collect(store.entries<Key>({ prefixes: [...messages].reverse() }));
      assert.deepEqual(
        entries.map((entry) => entry.value),
        keys,
      );
    },
  },
  {
    id: "RANGE-041",
    law: "M2",
    title: "an entry is what get gives",
    async run({ store }) {
      await store.write(["a", "1"], { n: 1 });
      await store.write(["a", "2"], [2]);
      const entries = await collect(store.entries(["a"]));
      assert.deepEqual(entries, [await store.get(["a", "1"]), await store.get(["a", "2"])]);
    },
  },
];

/** A listing in pages of one size, each resumed after the last key of the one before. */
async function pages(store: Store, limit: number, reverse: boolean): Promise<Key[]> {
  const all: Key[] = [];
  for (;;) {
    const last = all.at(-1);
    const bound = last === undefined ? {} : reverse ? { before: last } : { after: last };
    const page = await found(store, [], { limit, reverse, ...bound });
    all.push(...page);
    if (page.length < limit) return all;
    // A bound that is not honoured would begin anew forever.
    assert.ok(all.length < 1000, "the pages never end");
  }
}
