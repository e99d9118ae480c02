import assert from "node:assert/strict";
import type { Capabilities, Key } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, inOrder } from "../expect.ts";
import { keyOfBytes, reachable } from "./limits.ts";
import { fill } from "./list.ts";

/** Keys whose order differs between bytes, UTF-16 units, segments, locales, and ways of joining. */
const trickyKeys: readonly Key[] = [
  ["a"],
  ["a", "b"],
  ["a", "b", "c"],
  ["a", "b-c"],
  ["a-b"],
  ["a b"],
  ["a.b"],
  ["a,b"],
  ["a+b"],
  ["a!"],
  ["a0"],
  ["a_b"],
  ["a~"],
  ["ab"],
  ["aa"],
  ["B"],
  ["Z", "z"],
  ["c"],
  ["1"],
  ["10"],
  ["2"],
  ["\u00e9"],
  ["e"],
  ["f"],
  ["\u00ff"],
  ["\u07ff"],
  ["\u0800"],
  ["\ud7ff"],
  ["\ue000"],
  ["\ufffd"],
  ["\uffff"],
  ["\u{10000}"],
  ["\u{1f600}"],
  ["\u{10ffff}"],
  ["x\uffff", "y"],
  ["x\u{10000}", "y"],
];

/**
 * For each of some letters its own key, the longest segment there may be beside another, the most segments, and two longest
 * names that differ in their last byte.
 */
function extremeKeys(claimed: Capabilities["limits"]): readonly Key[] {
  const limits = reachable(claimed);
  return [..."abc"].flatMap((letter) => {
    const longest = keyOfBytes(limits.nameBytes, limits, letter);
    const [head, last] = [longest.slice(0, -1), longest.at(-1) as string];
    const deepest = Array.from({ length: limits.segments }, () => letter);
    const segment = letter.repeat(Math.min(limits.segmentBytes, limits.nameBytes - "/x.json".length));
    return [[letter], [segment], deepest, longest, [...head, `${last.slice(0, -1)}z`]];
  });
}

export const orderCases: readonly Case[] = [
  {
    id: "LIST-011",
    law: "K4",
    title: "keys come in order of the bytes of their names, whatever order they were written in",
    async run({ store }) {
      const half = Math.floor(trickyKeys.length / 2);
      await fill(store, trickyKeys.slice(half).reverse());
      for (const key of trickyKeys.slice(0, half)) await store.write(key, key);
      const expected = inOrder(trickyKeys);
      assert.deepEqual(await store.list([]), expected);
      assert.deepEqual(await collect(store.keys([])), expected);
      assert.deepEqual(
        (await collect(store.entries([]))).map((entry) => entry.key),
        expected,
      );
    },
  },
  {
    id: "LIST-012",
    law: "K4",
    title: "characters above U+FFFF come after all others, as in UTF-8, not before some, as in UTF-16",
    async run({ store }) {
      await fill(store, [
        ["p", "\u{10000}"],
        ["p", "\uffff"],
        ["p", "\ue000"],
        ["p", "\ud7ff"],
      ]);
      const expected = [
        ["p", "\ud7ff"],
        ["p", "\ue000"],
        ["p", "\uffff"],
        ["p", "\u{10000}"],
      ];
      assert.deepEqual(await store.list(["p"]), expected);
      assert.deepEqual(await collect(store.keys(["p"], { reverse: true })), [...expected].reverse());
      assert.deepEqual(await collect(store.keys(["p"], { after: ["p", "\uffff"] })), [["p", "\u{10000}"]]);
    },
  },
  {
    id: "LIST-013",
    law: "K4",
    title: "a record comes before what is below it, and after what continues it by a dash",
    async run({ store }) {
      await fill(store, [["a"], ["a", "x"], ["a-"], ["a0"], ["a."]]);
      // Bytes of the names: "-" 2d, "." 2e, "/" 2f, "0" 30.
      assert.deepEqual(await store.list([]), [["a-"], ["a."], ["a"], ["a", "x"], ["a0"]]);
    },
  },
  {
    id: "LIST-014",
    law: "K4",
    title: "the order does not change when records are written, removed, and opened again",
    async run({ store, open }) {
      const keys = trickyKeys.filter((_, i) => i % 2 === 0);
      await fill(store, trickyKeys);
      for (const key of trickyKeys) if (!keys.includes(key)) await store.remove(key);
      for (const key of [...keys].reverse()) await store.write(key, "again");
      assert.deepEqual(await store.list([]), inOrder(keys));
      assert.deepEqual(await (await open()).list([]), inOrder(keys));
    },
  },
  {
    id: "LIST-030",
    law: "K4",
    title:
      "the longest and the deepest names come in their places among short ones, in both directions and behind any bound",
    async run({ store, capabilities: { limits } }) {
      const keys = inOrder(extremeKeys(limits));
      await fill(store, [...keys].reverse());
      assert.deepEqual(await store.list([]), keys);
      for (const reverse of [false, true]) {
        const expected = reverse ? [...keys].reverse() : keys;
        assert.deepEqual(
          (await collect(store.entries([], { reverse }))).map((entry) => entry.key),
          expected,
        );
        for (const [i, key] of expected.entries()) {
          const bound = reverse ? { before: key } : { after: key };
          assert.deepEqual(await collect(store.keys([], { ...bound, reverse })), expected.slice(i + 1));
        }
      }
    },
  },
];
