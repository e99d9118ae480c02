import assert from "node:assert/strict";
import type { BatchOp, Capabilities, Key } from "@stowage/core";
import type { Case, Context } from "../case.ts";
import { openCounting } from "../counting.ts";
import { later, meanwhile, numbered, refused } from "../expect.ts";

const write = (key: Key, value: unknown): BatchOp => ({ type: "write", key, value });
const remove = (key: Key): BatchOp => ({ type: "remove", key });

/** More operations than a driver has in one piece that splits what is long. */
export const batchSize = 300;

/** Why atomic batches are not asked for here. */
export function noAtomic({ atomicBatch }: Capabilities): string | undefined {
  return atomicBatch === "none" ? "the backend claims no atomic batches" : undefined;
}

/**
 * Writes the same records over and over, each time in one atomic batch, and fails when a reader sees one of these half done.
 * A text is so many characters longer than the number of its turn.
 */
export async function checkWhole({ store, open }: Context, keys: readonly Key[], turns: number, by = 0): Promise<void> {
  const reader = await open();
  let turn = 0;
  const filler = "x".repeat(by);
  const set = (): Promise<void> =>
    store.batch(
      keys.map((key) => write(key, [turn, filler])),
      { atomic: true },
    );
  await set();
  const writer = async (): Promise<void> => {
    for (turn = 1; turn <= turns; turn++) await set();
  };
  const turnOf = async (key: Key): Promise<number> => (await reader.read<[turn: number]>(key))[0];
  // Whoever saw a turn in one record must find that turn or a later one in every other.
  const audit = async (first: Key, second: Key): Promise<void> => {
    const before = await turnOf(first);
    const after = await turnOf(second);
    assert.ok(after >= before, `saw turn ${before} in ${String(first)}, then ${after} in ${String(second)}`);
  };
  const [first, last] = [keys[0] as Key, keys.at(-1) as Key];
  const work = writer();
  await Promise.all([meanwhile(work, () => audit(first, last)), meanwhile(work, () => audit(last, first))]);
  for (const found of await reader.readMany<readonly [turn: number, filler: string]>(keys)) {
    assert.deepEqual([found?.[0], found?.[1].length], [turns, by], "the last batch is not there whole");
  }
}

export const batchCases: readonly Case[] = [
  {
    id: "BATCH-001",
    law: "M3",
    title: "a batch writes and removes",
    async run({ store }) {
      await store.write(["gone"], 1);
      await store.write(["kept"], 2);
      await store.batch([write(["a"], 3), remove(["gone"]), write(["kept"], 4), write(["b", "c"], 5)]);
      assert.deepEqual(await store.list([]), [["a"], ["b", "c"], ["kept"]]);
      assert.deepEqual(await store.readMany([["a"], ["b", "c"], ["kept"]]), [3, 5, 4]);
    },
  },
  {
    id: "BATCH-002",
    law: "M3",
    title: "an empty batch does nothing",
    async run({ store }) {
      await store.write(["a"], 1);
      assert.equal(await store.batch([]), undefined);
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
  {
    id: "BATCH-003",
    law: "M3",
    title: "a batch of one works",
    async run({ store }) {
      await store.batch([write(["a"], 1)]);
      assert.equal(await store.read(["a"]), 1);
      await store.batch([remove(["a"])]);
      assert.equal(await store.get(["a"]), undefined);
    },
  },
  {
    id: "BATCH-004",
    law: "M3",
    title: "of several writes to a key the last counts",
    async run({ store }) {
      await store.batch([write(["a"], 1), write(["b"], 2), write(["a"], 3)]);
      assert.deepEqual(await store.readMany([["a"], ["b"]]), [3, 2]);
      assert.deepEqual(await store.list([]), [["a"], ["b"]]);
    },
  },
  {
    id: "BATCH-005",
    law: "M3",
    title: "a remove after a write of the same key removes",
    async run({ store }) {
      await store.write(["b"], 0);
      await store.batch([write(["a"], 1), remove(["a"]), write(["b"], 1), remove(["b"])]);
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "BATCH-006",
    law: "M3",
    title: "a write after a remove of the same key writes",
    async run({ store }) {
      await store.write(["a"], 0);
      await store.batch([remove(["a"]), write(["a"], 1)]);
      assert.equal(await store.read(["a"]), 1);
    },
  },
  {
    id: "BATCH-007",
    law: "M3",
    title: "removing a missing record in a batch does nothing",
    async run({ store }) {
      await store.batch([remove(["a"]), write(["b"], 1), remove(["c", "d"])]);
      assert.deepEqual(await store.list([]), [["b"]]);
    },
  },
  {
    id: "BATCH-008",
    law: "M3",
    title: "a batch keeps every record of 300, at different depths",
    async run({ store }) {
      const keys = [...numbered(["n"], 100), ...numbered(["n", "deep", "er"], 100), ...numbered([], 100)];
      await store.batch(keys.map((key) => write(key, key)));
      assert.equal((await store.list([])).length, 300);
      assert.deepEqual(await store.readMany(keys), keys);
      await store.batch(keys.slice(0, 299).map(remove));
      assert.deepEqual(await store.list([]), keys.slice(299));
    },
  },
  {
    id: "BATCH-009",
    law: "M3",
    title: "a batch is seen by another handle once it resolves",
    async run({ store, open }) {
      const other = await open();
      assert.deepEqual(await other.list([]), []);
      await store.batch([write(["a"], 1), write(["b"], 2)]);
      assert.deepEqual(await other.list([]), [["a"], ["b"]]);
      assert.deepEqual(await other.readMany([["a"], ["b"]]), [1, 2]);
    },
  },
  {
    id: "BATCH-010",
    law: "M3",
    title: "a batch with one bad value or key is refused whole, before any I/O",
    async run({ store }) {
      await refused(store.batch([write(["a"], 1), write(["b"], undefined)]), "INVALID_VALUE");
      await refused(store.batch([write(["a"], 1), remove(["b/c"])]), "INVALID_KEY");
      const many = numbered(["n"], batchSize).map((key) => write(key, 1));
      await refused(store.batch(many.with(50, write(["b"], undefined))), "INVALID_VALUE");
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "BATCH-011",
    law: "L3",
    title: "changing the values and the list of a batch after the call changes nothing",
    async run({ store }) {
      const value = { n: 1 };
      const ops = [write(["a"], value), write(["b"], value)];
      const batch = later(store.batch(ops));
      value.n = 2;
      ops.length = 1;
      await batch;
      assert.deepEqual(await store.readMany([["a"], ["b"]]), [{ n: 1 }, { n: 1 }]);
    },
  },
  {
    id: "BATCH-012",
    law: "M3",
    title: "batches at once on different keys all arrive",
    async run({ store, open }) {
      const handles = [store, await open()];
      const batches = Array.from({ length: 8 }, (_, b) => numbered([`b${b}`], 10));
      await Promise.all(
        batches.map((keys, i) => (handles[i % 2] as typeof store).batch(keys.map((key) => write(key, i)))),
      );
      assert.equal((await store.list([])).length, 80);
    },
  },
  {
    id: "BATCH-013",
    law: "M3",
    title: "an atomic batch writes and removes like any other",
    when: noAtomic,
    async run({ store }) {
      await store.write(["gone"], 1);
      const ops = [write(["a"], 1), write(["b"], 2), remove(["gone"]), write(["a"], 3), remove(["missing"])];
      await store.batch(ops, { atomic: true });
      assert.deepEqual(await store.list([]), [["a"], ["b"]]);
      assert.equal(await store.read(["a"]), 3);
      await store.batch([], { atomic: true });
    },
  },
  {
    id: "BATCH-014",
    law: "M3",
    title: "an atomic batch of 200 is there whole",
    when: noAtomic,
    async run({ store, open }) {
      const keys = numbered(["n"], 200);
      await store.batch(
        keys.map((key) => write(key, key)),
        { atomic: true },
      );
      const other = await open();
      assert.deepEqual(await other.list([]), keys);
      assert.deepEqual(await other.readMany(keys), keys);
    },
  },
  {
    id: "BATCH-015",
    law: "M3",
    title: "a reader never sees an atomic batch half done",
    when: noAtomic,
    run: (context) => checkWhole(context, numbered(["n"], batchSize), 12 * context.scale),
  },
  {
    id: "BATCH-016",
    law: "M3",
    title: "a refused atomic batch leaves every record alone",
    when: noAtomic,
    async run({ store }) {
      await store.write(["a"], "before");
      const sound = numbered(["n"], batchSize).map((key) => write(key, key));
      // In the middle of a large one, where much would have been done.
      for (const at of [1, 50, batchSize - 1]) {
        const ops = [write(["a"], 1), ...sound];
        await refused(store.batch(ops.with(at, write(["b"], 1n)), { atomic: true }), "INVALID_VALUE");
        await refused(store.batch(ops.with(at, remove([])), { atomic: true }), "INVALID_KEY");
      }
      assert.equal(await store.read(["a"]), "before");
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
  {
    id: "BATCH-017",
    law: "M3",
    title: "where atomic batches are denied, they are refused before any I/O and change nothing",
    when: ({ atomicBatch }) => (atomicBatch === "none" ? undefined : "the backend claims atomic batches"),
    async run({ store, open }) {
      await store.write(["a"], "before");
      const { store: watched, calls } = await openCounting(open);
      await refused(watched.batch([write(["a"], 1), write(["b"], 2)], { atomic: true }), "UNSUPPORTED");
      await refused(watched.batch([], { atomic: true }), "UNSUPPORTED");
      assert.deepEqual(calls, []);
      assert.equal(await store.read(["a"]), "before");
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
];
