import assert from "node:assert/strict";
import { type Capabilities, isStorageError } from "@stowage/core";
import type { Case } from "../case.ts";
import { openCounting } from "../counting.ts";
import { meanwhile, refused } from "../expect.ts";
import { add, type Counter, noUpdates } from "./update.ts";

/** Why several handles are not let loose on one record here. */
export function notShared({ compareAndSwap }: Capabilities): string | undefined {
  return compareAndSwap === "store" ? undefined : "the backend claims no shared conditions";
}

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
    when: notShared,
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
  {
    id: "UPDATE-020",
    law: "R4",
    title: "an update gives a record a value of another type",
    when: noUpdates,
    async run({ store }) {
      await store.write(["a"], { count: 1 });
      for (const value of [[1], "text", 7, null, false, { n: 1 }]) {
        assert.deepEqual(await store.update<unknown>(["a"], () => value), value);
        assert.deepEqual(await store.read(["a"]), value);
      }
    },
  },
  {
    id: "UPDATE-021",
    law: "R4",
    title: "updates that throw among others at once cost the others nothing",
    when: notShared,
    async run({ store, open }) {
      const handles = [store, await open()];
      await store.write(["a"], { count: 0 });
      const ends = await Promise.allSettled(
        Array.from({ length: 12 }, (_, i) =>
          (handles[i % 2] as typeof store).update<Counter>(["a"], (draft) => {
            add(draft);
            if (i % 3 === 0) throw new Error("mine");
          }),
        ),
      );
      assert.equal(ends.filter(({ status }) => status === "rejected").length, 4);
      assert.deepEqual(await store.read(["a"]), { count: 8 });
    },
  },
  {
    id: "UPDATE-022",
    law: "R4",
    title: "an update never brings a record back that is removed at the same time",
    byChance: true,
    when: notShared,
    async run({ store, open, scale }) {
      const other = await open();
      for (let round = 0; round < 4 * scale; round++) {
        await store.write(["a"], { count: 0 });
        const updates = [1, 2, 3].map(async () => {
          const outcome = await store.update<Counter>(["a"], add).catch((error: unknown) => error);
          // Whoever came too late is told that there is nothing.
          if (outcome instanceof Error) assert.ok(isStorageError(outcome, "NOT_FOUND"), outcome.message);
        });
        await Promise.all([...updates, other.remove(["a"])]);
        assert.equal(await store.get(["a"]), undefined, `round ${round}`);
      }
    },
  },
  {
    id: "UPDATE-023",
    law: "R4",
    title: "an update never undoes what another handle writes at the same time",
    byChance: true,
    when: notShared,
    async run({ store, open, scale }) {
      const other = await open();
      for (let round = 0; round < 4 * scale; round++) {
        await store.write(["a"], { count: 0 });
        const updates = [1, 2, 3].map(() => store.update<Counter>(["a"], add));
        // Once the first is done, the next is under way.
        const write = Promise.race(updates).then(() => other.write(["a"], { count: 100 }));
        await Promise.all([...updates, write]);
        const { count } = await store.read<Counter>(["a"]);
        assert.ok(count >= 100 && count <= 103, `the count is ${count}`);
      }
    },
  },
  {
    id: "UPDATE-024",
    law: "R4",
    title: "an auditor finds the same total whenever it looks, while several handles move amounts",
    when: notShared,
    async run({ store, open, scale }) {
      const [first, second, auditor] = [store, await open(), await open()];
      await store.write(["bank"], [100, 100, 100]);
      const transfer = async (handle: typeof store, by: number): Promise<void> => {
        for (let turn = 0; turn < 8 * scale; turn++) {
          await handle.update<number[]>(["bank"], (accounts) => {
            (accounts[turn % 3] as number) -= by;
            (accounts[(turn + by) % 3] as number) += by;
          });
        }
      };
      const total = async (): Promise<void> => {
        const accounts = await auditor.read<number[]>(["bank"]);
        assert.equal(
          accounts.reduce((sum, amount) => sum + amount, 0),
          300,
        );
      };
      await meanwhile(Promise.all([transfer(first, 1), transfer(second, 2)]), total);
      await total();
    },
  },
  {
    id: "UPDATE-025",
    law: "R4",
    title: "updates that append at once lose no item and repeat none",
    when: noUpdates,
    async run({ store }) {
      const items = Array.from({ length: 12 }, (_, i) => i);
      await store.write(["list"], []);
      await Promise.all(items.map((item) => store.update<number[]>(["list"], (list) => void list.push(item))));
      assert.deepEqual(
        (await store.read<number[]>(["list"])).sort((a, b) => a - b),
        items,
      );
    },
  },
];
