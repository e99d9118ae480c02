import assert from "node:assert/strict";
import { type Key, sleep } from "@stowage/core";
import type { Case } from "../case.ts";
import { numbered } from "../expect.ts";

/** Together 8 MiB: more than a cache that passes for a store is given as a rule, and little for a store. */
const count = 64;
const length = 131_072;

/** Together more than a second, the shortest life that stores of short-lived records count in. */
const turns = 24;
const turnMs = 50;

/** A long text that no other turn has, so that nothing can keep one for several. */
function filler(turn: number): string {
  return `${turn} `.repeat(length / 2).slice(0, length);
}

/** Writes this much below a prefix, in few requests. */
async function fill(write: (ops: readonly FillOp[]) => Promise<void>, prefix: Key): Promise<readonly Key[]> {
  const keys = numbered(prefix, count);
  await write(keys.map((key, turn) => ({ type: "write", key, value: filler(turn) })));
  return keys;
}

interface FillOp {
  readonly type: "write";
  readonly key: Key;
  readonly value: string;
}

export const keepCases: readonly Case[] = [
  {
    id: "KEEP-001",
    law: "R1",
    title: "records are there however many are written behind them",
    profile: "full",
    async run({ store }) {
      await store.write(["first"], "kept");
      const keys = await fill((ops) => store.batch(ops), ["n"]);
      assert.equal((await store.get(["first"]))?.value, "kept", "the first record is gone");
      assert.equal((await store.list([])).length, 1 + count);
      const found = await store.readMany<string>(keys);
      const gone = found.filter((value, turn) => value !== filler(turn)).length;
      assert.equal(gone, 0, `${gone} of ${count} records are gone or changed`);
    },
  },
  {
    id: "KEEP-002",
    law: "L4",
    title: "markers are there however many records are written behind them",
    profile: "full",
    async run({ store, driver, open }) {
      await driver.putMarker("mark", "kept");
      await fill((ops) => store.batch(ops), ["n"]);
      assert.equal(await driver.getMarker("mark"), "kept");
      // Whoever comes later finds the same store, and not a new one.
      assert.equal(await (await open()).driver.getMarker("mark"), "kept");
    },
  },
  {
    id: "KEEP-003",
    law: "R1",
    title: "records are there however often one beside them is replaced or removed",
    profile: "full",
    async run({ store }) {
      const keys = numbered(["still"], 8);
      await store.batch(keys.map((key, i) => ({ type: "write", key, value: i })));
      for (let turn = 0; turn < count; turn++) {
        await store.write(["busy"], filler(turn));
        if (turn % 16 === 15) await store.remove(["busy"]);
      }
      assert.deepEqual(
        await store.readMany(keys),
        keys.map((_, i) => i),
      );
      assert.deepEqual(await store.list([]), keys);
    },
  },
  {
    id: "KEEP-004",
    law: "R1",
    title: "records and markers are there when more than a second has gone by, while others are written",
    profile: "full",
    async run({ store, driver, open }) {
      const keys = numbered(["still"], 3);
      await store.write(keys[0] as Key, 0);
      await store.batch([1, 2].map((i) => ({ type: "write", key: keys[i] as Key, value: i })));
      await driver.putMarker("mark", "kept");
      for (let turn = 0; turn < turns; turn++) {
        await sleep(turnMs);
        await store.write(["busy"], turn);
      }
      for (const handle of [store, await open()]) {
        assert.deepEqual(await handle.readMany(keys), [0, 1, 2]);
        assert.deepEqual(await handle.list(["still"]), keys);
        assert.equal(await handle.driver.getMarker("mark"), "kept");
      }
    },
  },
];
