import assert from "node:assert/strict";
import type { Key, Store } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, inOrder, numbered } from "../expect.ts";
import { noRemoves } from "./conditions.ts";

/** Writes a record under each key, in the order given. */
export async function fill(store: Store, keys: readonly Key[]): Promise<void> {
  await store.batch(keys.map((key) => ({ type: "write", key, value: key })));
}

/**
 * How many records lie below which prefix. Those below one of two segments lie all in one place where a backend spreads names
 * over several by these.
 */
const counts: readonly (readonly [id: string, count: number, prefix: Key])[] = [
  ["LIST-021", 255, ["n"]],
  ["LIST-022", 1000, ["n"]],
  ["LIST-023", 1001, ["n", "n"]],
  ["LIST-024", 2001, ["n"]],
];

/** What a sweep gives. */
async function valuesOf(store: Store, prefix: Key, reverse: boolean): Promise<Key[]> {
  return (await collect(store.entries<Key>(prefix, { reverse }))).map((entry) => entry.value);
}

export const listCases: readonly Case[] = [
  {
    id: "LIST-001",
    law: "R6",
    title: "an empty store lists nothing",
    async run({ store }) {
      assert.deepEqual(await store.list([]), []);
      assert.deepEqual(await collect(store.keys([])), []);
      assert.deepEqual(await collect(store.entries([])), []);
    },
  },
  {
    id: "LIST-002",
    law: "R6",
    title: "a prefix that nothing is below lists nothing",
    async run({ store }) {
      await store.write(["a", "b"], 1);
      for (const prefix of [["x"], ["a", "x"], ["a", "b", "c"], ["x", "y", "z"]]) {
        assert.deepEqual(await store.list(prefix), []);
        assert.deepEqual(await collect(store.entries(prefix)), []);
      }
    },
  },
  {
    id: "LIST-003",
    law: "R6",
    title: "the empty prefix lists everything, at every depth",
    async run({ store }) {
      const keys = [["a"], ["a", "b"], ["a", "b", "c"], ["d", "e", "f", "g"], ["h"]];
      await fill(store, keys);
      assert.deepEqual(await store.list([]), inOrder(keys));
    },
  },
  {
    id: "LIST-004",
    law: "R6",
    title: "a prefix lists what is strictly below it, not the record of that key",
    async run({ store }) {
      await fill(store, [["a"], ["a", "1"], ["a", "1", "x"], ["b"]]);
      assert.deepEqual(await store.list(["a"]), [
        ["a", "1"],
        ["a", "1", "x"],
      ]);
      assert.deepEqual(await store.list(["a", "1"]), [["a", "1", "x"]]);
    },
  },
  {
    id: "LIST-005",
    law: "R6",
    title: "a prefix matches whole segments",
    async run({ store }) {
      const keys = [
        ["a", "1", "x"],
        ["a", "10", "x"],
        ["a", "1x"],
        ["a", "1-", "x"],
        ["a", "1."],
        ["ab", "1", "x"],
      ];
      await fill(store, keys);
      assert.deepEqual(await store.list(["a", "1"]), [["a", "1", "x"]]);
      assert.deepEqual(await store.list(["a"]), inOrder(keys.slice(0, -1)));
      assert.deepEqual(await collect(store.keys(["a", "1"])), [["a", "1", "x"]]);
      assert.equal((await collect(store.entries(["a", "1"]))).length, 1);
    },
  },
  {
    id: "LIST-006",
    law: "R6",
    title: "a prefix with wildcards matches only itself",
    async run({ store }) {
      for (const wild of ["%", "_", "*", "?", "[a-z]", "a%", "a*"]) {
        await store.write([wild, "x"], 1);
        await store.write(["a", "x"], 1);
        await store.write(["ab", "x"], 1);
        assert.deepEqual(await store.list([wild]), [[wild, "x"]]);
      }
    },
  },
  {
    id: "LIST-007",
    law: "R6",
    title: "a prefix keeps small and capital letters apart",
    when: ({ caseSensitive }) => (caseSensitive ? undefined : "the backend folds case"),
    async run({ store }) {
      await fill(store, [
        ["dir", "x"],
        ["DIR", "y"],
      ]);
      assert.deepEqual(await store.list(["dir"]), [["dir", "x"]]);
      assert.deepEqual(await store.list(["DIR"]), [["DIR", "y"]]);
    },
  },
  {
    id: "LIST-008",
    law: "R6",
    title: "a listing is new each time",
    async run({ store }) {
      await store.write(["a"], 1);
      const first = await store.list([]);
      await store.write(["b"], 1);
      await store.remove(["a"]);
      assert.deepEqual(first, [["a"]]);
      assert.deepEqual(await store.list([]), [["b"]]);
    },
  },
  {
    id: "LIST-009",
    law: "R6",
    title: "each key is listed once, also after it was written often",
    async run({ store, open }) {
      const other = await open();
      for (let turn = 0; turn < 4; turn++) {
        await store.write(["a", "b"], turn);
        await other.write(["a", "b"], turn);
        await other.write(["a"], turn);
      }
      assert.deepEqual(await store.list([]), [["a"], ["a", "b"]]);
    },
  },
  {
    id: "LIST-010",
    law: "R6",
    title: "a record of sixteen segments, or as many as there may be, is listed",
    async run({ store, capabilities }) {
      const key = Array.from({ length: capabilities.limits.segments }, (_, i) => `s${i}`);
      await store.write(key, 1);
      assert.deepEqual(await store.list([]), [key]);
      assert.deepEqual(await store.list(key.slice(0, -1)), [key]);
    },
  },
  ...counts.map(([id, count, prefix]): Case => ({
    id,
    law: "R6",
    title: `${count} records are all listed, each once, in order`,
    profile: count < 1000 ? "quick" : "full",
    async run({ store }) {
      const keys = numbered(prefix, count);
      await fill(store, keys);
      assert.deepEqual(await store.list([]), keys);
      assert.deepEqual(await store.list(prefix), keys);
      assert.deepEqual(await collect(store.keys(prefix, { reverse: true })), [...keys].reverse());
      // Each of these ends with the last page, whatever pages come before it.
      await store.write(["m"], 0);
      assert.deepEqual(await collect(store.keys([], { after: ["m"], limit: count })), keys);
      assert.deepEqual(await collect(store.keys([], { after: ["m"], reverse: true })), [...keys].reverse());
      assert.deepEqual(await collect(store.keys([], { after: ["m"], before: keys.at(-1) as Key })), keys.slice(0, -1));
      assert.deepEqual(await valuesOf(store, prefix, false), keys);
      // A thousand more would take a server long, and the ends of all common pages lie among these.
      if (count === 255 || count === 1001) assert.deepEqual(await valuesOf(store, prefix, true), [...keys].reverse());
    },
  })),
  {
    id: "LIST-025",
    law: "R6",
    title: "1,001 prefixes with one record each are all listed",
    profile: "full",
    async run({ store }) {
      // No ASCII, so that whoever goes on from the last name of a page goes on from such a one.
      const keys = numbered(["\u4f1a"], 1001).map((key) => [...key, "x"]);
      await fill(store, keys);
      assert.deepEqual(await store.list(["\u4f1a"]), keys);
      assert.deepEqual(await collect(store.keys([], { reverse: true })), [...keys].reverse());
      assert.deepEqual(await store.list(["\u4f1a", "0500"]), [keys[500]]);
    },
  },
  {
    id: "LIST-031",
    law: "R6",
    title: "what a remove on a condition took away is listed no more, at no handle",
    when: noRemoves,
    async run({ store, open }) {
      const other = await open();
      const gone: readonly Key[] = [["a", "b"], ["c"]];
      await fill(store, [["a"], ...gone]);
      assert.equal((await other.list([])).length, 3);
      for (const key of gone) await store.remove(key, { ifVersion: (await store.get(key))?.version as string });
      for (const handle of [store, other, await open()]) {
        assert.deepEqual(await handle.list([]), [["a"]]);
        assert.deepEqual(await collect(handle.keys(["a"])), []);
        assert.equal((await collect(handle.entries([]))).length, 1);
        assert.equal(await handle.removePrefix(["a"]), 0);
      }
    },
  },
];
