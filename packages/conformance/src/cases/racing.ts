import assert from "node:assert/strict";
import type { Case } from "../case.ts";
import { openCounting } from "../counting.ts";
import { refused } from "../expect.ts";
import { add, type Counter, noUpdates } from "./update.ts";

export const racingCases: readonly Case[] = [
  {
    id: "UPDATE-013",
    law: "R4",
    title: "updates of one handle at once all count",
    when: noUpdates,
    async run({ store, scale }) {
      await store.write(["a"], { count: 0 });
      const times = 30 * scale;
      await Promise.all(Array.from({ length: times }, () => store.update<Counter>(["a"], add)));
      assert.deepEqual(await store.read(["a"]), { count: times });
    },
  },
  {
    id: "UPDATE-014",
    law: "R4",
    title: "updates of several handles at once all count",
    when: ({ compareAndSwap }) => (compareAndSwap === "store" ? undefined : "the backend claims no shared conditions"),
    async run({ store, open, scale }) {
      const handles = [store, await open(), await open()];
      await store.write(["a"], { count: 0 });
      const times = 10 * scale;
      const work = handles.map(async (handle) => {
        for (let i = 0; i < times; i++) await handle.update<Counter>(["a"], add);
      });
      await Promise.all(work);
      assert.deepEqual(await store.read(["a"]), { count: handles.length * times });
    },
  },
  {
    id: "UPDATE-015",
    law: "R4",
    title: "updates of different records at once don't disturb each other",
    when: noUpdates,
    async run({ store }) {
      const keys = [["a"], ["a", "b"], ["c"]];
      for (const key of keys) await store.write(key, { count: 0 });
      await Promise.all(keys.flatMap((key) => [1, 2, 3, 4].map(() => store.update<Counter>(key, add))));
      for (const key of keys) assert.deepEqual(await store.read(key), { count: 4 });
    },
  },
  {
    id: "UPDATE-016",
    law: "R4",
    title: "an update sees what another handle wrote last",
    when: noUpdates,
    async run({ store, open }) {
      const other = await open();
      for (let turn = 0; turn < 5; turn++) {
        await store.write(["a"], { count: turn * 10 });
        assert.deepEqual(await other.update<Counter>(["a"], add), { count: turn * 10 + 1 });
      }
    },
  },
  {
    id: "UPDATE-017",
    law: "R4",
    title: "a record removed by another handle is missing for an update",
    when: noUpdates,
    async run({ store, open }) {
      const other = await open();
      await store.write(["a"], { count: 0 });
      await other.update<Counter>(["a"], add);
      await store.remove(["a"]);
      await refused(other.update<Counter>(["a"], add), "NOT_FOUND");
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "UPDATE-018",
    law: "V4",
    title: "where conditions are denied, an update is refused before any I/O",
    when: ({ compareAndSwap }) => (compareAndSwap === "none" ? undefined : "the backend claims conditions"),
    async run({ store, open }) {
      await store.write(["a"], { count: 1 });
      const { store: watched, calls } = await openCounting(open);
      await refused(watched.update<Counter>(["a"], add), "UNSUPPORTED");
      assert.deepEqual(calls, []);
      assert.deepEqual(await store.read(["a"]), { count: 1 });
    },
  },
];
