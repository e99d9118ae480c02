import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { Key, Store } from "@stowage/core";
import type { Case } from "../case.ts";
import { patterned } from "../child/patterned.ts";
import { collect, later, meanwhile, numbered } from "../expect.ts";
import { noAtomic } from "./batch.ts";
import { noProcess } from "./processes.ts";

/** Opens a handle, looks with it, and closes it, over and over until some work has ended. */
function opening(work: Promise<unknown>, open: () => Promise<Store>): Promise<void> {
  return meanwhile(work, async () => {
    const passing = await open();
    await passing.get(["nothing"]);
    await passing.close();
  });
}

/** Ways to write one record. */
const writings: readonly (readonly [
  name: string,
  write: (store: Store, key: Key, value: unknown) => Promise<unknown>,
])[] = [
  ["a write", (store, key, value) => store.write(key, value)],
  ["a put", (store, key, value) => store.put(key, value)],
  ["a batch", (store, key, value) => store.batch([{ type: "write", key, value }])],
  [
    "a longer batch",
    (store, key, value) =>
      store.batch([
        { type: "write", key, value },
        { type: "write", key: ["beside"], value },
      ]),
  ],
];

/** Ways to remove one record, `["r", "x"]`. */
const removals: readonly (readonly [name: string, remove: (store: Store) => Promise<unknown>])[] = [
  ["a removal", (store) => store.remove(["r", "x"])],
  ["a batch", (store) => store.batch([{ type: "remove", key: ["r", "x"] }])],
  ["the end of a prefix", (store) => store.removePrefix(["r"])],
];

/** Ways to find out how often the record `["s", "x"]` was written. */
const looks: readonly (readonly [name: string, look: (store: Store) => Promise<unknown>])[] = [
  ["get", async (store) => (await store.get(["s", "x"]))?.value],
  ["readMany", async (store) => (await store.readMany([["s", "x"]]))[0]],
  ["entries", async (store) => (await collect(store.entries(["s"])))[0]?.value],
];

export const sharingCases: readonly Case[] = [
  {
    id: "HANDLE-014",
    law: "R1",
    title: "a handle that has looked 25 times sees at once what another changes",
    async run({ store, open }) {
      const other = await open();
      const key = ["often", "read", "x"];
      await store.write(key, 0);
      for (let turn = 1; turn <= 2; turn++) {
        for (let look = 0; look < 25; look++) {
          assert.equal((await other.get(key))?.value, turn - 1);
          assert.deepEqual(await other.list([]), [key]);
        }
        await store.write(key, turn);
        assert.equal((await other.get(key))?.value, turn);
        assert.deepEqual(await other.readMany([key]), [turn]);
      }
      await store.remove(key);
      assert.equal(await other.get(key), undefined);
      assert.deepEqual(await other.list([]), []);
    },
  },
  {
    id: "HANDLE-015",
    law: "R1",
    title: "a look sees what was done before it, also while a like one of the same handle is under way",
    async run({ store, open }) {
      const other = await open();
      for (const [name, look] of looks) {
        for (let turn = 0; turn < 3; turn++) {
          const early = later(look(store));
          await other.write(["s", "x"], turn);
          assert.equal(await look(store), turn, name);
          await early;
        }
      }
      for (const key of numbered(["s"], 3)) {
        const early = later(store.list(["s"]));
        await other.write(key, 1);
        assert.deepEqual(
          (await store.list(["s"])).filter(([, id]) => id === key[1]),
          [key],
          "list",
        );
        await early;
      }
    },
  },
  {
    id: "HANDLE-016",
    law: "R1",
    title: "what a handle does once more, alone or in a batch, undoes what another has done since",
    async run({ store, open }) {
      const other = await open();
      for (const [name, write] of writings) {
        await write(store, ["w", "x"], "mine");
        await other.write(["w", "x"], "theirs");
        await write(store, ["w", "x"], "mine");
        assert.equal(await other.read(["w", "x"]), "mine", name);
      }
      for (const [name, remove] of removals) {
        await remove(store);
        await other.write(["r", "x"], "theirs");
        await remove(store);
        assert.equal(await other.get(["r", "x"]), undefined, name);
      }
    },
  },
  {
    id: "LIFE-049",
    law: "L1",
    title: "handles that others open and close meanwhile take nothing from writes and batches under way",
    async run({ store, open, capabilities }) {
      const other = await open();
      const updates = capabilities.compareAndSwap !== "none";
      const atomic = noAtomic(capabilities) === undefined;
      await store.write(["counter"], 0);
      for (let turn = 1; turn <= 6; turn++) {
        const [mine, theirs] = [numbered(["mine", `${turn}`], 6), numbered(["theirs"], 6)];
        const work: Promise<unknown>[] = [
          ...mine.slice(0, 3).map((key) => store.write(key, turn)),
          store.batch(mine.slice(3).map((key) => ({ type: "write", key, value: turn }))),
          other.batch(
            theirs.map((key) => ({ type: "write", key, value: turn })),
            { atomic },
          ),
          other.write(["replaced"], turn),
          store.remove(["mine", `${turn - 1}`, "0000"]),
        ];
        if (updates) work.push(store.update<number>(["counter"], (n) => n + 1));
        const done = later(Promise.all(work));
        // At once, and then a little later each time, so that handles open into all steps of the work.
        if (turn > 1) await setTimeout(turn - 1);
        await opening(done, open);
        const reader = await open();
        const written = [...mine, ...theirs, ["replaced"]];
        assert.deepEqual(
          await reader.readMany(written),
          written.map(() => turn),
          `turn ${turn}`,
        );
        assert.equal(await reader.get(["mine", `${turn - 1}`, "0000"]), undefined);
        assert.equal(await reader.read(["counter"]), updates ? turn : 0);
      }
      // Each turn left five, and the last one six.
      assert.equal((await store.list(["mine"])).length, 31);
    },
  },
  {
    id: "PROCESS-009",
    law: "L1",
    title: "handles that one process opens and closes take nothing from what others write meanwhile",
    profile: "full",
    when: noProcess,
    async run({ store, open, spawn, capabilities, scale }) {
      const times = 60 * scale;
      const keys = numbered(["each"], times);
      const pair = numbered(["pair"], 8);
      const writers = [await spawn("writeEach", { keys })];
      const isAtomic = noAtomic(capabilities) === undefined;
      if (isAtomic) writers.push(await spawn("rewritePair", { keys: pair, times }));
      await opening(Promise.all(writers.map((writer) => writer.run())), open);
      assert.deepEqual(await store.readMany(keys), keys);
      if (isAtomic)
        assert.deepEqual(
          await store.readMany(pair),
          pair.map(() => patterned(times)),
        );
    },
  },
];
