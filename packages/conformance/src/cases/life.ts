import assert from "node:assert/strict";
import { type BatchOp, Store } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, later, numbered, refused } from "../expect.ts";
import { fill } from "./list.ts";

/** Every call of a store, each with the name it has in a message. */
const calls: readonly (readonly [name: string, call: (store: Store) => Promise<unknown>])[] = [
  ["write", (store) => store.write(["a"], 1)],
  ["read", (store) => store.read(["a"])],
  ["update", (store) => store.update(["a"], () => 1)],
  ["remove", (store) => store.remove(["a"])],
  ["list", (store) => store.list([])],
  ["get", (store) => store.get(["a"])],
  ["put", (store) => store.put(["a"], 1)],
  ["readMany", (store) => store.readMany([["a"]])],
  ["keys", (store) => collect(store.keys([]))],
  ["entries", (store) => collect(store.entries([]))],
  ["batch", (store) => store.batch([{ type: "write", key: ["a"], value: 1 }])],
  ["removePrefix", (store) => store.removePrefix([])],
  ["sync", (store) => store.sync()],
];

export const lifeCases: readonly Case[] = [
  ...calls.map(([name, call], i): Case => ({
    id: `LIFE-0${String(i + 1).padStart(2, "0")}`,
    law: "L1",
    title: `${name} after close is refused and changes nothing`,
    async run({ store, open }) {
      await store.write(["a"], "kept");
      await store.close();
      const error = await refused(call(store), "CLOSED");
      assert.equal(error.driver, store.driver.name);
      const reopened = await open();
      assert.deepEqual(await collect(reopened.entries([])), [await reopened.get(["a"])]);
      assert.equal(await reopened.read(["a"]), "kept");
    },
  })),
  {
    id: "LIFE-021",
    law: "L1",
    title: "closing twice, also at once, is fine",
    async run({ store }) {
      await Promise.all([store.close(), store.close()]);
      await store.close();
      await store[Symbol.asyncDispose]();
      await refused(store.read(["a"]), "CLOSED");
    },
  },
  {
    id: "LIFE-022",
    law: "L1",
    title: "a store that nothing was done with can be closed",
    async run({ open }) {
      await (await open()).close();
    },
  },
  {
    id: "LIFE-023",
    law: "L1",
    title: "close waits for writes under way, and they are kept",
    async run({ store, open }) {
      const keys = numbered(["n"], 20);
      let done = 0;
      const writes = later(Promise.all(keys.map((key) => store.write(key, key).then(() => done++))));
      await store.close();
      const doneInTime = done;
      await writes;
      assert.equal(doneInTime, keys.length, "close did not wait");
      assert.deepEqual(await (await open()).readMany(keys), keys);
    },
  },
  {
    id: "LIFE-024",
    law: "L1",
    title: "close waits for batches, updates, and removes under way",
    async run({ store, open }) {
      await store.write(["u"], { n: 0 });
      await store.write(["gone"], 1);
      const ops: BatchOp[] = numbered(["b"], 30).map((key) => ({ type: "write", key, value: key }));
      const updates = store.capabilities.compareAndSwap !== "none";
      const under = [store.batch(ops), store.remove(["gone"])];
      if (updates) under.push(store.update<{ n: number }>(["u"], () => ({ n: 1 })).then(() => undefined));
      const all = later(Promise.all(under));
      await store.close();
      await all;
      const reopened = await open();
      assert.equal((await reopened.list(["b"])).length, 30);
      assert.deepEqual(await reopened.read(["u"]), { n: updates ? 1 : 0 });
      assert.equal(await reopened.get(["gone"]), undefined);
    },
  },
  {
    id: "LIFE-025",
    law: "L1",
    title: "reads under way when a store closes give their answers",
    async run({ store }) {
      await store.write(["a"], 1);
      const reads = later(Promise.all([store.read(["a"]), store.list([]), store.readMany([["a"]])]));
      await store.close();
      assert.deepEqual(await reads, [1, [["a"]], [1]]);
    },
  },
  {
    id: "LIFE-026",
    law: "L1",
    title: "a call after close is refused while close still waits",
    async run({ store, open }) {
      const closed = later(Promise.all([store.write(["a"], 1), store.close()]));
      await refused(store.write(["b"], 2), "CLOSED");
      await closed;
      assert.deepEqual(await (await open()).list([]), [["a"]]);
    },
  },
  {
    id: "LIFE-027",
    law: "L1",
    title: "a listing that nobody goes on with does not hold up close, and is refused afterwards",
    profile: "full",
    async run({ store }) {
      await fill(store, numbered(["n"], 600));
      const keys = store.keys(["n"]);
      await keys.next();
      await store.close();
      await refused(collect(keys), "CLOSED");
    },
  },
  {
    id: "LIFE-028",
    law: "L1",
    title: "await using closes",
    async run({ open }) {
      let kept: Store;
      {
        await using store = await open();
        kept = store;
        await store.write(["a"], 1);
      }
      await refused(kept.read(["a"]), "CLOSED");
    },
  },
  {
    id: "LIFE-029",
    law: "L1",
    title: "closing one handle leaves another working",
    async run({ store, open }) {
      const other = await open();
      await store.write(["a"], 1);
      await store.close();
      await other.write(["b"], 2);
      assert.deepEqual(await other.readMany([["a"], ["b"]]), [1, 2]);
      assert.deepEqual(await other.list([]), [["a"], ["b"]]);
    },
  },
  {
    id: "LIFE-030",
    law: "L1",
    title: "what was written is there when the store is opened again, and again",
    async run({ store, open }) {
      await store.write(["a"], 0);
      await store.close();
      for (let turn = 1; turn < 4; turn++) {
        const reopened = await open();
        assert.equal(await reopened.read(["a"]), turn - 1);
        await reopened.write(["a"], turn);
        await reopened.close();
      }
      assert.equal(await (await open()).read(["a"]), 3);
    },
  },
  {
    id: "LIFE-031",
    law: "L1",
    title: "handles that open at once all work",
    async run({ open }) {
      const handles = await Promise.all([open(), open(), open(), open()]);
      await Promise.all(handles.map((handle, i) => handle.write([`h${i}`], i)));
      for (const handle of handles) {
        assert.deepEqual(await handle.list([]), [["h0"], ["h1"], ["h2"], ["h3"]]);
      }
    },
  },
  {
    id: "LIFE-032",
    law: "L2",
    title: "sync resolves to nothing and keeps what was written",
    async run({ store }) {
      assert.equal(await store.sync(), undefined);
      await store.write(["a", "b"], 1);
      await store.remove(["x"]);
      await Promise.all([store.sync(), store.sync(), store.write(["c"], 2)]);
      assert.deepEqual(await store.list([]), [["a", "b"], ["c"]]);
    },
  },
];
