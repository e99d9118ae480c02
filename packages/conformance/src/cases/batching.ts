import assert from "node:assert/strict";
import type { BatchOp, Key } from "@stowage/core";
import type { Case } from "../case.ts";
import { openCounting } from "../counting.ts";
import { inOrder, numbered, refused } from "../expect.ts";
import { batchSize, noAtomic } from "./batch.ts";
import { fill } from "./list.ts";

const write = (key: Key, value: unknown): BatchOp => ({ type: "write", key, value });
const remove = (key: Key): BatchOp => ({ type: "remove", key });

export const batchingCases: readonly Case[] = [
  {
    id: "BATCH-018",
    law: "M3",
    title: "a batch writes and removes records above and below each other",
    async run({ store }) {
      await fill(store, [["a"], ["a", "b", "c"], ["d", "e"]]);
      await store.batch([write(["a", "b"], 1), remove(["a", "b", "c"]), remove(["a"]), write(["d"], 2)]);
      assert.deepEqual(await store.list([]), [["a", "b"], ["d"], ["d", "e"]]);
      assert.deepEqual(await store.readMany([["a", "b"], ["d"]]), [1, 2]);
    },
  },
  {
    id: "BATCH-019",
    law: "M3",
    title: "of thirty operations on one key among others the last counts",
    async run({ store }) {
      const ops = Array.from({ length: 30 }, (_, i) => [
        i % 3 === 1 ? remove(["a"]) : write(["a"], i),
        write([`n${i}`], i),
      ]);
      await store.batch(ops.flat());
      assert.equal(await store.read(["a"]), 29);
      assert.equal((await store.list([])).length, 31);
      await store.batch([...ops.flat(), remove(["a"])]);
      assert.equal(await store.get(["a"]), undefined);
    },
  },
  {
    id: "BATCH-020",
    law: "M3",
    title: "what is no operation, or has an option of another name, is refused before any I/O",
    async run({ store, open }) {
      const { store: watched, calls } = await openCounting(open);
      // Casts: callers without types hand in anything.
      const wrong = [
        { type: "put", key: ["a"], value: 1 },
        { type: "write", key: ["a"], val: 1 },
      ] as unknown as BatchOp[];
      for (const op of wrong) await refused(watched.batch([write(["b"], 1), op]), "INVALID_VALUE");
      await refused(watched.batch([write(["b"], 1)], { atomc: true } as { atomic?: boolean }), "INVALID_VALUE");
      assert.deepEqual(calls, [], "the driver was called");
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "BATCH-021",
    law: "M3",
    title: "batches at once on the same records leave each with the value of one of them",
    async run({ store, open }) {
      const handles = [store, await open()];
      const keys = numbered(["n"], 6);
      await Promise.all(
        Array.from({ length: 4 }, (_, i) => (handles[i % 2] as typeof store).batch(keys.map((key) => write(key, i)))),
      );
      assert.deepEqual(await store.list([]), keys);
      for (const value of await store.readMany<number>(keys)) assert.ok([0, 1, 2, 3].includes(value as number));
    },
  },
  {
    id: "BATCH-022",
    law: "M3",
    title: "atomic batches at once on the same records leave those of one of them",
    when: noAtomic,
    async run({ store, open }) {
      const handles = [store, await open()];
      const keys = numbered(["n"], batchSize);
      for (let round = 0; round < 3; round++) {
        await Promise.all(
          Array.from({ length: 4 }, (_, i) => {
            // Some walk the other way, as those do that block each other.
            const ordered = i % 2 === 0 ? keys : [...keys].reverse();
            const ops = ordered.map((key) => write(key, `${round}-${i}`));
            return (handles[i % 2] as typeof store).batch(ops, { atomic: true });
          }),
        );
        const [first, ...others] = await store.readMany(keys);
        for (const other of others) assert.equal(other, first);
      }
    },
  },
  {
    id: "BATCH-023",
    law: "M3",
    title: "an auditor finds the same total after each transfer that an atomic batch makes",
    when: noAtomic,
    async run({ store, open }) {
      const bank = [store, await open()];
      const auditor = await open();
      const accounts = numbered(["account"], 4);
      await store.batch(accounts.map((key) => write(key, 100)));
      for (let turn = 0; turn < 12; turn++) {
        const [from, to] = [accounts[turn % 4], accounts[(turn * 3 + 1) % 4]] as [Key, Key];
        if (from === to) continue;
        const [debit, credit] = (await (bank[turn % 2] as typeof store).readMany<number>([from, to])) as [
          number,
          number,
        ];
        await (bank[turn % 2] as typeof store).batch([write(from, debit - turn), write(to, credit + turn)], {
          atomic: true,
        });
        const balances = await auditor.readMany<number>(accounts);
        assert.equal(
          balances.reduce<number>((sum, balance) => sum + (balance as number), 0),
          400,
          `after transfer ${turn}`,
        );
      }
    },
  },
  {
    id: "BATCH-024",
    law: "M3",
    title: "a batch of long and short texts keeps each in its place",
    async run({ store, driver }) {
      const values = Array.from({ length: 12 }, (_, i) => String(i % 10).repeat(i % 3 === 0 ? 100_000 : i));
      await store.batch(values.map((value, i) => write([`v${i}`], value)));
      const found = await store.readMany<string>(values.map((_, i) => [`v${i}`]));
      assert.ok(
        found.every((value, i) => value === values[i]),
        "a value came back changed or in another place",
      );
      assert.equal((await driver.get("v3.json"))?.text.length, 100_002);
    },
  },
  {
    id: "BATCH-025",
    law: "M3",
    title: "a batch of removes leaves what it does not name, in every place around",
    async run({ store }) {
      const kept = [["a"], ["a", "b"], ["a", "b-", "c"], ["ab"]];
      const gone = [["a", "b", "c"], ["a", "b", "d"], ["a-"]];
      await fill(store, [...kept, ...gone]);
      await store.batch([...gone, ["a", "b", "e"], ["x"]].map(remove));
      assert.deepEqual(await store.list([]), inOrder(kept));
    },
  },
  {
    id: "BATCH-026",
    law: "M3",
    title: "a large atomic batch that removes and writes is done whole",
    when: noAtomic,
    async run({ store, open }) {
      const old = numbered(["old"], 110);
      const made = numbered(["new"], 110);
      await fill(store, old);
      await store.batch([...old.map(remove), ...made.map((key) => write(key, key))], { atomic: true });
      assert.deepEqual(await (await open()).list([]), made);
    },
  },
];
