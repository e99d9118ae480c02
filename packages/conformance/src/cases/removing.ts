import assert from "node:assert/strict";
import type { Key } from "@stowage/core";
import type { Case } from "../case.ts";
import { inOrder, numbered, refused } from "../expect.ts";

export const removingCases: readonly Case[] = [
  {
    id: "RECORD-016",
    law: "R5",
    title: "a removed record is missing",
    async run({ store }) {
      await store.write(["a"], 1);
      assert.equal(await store.remove(["a"]), undefined);
      await refused(store.read(["a"]), "NOT_FOUND");
      assert.equal(await store.get(["a"]), undefined);
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "RECORD-017",
    law: "R5",
    title: "removing a missing record does nothing",
    async run({ store }) {
      await store.write(["b"], 1);
      await store.remove(["a"]);
      await store.remove(["a", "x", "y"]);
      await store.remove(["b", "x"]);
      assert.deepEqual(await store.list([]), [["b"]]);
    },
  },
  {
    id: "RECORD-018",
    law: "R5",
    title: "removing a record keeps those below it",
    async run({ store }) {
      await store.write(["a"], 0);
      await store.write(["a", "1"], 1);
      await store.write(["a", "1", "2"], 2);
      await store.remove(["a"]);
      assert.deepEqual(await store.list([]), [
        ["a", "1"],
        ["a", "1", "2"],
      ]);
      await store.remove(["a", "1"]);
      assert.equal(await store.read(["a", "1", "2"]), 2);
    },
  },
  {
    id: "RECORD-019",
    law: "R5",
    title: "removing the last record below a prefix keeps its neighbours",
    async run({ store }) {
      await store.write(["a"], 0);
      await store.write(["a", "x"], 1);
      await store.write(["ab"], 2);
      await store.remove(["a", "x"]);
      assert.deepEqual(await store.list([]), [["a"], ["ab"]]);
    },
  },
  {
    id: "RECORD-020",
    law: "R5",
    title: "a removed record can be written again",
    async run({ store, open }) {
      const other = await open();
      for (let turn = 0; turn < 3; turn++) {
        await store.write(["a", "b"], turn);
        await other.remove(["a", "b"]);
        await refused(store.read(["a", "b"]), "NOT_FOUND");
      }
      await other.write(["a", "b"], "back");
      assert.equal(await store.read(["a", "b"]), "back");
    },
  },
  {
    id: "RECORD-021",
    law: "R5",
    title: "a removed record stays removed for a handle that opens later",
    async run({ store, open }) {
      await store.write(["a"], 1);
      await store.write(["b"], 2);
      await store.remove(["a"]);
      await store.close();
      const later = await open();
      assert.equal(await later.get(["a"]), undefined);
      assert.deepEqual(await later.list([]), [["b"]]);
    },
  },
  {
    id: "RECORD-022",
    law: "R5",
    title: "writes and removes in neighbouring places at once don't disturb each other",
    async run({ store, open, scale }) {
      const other = await open();
      const churn = async (): Promise<void> => {
        for (let turn = 0; turn < 15 * scale; turn++) {
          await other.write(["a", "gone"], turn);
          await other.remove(["a", "gone"]);
        }
      };
      const keep = async (): Promise<void> => {
        for (let turn = 0; turn < 15 * scale; turn++) {
          await store.write(["a", `kept${turn}`], turn);
          assert.equal(await store.read(["a", `kept${turn}`]), turn);
          if (turn % 2 === 0) await store.remove(["a", `kept${turn}`]);
        }
      };
      await Promise.all([churn(), keep()]);
      assert.equal((await store.list(["a"])).length, Math.floor((15 * scale) / 2));
    },
  },
  {
    id: "RECORD-025",
    law: "R5",
    title: "removing a record twice, and from two handles at once, is fine",
    async run({ store, open }) {
      const other = await open();
      await store.write(["a", "b"], 1);
      await Promise.all([store.remove(["a", "b"]), other.remove(["a", "b"]), store.remove(["a", "b"])]);
      await store.remove(["a", "b"]);
      assert.deepEqual(await other.list([]), []);
    },
  },
  {
    id: "RECORD-026",
    law: "R1",
    title: "records above and below each other are written at once",
    async run({ store }) {
      const keys = [["a", "b", "c"], ["a"], ["a", "b"], ["a", "b", "c", "d"]];
      await Promise.all(keys.map((key) => store.write(key, key)));
      assert.deepEqual(await store.readMany(keys), keys);
      assert.deepEqual(await store.list([]), inOrder(keys));
    },
  },
  {
    id: "RECORD-027",
    law: "R1",
    title: "a write into a place whose last record is removed at the same time is kept",
    async run({ store, open, scale }) {
      const other = await open();
      for (let round = 0; round < 6 * scale; round++) {
        await store.write(["a", "b", "gone"], round);
        await Promise.all([other.remove(["a", "b", "gone"]), store.write(["a", "b", "kept"], round)]);
        assert.equal(await other.read(["a", "b", "kept"]), round);
        await other.removePrefix([]);
      }
    },
  },
  {
    id: "RECORD-028",
    law: "R2",
    title: "many reads of one record at once all give it",
    async run({ store, open }) {
      const other = await open();
      await store.write(["a"], { n: 1 });
      const reads = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? store : other).read(["a"]));
      for (const value of await Promise.all(reads)) assert.deepEqual(value, { n: 1 });
    },
  },
  {
    id: "RECORD-029",
    law: "R1",
    title: "a write is followed by reads that see it, from the first to the last of many records",
    async run({ store }) {
      const keys = numbered(["n"], 12);
      for (const [i, key] of keys.entries()) {
        await store.write(key, i);
        assert.equal(await store.read(key), i);
        assert.deepEqual(await store.list(["n"]), keys.slice(0, i + 1));
      }
    },
  },
  {
    id: "RECORD-030",
    law: "R1",
    title: "records of one value keep apart: changing one leaves the others",
    async run({ store }) {
      const keys = numbered(["n"], 4);
      for (const key of keys) await store.write(key, "same");
      await store.write(keys[1] as Key, "other");
      await store.remove(keys[2] as Key);
      assert.deepEqual(await store.readMany(keys), ["same", "other", undefined, "same"]);
    },
  },
];
