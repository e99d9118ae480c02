import assert from "node:assert/strict";
import { type Capabilities, delegate, type Store } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, refused } from "../expect.ts";
import { faulty, hold } from "../faulty.ts";
import { fill } from "./list.ts";
import { noUpdates } from "./update.ts";

interface Verb {
  readonly name: string;
  readonly call: (store: Store) => Promise<unknown>;
  readonly when?: (capabilities: Capabilities) => string | undefined;
}

/** Calls on a store that holds `a` and `b`. */
const verbs: readonly Verb[] = [
  { name: "write", call: (store) => store.write(["a"], 1) },
  { name: "put", call: (store) => store.put(["c"], 1) },
  { name: "read", call: (store) => store.read(["a"]) },
  { name: "get", call: (store) => store.get(["a"]) },
  { name: "update", call: (store) => store.update(["a"], () => 1), when: noUpdates },
  { name: "remove", call: (store) => store.remove(["a"]) },
  { name: "list", call: (store) => store.list([]) },
  { name: "readMany", call: (store) => store.readMany([["a"], ["b"]]) },
  { name: "batch", call: (store) => store.batch([{ type: "write", key: ["c"], value: 1 }]) },
  { name: "removePrefix", call: (store) => store.removePrefix([]) },
  { name: "keys", call: (store) => store.keys([]).next() },
  { name: "entries", call: (store) => store.entries([]).next() },
];

export const closingCases: readonly Case[] = [
  ...verbs.map(({ name, call, when }, i): Case => ({
    id: `LIFE-0${33 + i}`,
    law: "L1",
    title: `a call of ${name} that is under way is answered before close frees the backend`,
    ...(when && { when }),
    async run({ store, open }) {
      await fill(store, [["a"], ["b"]]);
      const { fault, isHeld, hasEnded, release } = hold();
      let hadEnded: boolean | undefined;
      const closing = await open((driver) =>
        delegate(faulty(driver, fault), {
          close: async () => {
            hadEnded = hasEnded();
            await driver.close?.();
          },
        }),
      );
      const answer = call(closing);
      // When an assertion fails first, nobody waits for them any more.
      answer.catch(() => {});
      await Promise.race([isHeld, answer]);
      const closed = closing.close();
      closed.catch(() => {});
      await refused(closing.read(["a"]), "CLOSED");
      assert.equal(hadEnded, undefined, "close did not wait");
      release();
      await answer;
      await closed;
      assert.equal(hadEnded, true, "close did not wait");
      await (await open()).list([]);
    },
  })),
  {
    id: "LIFE-045",
    law: "L1",
    title: "an iteration that close interrupted is refused, and one that ended stays ended",
    async run({ store }) {
      await fill(store, [["a"], ["b"]]);
      const ended = store.keys([]);
      await collect(ended);
      const interrupted = [store.keys([]), store.entries([])];
      for (const one of interrupted) await one.next();
      await store.close();
      for (const one of interrupted) {
        await refused(one.next(), "CLOSED");
        assert.deepEqual(await one.next(), { done: true, value: undefined });
      }
      assert.deepEqual(await ended.next(), { done: true, value: undefined });
    },
  },
  {
    id: "LIFE-046",
    law: "L1",
    title: "after close, what is wrong with a call does not matter any more",
    async run({ store }) {
      await store.close();
      await refused(store.write([".."], 1), "CLOSED");
      await refused(store.write(["a"], undefined), "CLOSED");
      await refused(store.put(["a"], 1, { ifVersion: null }), "CLOSED");
      await refused(store.remove(["a"], { ifVersion: "none" }), "CLOSED");
      await refused(store.batch([], { atomic: true }), "CLOSED");
      await refused(store.readMany([]), "CLOSED");
    },
  },
  {
    id: "LIFE-047",
    law: "L1",
    title: "handles that open and close in any order leave the others working",
    async run({ store, open }) {
      const handles = [store, await open(), await open(), await open()] as const;
      const [first, second, third, last] = handles;
      for (const closing of [second, first, third]) {
        await closing.write(["a"], 1);
        await closing.close();
        assert.equal(await last.read(["a"]), 1);
        await last.write(["a"], 0);
      }
      const later = await open();
      await last.close();
      assert.equal(await later.read(["a"]), 0);
    },
  },
  {
    id: "LIFE-048",
    law: "L1",
    title: "the capabilities can be read after close",
    async run({ store, capabilities }) {
      await store.close();
      assert.deepEqual(store.capabilities, capabilities);
    },
  },
];
