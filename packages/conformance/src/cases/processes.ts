import assert from "node:assert/strict";
import type { Capabilities, Key } from "@stowage/core";
import type { Backend, Case } from "../case.ts";
import { assertWhole, patterned } from "../child/patterned.ts";
import { meanwhile, numbered, refused } from "../expect.ts";

const childCount = 4;

export function noProcess(_: Capabilities, { process }: Backend): string | undefined {
  return process === undefined ? "no other process can see the data" : undefined;
}

function noShared(capabilities: Capabilities, backend: Backend): string | undefined {
  return (
    noProcess(capabilities, backend) ??
    (capabilities.compareAndSwap === "store" ? undefined : "the backend claims no shared conditions")
  );
}

export const processCases: readonly Case[] = [
  {
    id: "PROCESS-001",
    law: "R4",
    title: "increments of several processes all count",
    profile: "full",
    when: noShared,
    async run({ store, spawn, scale }) {
      await store.write(["counter"], { count: 0 });
      const times = 50 * scale;
      const args = { key: ["counter"], times };
      const children = await Promise.all(Array.from({ length: childCount }, () => spawn("increment", args)));
      await Promise.all(children.map((child) => child.run()));
      assert.deepEqual(await store.read(["counter"]), { count: childCount * times });
    },
  },
  {
    id: "PROCESS-002",
    law: "V3",
    title: "of creators in several processes exactly one wins each key",
    profile: "full",
    when: noShared,
    async run({ store, spawn, scale }) {
      const keys = numbered(["race"], 25 * scale);
      const children = await Promise.all(Array.from({ length: childCount }, (_, me) => spawn("create", { keys, me })));
      const won = (await Promise.all(children.map((child) => child.run()))) as number[][];
      assert.deepEqual(
        won.flat().sort((a, b) => a - b),
        keys.map((_, i) => i),
        "each index must be won once",
      );
      for (const [me, indexes] of won.entries()) {
        for (const index of indexes) assert.deepEqual(await store.read(keys[index] as Key), { me });
      }
    },
  },
  {
    id: "PROCESS-003",
    law: "R3",
    title: "a reader never sees a torn or missing record while another process rewrites it",
    profile: "full",
    when: noProcess,
    async run({ store, spawn, scale }) {
      const key = ["torn"];
      await store.write(key, patterned(0));
      const writer = await spawn("rewrite", { key, times: 100 * scale });
      await meanwhile(writer.run(), async () => assertWhole(await store.read(key)));
      assert.deepEqual(await store.read(key), patterned(100 * scale));
    },
  },
  {
    id: "PROCESS-004",
    law: "R3",
    title: "a writer killed at any instant leaves the old text or the new one",
    profile: "full",
    when: noProcess,
    async run({ store, spawn, scale }) {
      const key = ["killed"];
      for (let round = 1; round <= 3 * scale; round++) {
        await store.write(key, patterned(0));
        const writer = await spawn("rewrite", { key, times: 1_000_000 });
        // Its end is the kill.
        writer.run().catch(() => {});
        await writer.progress(round * 3);
        await writer.kill();
        assertWhole(await store.read(key));
        assert.deepEqual(await store.list([]), [key]);
        await store.write(key, "usable");
        assert.equal(await store.read(key), "usable");
      }
    },
  },
  {
    id: "PROCESS-005",
    law: "R1",
    title: "what one process wrote, others see at once, and what it removed, they miss",
    profile: "full",
    when: noProcess,
    async run({ store, spawn }) {
      await store.write(["here"], "parent");
      assert.equal(await (await spawn("read", { key: ["here"] })).run(), "parent");
      await store.list([]);
      await (await spawn("write", { key: ["here"], value: "child" })).run();
      assert.equal(await store.read(["here"]), "child");
      const removed = await (await spawn("removeAll", { prefix: [] })).run();
      assert.deepEqual(removed, [["here"]]);
      await refused(store.read(["here"]), "NOT_FOUND");
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "PROCESS-006",
    law: "L2",
    title: "an acknowledged write survives the death of its process",
    profile: "full",
    when: (capabilities, backend) =>
      noProcess(capabilities, backend) ??
      (capabilities.durability === "memory" ? "the backend claims no durability" : undefined),
    async run({ store, open, spawn }) {
      const writer = await spawn("writeAndDie", { key: ["last", "words"], value: "kept" });
      writer.run().catch(() => {});
      await writer.exited();
      assert.equal(await store.read(["last", "words"]), "kept");
      assert.deepEqual(await (await open()).list([]), [["last", "words"]]);
    },
  },
  {
    id: "PROCESS-007",
    law: "L1",
    title: "nothing keeps a process alive after close",
    profile: "full",
    when: noProcess,
    async run({ spawn }) {
      const child = await spawn("write", { key: ["a"], value: 1 });
      await child.run();
      assert.equal(await child.exited(), 0);
    },
  },
  {
    id: "PROCESS-008",
    law: "M3",
    title: "an atomic batch of a killed process is there whole or not at all",
    profile: "full",
    when: (capabilities, backend) =>
      noProcess(capabilities, backend) ??
      (capabilities.atomicBatch === "none" ? "the backend claims no atomic batches" : undefined),
    async run({ store, open, spawn, scale }) {
      const keys = numbered(["pair"], 8);
      for (let round = 1; round <= 3 * scale; round++) {
        await store.batch(
          keys.map((key) => ({ type: "write", key, value: patterned(0) })),
          { atomic: true },
        );
        const writer = await spawn("rewritePair", { keys, times: 1_000_000 });
        writer.run().catch(() => {});
        await writer.progress(round * 2);
        await writer.kill();
        const [first, ...others] = await (await open()).readMany(keys);
        assertWhole(first);
        for (const other of others) assert.deepEqual(other, first);
      }
    },
  },
];
