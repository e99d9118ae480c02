import assert from "node:assert/strict";
import type { Key } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, inOrder, numbered } from "../expect.ts";
import { keyOfBytes, reachable } from "./limits.ts";
import { fill } from "./list.ts";

/** A text of 1 MiB that no other turn has. */
function longText(turn: number): string {
  return String(turn % 10).repeat(1_048_576);
}

export const sweepCases: readonly Case[] = [
  {
    id: "RANGE-049",
    law: "M2",
    title: "a sweep goes on however long its texts and its names are, across prefixes and in both directions",
    profile: "full",
    async run({ store, capabilities }) {
      const { nameBytes, ...limits } = reachable(capabilities.limits);
      // Of two segments at least: the first one is a prefix.
      const halves = { ...limits, nameBytes, segmentBytes: Math.min(limits.segmentBytes, nameBytes >> 1) };
      // Together more than fits a page of any backend, and a page of names holds them all.
      const longest = ["m", "n"].map((letter) => keyOfBytes(nameBytes, halves, letter));
      const keys = longest.flatMap((key) =>
        [..."012345"].map((digit) => [...key.slice(0, -1), digit + key.at(-1)?.slice(1)]),
      );
      const prefixes = longest.map((key) => key.slice(0, 1));
      await store.batch(keys.map((key, turn) => ({ type: "write", key, value: longText(turn) })));
      for (const reverse of [false, true]) {
        const seen: Key[] = [];
        for await (const { key, value } of store.entries({ prefixes }, { reverse })) {
          const turn = reverse ? keys.length - 1 - seen.length : seen.length;
          assert.ok(value === longText(turn), `the text of record ${turn} is another`);
          seen.push(key);
        }
        assert.deepEqual(seen, reverse ? [...keys].reverse() : keys);
      }
    },
  },
  {
    id: "RANGE-050",
    law: "M2",
    title: "a sweep goes on through more than a thousand prefixes, most of which nothing is below",
    profile: "full",
    async run({ store }) {
      const prefixes = numbered(["n"], 1100);
      const keys = [3, 4, 999, 1000, 1001, 1099].map((i): Key => [...(prefixes[i] as Key), "x"]);
      await fill(store, [...keys, ["n", "0005"], ["o", "x"]]);
      const entries = await collect(store.entries<Key>({ prefixes }));
      assert.deepEqual(
        entries.map((entry) => entry.value),
        keys,
      );
    },
  },
  {
    id: "CHANGE-010",
    law: "M2",
    title: "records removed ahead of a sweep take no others with them",
    async run({ store, open }) {
      const other = await open();
      const keys = numbered(["n"], 40);
      for (const reverse of [false, true]) {
        await fill(store, keys);
        const gone = reverse ? [33, 20, 3] : [6, 20, 37];
        const seen: Key[] = [];
        for await (const { key } of store.entries(["n"], { reverse })) {
          seen.push(key);
          if (seen.length === 2) await other.batch(gone.map((i) => ({ type: "remove", key: keys[i] as Key })));
        }
        // Those that are gone may have been read ahead.
        const isGone = ([, id]: Key): boolean => gone.includes(Number(id));
        const stayed = keys.filter((key) => !isGone(key));
        assert.deepEqual(
          seen.filter((key) => !isGone(key)),
          reverse ? stayed.reverse() : stayed,
        );
      }
    },
  },
  {
    id: "RANGE-051",
    law: "M2",
    title: "prefixes, and bounds inside and outside of them, compare by the bytes of UTF-8",
    async run({ store }) {
      const prefixes = ["\ud7ff", "\uffff", "\u{10000}", "\u{10ffff}"].map((letter): Key => [letter]);
      // Beside what is below each prefix lies the first that comes behind all of it.
      const below = prefixes.map((prefix): Key => [...prefix, "x"]);
      const bounds = inOrder([...below, ...prefixes.map(([letter]) => [`${letter}1`])]);
      await fill(store, bounds);
      for (const [i, bound] of bounds.entries()) {
        for (const key of below) {
          const at = bounds.indexOf(key);
          const prefix = key.slice(0, 1);
          assert.deepEqual(await collect(store.keys(prefix, { after: bound })), at > i ? [key] : []);
          assert.deepEqual(await collect(store.keys(prefix, { before: bound, reverse: true })), at < i ? [key] : []);
        }
      }
      for (const reverse of [false, true]) {
        const entries = await collect(store.entries<Key>({ prefixes }, { reverse }));
        assert.deepEqual(
          entries.map((entry) => entry.value),
          reverse ? [...below].reverse() : below,
        );
      }
    },
  },
  {
    id: "MANY-008",
    law: "M3",
    title: "1,200 records are removed in one batch, and it makes no difference which of them are there",
    profile: "full",
    async run({ store }) {
      const keys = numbered(["n"], 1200);
      await fill(store, [...[0, 500, 999, 1000, 1001, 1199].map((i) => keys[i] as Key), ["n", "x"], ["n"]]);
      await store.batch(keys.map((key) => ({ type: "remove", key })));
      assert.deepEqual(await store.list([]), [["n"], ["n", "x"]]);
      assert.deepEqual(await store.readMany([keys[0] as Key, keys[1000] as Key]), [undefined, undefined]);
    },
  },
];
