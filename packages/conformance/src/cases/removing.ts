import assert from "node:assert/strict";
import type { Case } from "../case.ts";
import { refused } from "../expect.ts";

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
];
