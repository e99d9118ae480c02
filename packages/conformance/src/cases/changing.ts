import assert from "node:assert/strict";
import type { Key, RangeOptions, Store } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, inOrder, meanwhile, numbered, shown } from "../expect.ts";
import { fill } from "./list.ts";

const stable = numbered(["n"], 320);

/** Fails unless every stable key came exactly once, in order, and nothing came twice. */
function checkStable(seen: readonly Key[], expected: readonly Key[] = stable): void {
  assert.equal(new Set(seen.map(shown)).size, seen.length, "a key came twice");
  const wanted = new Set(expected.map(shown));
  assert.deepEqual(
    seen.filter((key) => wanted.has(shown(key))),
    expected,
  );
}

/** Iterates and calls `change` after each of the given positions. */
async function iterate(
  keys: AsyncIterable<Key>,
  positions: readonly number[],
  change: (position: number) => Promise<void>,
): Promise<Key[]> {
  const seen: Key[] = [];
  for await (const key of keys) {
    seen.push(key);
    if (positions.includes(seen.length)) await change(seen.length);
  }
  return seen;
}

async function* keysOfEntries(
  store: Store,
  prefix: Parameters<Store["entries"]>[0] = ["n"],
  options?: RangeOptions,
): AsyncGenerator<Key> {
  for await (const entry of store.entries(prefix, options)) yield entry.key;
}

/** Records below two prefixes, and looks at ranges of them: each with what it finds. */
const many = [...numbered(["n"], 130), ...numbered(["o"], 90)];
const both = { prefixes: [["n"], ["o"]] };
const bounds = { after: many[1] as Key, before: many[218] as Key };
const looks: readonly (readonly [look: (store: Store) => AsyncIterable<Key>, found: readonly Key[]])[] = [
  [(store) => store.keys([]), many],
  [(store) => store.keys([], { reverse: true }), [...many].reverse()],
  [(store) => store.keys([], bounds), many.slice(2, 218)],
  [(store) => store.keys(["n"], { after: bounds.after }), many.slice(2, 130)],
  [(store) => store.keys(["o"], { before: bounds.before, reverse: true }), many.slice(130, 218).reverse()],
  [(store) => store.keys(both), many],
  [(store) => keysOfEntries(store, []), many],
  [(store) => keysOfEntries(store, both), many],
  [(store) => keysOfEntries(store, both, { ...bounds, reverse: true }), many.slice(2, 218).reverse()],
];

export const changingCases: readonly Case[] = [
  {
    id: "CHANGE-001",
    law: "M2",
    title: "records added around a listing under way don't make it miss or repeat one",
    async run({ store, open }) {
      const other = await open();
      await fill(store, stable);
      for (const keys of [store.keys(["n"]), keysOfEntries(store)]) {
        const seen = await iterate(keys, [1, 64, 256, 257, 300], async (position) => {
          await fill(other, [
            ["n", `0000-${position}`],
            ["n", `0300-${position}`],
            ["n", `9-${position}`],
          ]);
        });
        checkStable(seen);
        assert.deepEqual(seen, inOrder(seen));
      }
    },
  },
  {
    id: "CHANGE-002",
    law: "M2",
    title: "records removed around a listing under way don't make it miss or repeat another",
    profile: "full",
    async run({ store, open }) {
      const other = await open();
      const doomed = numbered(["n"], 320).map(([n, id]) => [n as string, `${id}x`]);
      for (const reverse of [false, true]) {
        await fill(store, [...stable, ...doomed]);
        let next = 0;
        const seen = await iterate(store.keys(["n"], { reverse }), [1, 100, 255, 256, 400, 600], async () => {
          const some = doomed.filter((_, i) => i % 6 === next);
          next++;
          await other.batch(some.map((key) => ({ type: "remove", key })));
        });
        checkStable(reverse ? [...seen].reverse() : seen);
      }
    },
  },
  {
    id: "CHANGE-003",
    law: "M2",
    title: "records rewritten while they are listed come exactly once",
    profile: "full",
    async run({ store, open }) {
      const other = await open();
      await fill(store, stable);
      for (const keys of [store.keys(["n"]), keysOfEntries(store)]) {
        const seen = await iterate(keys, [1, 300], async () => {
          await other.batch(stable.map((key) => ({ type: "write", key, value: "rewritten" })));
        });
        assert.deepEqual(seen, stable);
      }
    },
  },
  {
    id: "CHANGE-004",
    law: "M2",
    title: "removing each record as it comes reaches all of them",
    async run({ store }) {
      await fill(store, stable);
      for await (const key of store.keys(["n"])) await store.remove(key);
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "CHANGE-005",
    law: "M2",
    title: "removing every record during a listing ends it without an error",
    async run({ store, open }) {
      const other = await open();
      await fill(store, stable);
      const seen = await iterate(keysOfEntries(store), [10], async () => {
        await other.removePrefix(["n"]);
      });
      assert.deepEqual(seen, stable.slice(0, seen.length));
    },
  },
  {
    id: "CHANGE-006",
    law: "M2",
    title: "two listings at once don't disturb each other",
    async run({ store }) {
      await fill(store, stable);
      const forwards = store.keys(["n"]);
      const backwards = store.keys(["n"], { reverse: true });
      for (let i = 0; i < stable.length; i++) {
        assert.deepEqual((await forwards.next()).value, stable[i]);
        assert.deepEqual((await backwards.next()).value, stable[stable.length - 1 - i]);
      }
    },
  },
  {
    id: "CHANGE-007",
    law: "M2",
    title: "a listing can be left early, and the store works on and closes",
    async run({ store }) {
      await fill(store, stable);
      for await (const key of store.keys(["n"])) if (key[1] === "0003") break;
      for await (const entry of store.entries(["n"])) if (entry.key[1] === "0003") break;
      const left = store.entries(["n"]);
      await left.next();
      await store.write(["n", "0000"], "after");
      assert.equal(await store.read(["n", "0000"]), "after");
      await store.close();
    },
  },
  {
    id: "CHANGE-008",
    law: "M2",
    title: "writes work in the middle of a listing, at the same handle",
    async run({ store }) {
      await fill(store, stable);
      let turn = 0;
      for await (const entry of store.entries(["n"])) {
        if (turn++ % 100 === 0) await store.write(entry.key, "seen");
      }
      assert.equal(turn, stable.length);
      assert.equal((await collect(store.entries(["n"]))).filter((entry) => entry.value === "seen").length, 4);
    },
  },
  {
    id: "CHANGE-009",
    law: "R6",
    title: "records that stay are in every list while others come and go",
    async run({ store, open, scale }) {
      const other = await open();
      const kept = numbered(["a"], 20);
      await fill(store, kept);
      const churn = async (): Promise<void> => {
        for (let turn = 0; turn < 20 * scale; turn++) {
          const key = ["a", `${String(turn % 20).padStart(4, "0")}x`];
          await other.write(key, turn);
          await other.write(kept[turn % 20] as Key, turn);
          await other.remove(key);
        }
      };
      await meanwhile(churn(), async () => checkStable(await store.list(["a"]), kept));
      assert.deepEqual(await store.list([]), kept);
    },
  },
  {
    id: "CHANGE-011",
    law: "M2",
    title: "removing what has come makes no listing or sweep miss or repeat the rest, whatever its range",
    profile: "full",
    async run({ store, open }) {
      const other = await open();
      await fill(store, many);
      for (const [look, found] of looks) {
        const seen: Key[] = [];
        const gone: Key[] = [];
        for await (const key of look(store)) {
          seen.push(key);
          // Before the ends of pages of 10, of 50, and of 100, and below the second prefix.
          if (![4, 45, 95, 145].includes(seen.length)) continue;
          gone.push(...seen.slice(-4));
          await other.batch(seen.slice(-4).map((last) => ({ type: "remove", key: last })));
        }
        assert.deepEqual(seen, found);
        await fill(store, gone);
      }
    },
  },
];
