import assert from "node:assert/strict";
import type { Key, Store } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, inOrder, numbered } from "../expect.ts";
import { fill } from "./list.ts";

/** Keys that lie around a prefix and at its edges: the characters next to the slash, and the last there are. */
const edges: readonly Key[] = [
  ["p"],
  ["p", "\u{10ffff}"],
  ["p", "\u{10ffff}\u{10ffff}", "x"],
  ["p", "\uffff"],
  ["p", " "],
];
const outside: readonly Key[] = [["p "], ["p-"], ["p."], ["p0"], ["p\u{10ffff}"], ["p\uffff", "x"], ["o"], ["q"]];
const below = inOrder(edges.slice(1));

export const pagingCases: readonly Case[] = [
  {
    id: "LIST-026",
    law: "R6",
    title: "what lies below a prefix ends with the last character there is, and begins behind the slash",
    async run({ store }) {
      await fill(store, [...edges, ...outside]);
      assert.deepEqual(await store.list(["p"]), below);
      assert.deepEqual(
        (await collect(store.entries(["p"]))).map((entry) => entry.key),
        below,
      );
      assert.deepEqual(await collect(store.keys(["p"], { reverse: true })), [...below].reverse());
    },
  },
  {
    id: "PREFIX-008",
    law: "M4",
    title: "removal below a prefix reaches the last character there is and nothing around",
    async run({ store }) {
      await fill(store, [...edges, ...outside]);
      assert.equal(await store.removePrefix(["p"]), below.length);
      assert.deepEqual(await store.list([]), inOrder([["p"], ...outside]));
    },
  },
  {
    id: "LIST-027",
    law: "R6",
    title: "a prefix is looked for at the beginning of keys only",
    async run({ store }) {
      await fill(store, [
        ["a", "b"],
        ["x", "a", "b"],
        ["x", "a"],
        ["xa", "b"],
        ["b", "a"],
      ]);
      assert.deepEqual(await store.list(["a"]), [["a", "b"]]);
      assert.deepEqual(await store.list(["x", "a"]), [["x", "a", "b"]]);
    },
  },
  {
    id: "LIST-028",
    law: "R6",
    title: "a prefix of which everything was removed is as if it had never been",
    async run({ store, open }) {
      const other = await open();
      await fill(store, [["a", "b", "c"], ["a", "b", "d"], ["a"]]);
      assert.equal((await other.list(["a"])).length, 2);
      await store.remove(["a", "b", "c"]);
      await store.remove(["a", "b", "d"]);
      for (const handle of [store, other]) {
        assert.deepEqual(await handle.list(["a"]), []);
        assert.deepEqual(await handle.list([]), [["a"]]);
        assert.equal(await handle.removePrefix(["a"]), 0);
      }
      await other.write(["a", "b"], 1);
      assert.deepEqual(await store.list(["a"]), [["a", "b"]]);
    },
  },
  {
    id: "LIST-029",
    law: "R6",
    title: "a record at the end of the longest prefix is listed at every prefix above it",
    async run({ store, capabilities: { limits } }) {
      const key = [..."abcdefgh"].slice(0, limits.segments);
      await store.write(key, 1);
      for (let length = 0; length < key.length; length++) {
        assert.deepEqual(await store.list(key.slice(0, length)), [key]);
      }
      assert.deepEqual(await store.list(key), []);
    },
  },
  {
    id: "RANGE-042",
    law: "M2",
    title: "pages of one record, resumed in turn at two handles, give the listing in both directions",
    async run({ store, open }) {
      const handles = [store, await open()];
      const keys = inOrder([["n"], ["n", "a"], ["n", "a", "b"], ["n-"], ["n\uffff"], ["n\u{10000}"]]);
      await fill(store, keys);
      for (const reverse of [false, true]) {
        const seen: Key[] = [];
        for (let turn = 0; turn <= keys.length; turn++) {
          const last = seen.at(-1);
          const bound = last === undefined ? {} : reverse ? { before: last } : { after: last };
          const handle = handles[turn % 2] as Store;
          seen.push(...(await collect(handle.keys([], { limit: 1, reverse, ...bound }))));
        }
        assert.deepEqual(seen, reverse ? [...keys].reverse() : keys);
      }
    },
  },
  {
    id: "RANGE-043",
    law: "M2",
    title: "bounds compare by the bytes of UTF-8, in both directions",
    async run({ store }) {
      const keys: readonly Key[] = [["\ud7ff"], ["\ue000"], ["\uffff"], ["\u{10000}"], ["\u{10ffff}"]];
      await fill(store, keys);
      for (const reverse of [false, true]) {
        for (const [i, bound] of keys.entries()) {
          const behind = await collect(store.keys([], { after: bound, reverse }));
          const before = await collect(store.keys([], { before: bound, reverse }));
          assert.deepEqual(reverse ? behind.reverse() : behind, keys.slice(i + 1));
          assert.deepEqual(reverse ? before.reverse() : before, keys.slice(0, i));
        }
      }
    },
  },
  {
    id: "RANGE-044",
    law: "M2",
    title: "limits and bounds around a page of the backend are exact",
    async run({ store }) {
      const keys = numbered(["n"], 260);
      await fill(store, keys);
      for (const limit of [255, 256, 257]) {
        assert.deepEqual(await collect(store.keys(["n"], { limit })), keys.slice(0, limit));
        const after = keys[limit - 1] as Key;
        assert.deepEqual(await collect(store.keys(["n"], { after })), keys.slice(limit));
        assert.equal((await collect(store.entries(["n"], { before: after }))).length, limit - 1);
        assert.deepEqual(await collect(store.keys(["n"], { limit, reverse: true })), keys.slice(-limit).reverse());
      }
      const backwards = await collect(store.entries(["n"], { after: keys[0] as Key, reverse: true }));
      assert.deepEqual(
        backwards.map((entry) => entry.key),
        keys.slice(1).reverse(),
      );
    },
  },
  {
    id: "RANGE-045",
    law: "M2",
    title: "iterations side by side, of keys and of entries, don't disturb each other, also when one is left",
    async run({ store }) {
      const keys = numbered(["n"], 6);
      await fill(store, keys);
      const [first, left, second] = [store.keys(["n"]), store.keys(["n"]), store.entries(["n"], { reverse: true })];
      for (let i = 0; i < keys.length; i++) {
        assert.deepEqual((await first.next()).value, keys[i]);
        assert.deepEqual((await second.next()).value?.key, keys[keys.length - 1 - i]);
        if (i < 2) assert.deepEqual((await left.next()).value, keys[i]);
        if (i === 2) await left.return?.(undefined);
      }
      for (const iteration of [first, left, second]) {
        assert.deepEqual(await iteration.next(), { done: true, value: undefined });
      }
    },
  },
  {
    id: "RANGE-046",
    law: "M2",
    title: "an iteration that is left before it began asks for nothing",
    async run({ store }) {
      await store.write(["a"], 1);
      for (const iteration of [store.keys([]), store.entries([])]) {
        await iteration.return?.(undefined);
        assert.deepEqual(await iteration.next(), { done: true, value: undefined });
      }
    },
  },
  {
    id: "RANGE-047",
    law: "M2",
    title: "a limit goes on through prefixes that nothing is below",
    async run({ store }) {
      await fill(store, [
        ["c", "1"],
        ["f", "1"],
        ["f", "2"],
      ]);
      const prefixes = [..."abcdefg"].map((prefix) => [prefix]);
      assert.deepEqual(await collect(store.keys({ prefixes }, { limit: 1 })), [["c", "1"]]);
      assert.deepEqual(await collect(store.keys({ prefixes }, { limit: 2 })), [
        ["c", "1"],
        ["f", "1"],
      ]);
      assert.equal((await collect(store.entries({ prefixes }, { limit: 3 }))).length, 3);
      assert.deepEqual((await collect(store.entries({ prefixes }, { limit: 1, reverse: true })))[0]?.key, ["f", "2"]);
    },
  },
  {
    id: "RANGE-048",
    law: "M2",
    title: "a page can be resumed after records came and went on both sides of its end",
    async run({ store, open }) {
      const keys = numbered(["n"], 8);
      await fill(store, keys);
      const page = await collect(store.keys(["n"], { limit: 4 }));
      const end = page.at(-1) as Key;
      await store.removePrefix(end);
      await store.batch([
        { type: "remove", key: keys[1] as Key },
        { type: "remove", key: end },
        { type: "remove", key: keys[4] as Key },
        { type: "write", key: ["n", "0002x"], value: 1 },
        { type: "write", key: ["n", "0003x"], value: 1 },
      ]);
      const rest = await collect((await open()).keys(["n"], { after: end }));
      assert.deepEqual(rest, [["n", "0003x"], ...keys.slice(5)]);
    },
  },
];
