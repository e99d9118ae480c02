import assert from "node:assert/strict";
import { type Capabilities, type Entry, isStorageError, type Key, type Store } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, refused } from "../expect.ts";
import { noRemoves } from "./conditions.ts";
import { notShared } from "./racing.ts";
import { add, type Counter, noUpdates as noConditions } from "./update.ts";

const key: Key = ["a"];

/** What happens to a record behind the back of whoever holds its version, and what is there then. */
const histories: readonly (readonly [
  title: string,
  make: (store: Store) => Promise<unknown>,
  left: string | undefined,
])[] = [
  ["was removed", (store) => store.remove(key), undefined],
  [
    "was removed and made again",
    async (store) => {
      await store.remove(key);
      await store.write(key, "again");
    },
    "again",
  ],
  [
    "was removed and made again by a batch",
    async (store) => {
      await store.removePrefix([]);
      await store.batch([{ type: "write", key, value: "again" }]);
    },
    "again",
  ],
  [
    "was replaced twice",
    async (store) => {
      await store.write(key, "once");
      await store.write(key, "twice");
    },
    "twice",
  ],
];

function staleCase(
  [history, make, left]: (typeof histories)[number],
  id: string,
  verb: "put" | "remove",
  when: (capabilities: Capabilities) => string | undefined,
): Case {
  return {
    id,
    law: "V2",
    title: `a ${verb} on the version of a record that ${history} since gives CONFLICT and changes nothing`,
    when,
    async run({ store, open }) {
      const other = await open();
      const { version: ifVersion } = await store.put(key, "first");
      await make(other);
      const error = await refused(
        verb === "put" ? store.put(key, "late", { ifVersion }) : store.remove(key, { ifVersion }),
        "CONFLICT",
      );
      const entry = await other.get(key);
      assert.equal(entry?.value, left);
      assert.equal(error.currentVersion, entry?.version ?? null);
      assert.equal((await store.list([])).length, left === undefined ? 0 : 1);
    },
  };
}

/** Adds one unless somebody came between; resolves to whether it did. */
async function incremented(handle: Store): Promise<boolean> {
  const { value, version } = (await handle.get<Counter>(key)) as Entry<Counter>;
  const outcome: unknown = await handle
    .put(key, { count: value.count + 1 }, { ifVersion: version })
    .catch((error) => error);
  if (isStorageError(outcome, "CONFLICT")) return false;
  if (outcome instanceof Error) throw outcome;
  return true;
}

export const staleCases: readonly Case[] = [
  ...histories.map((history, i) => staleCase(history, `VERSION-0${32 + i}`, "put", noConditions)),
  ...histories.map((history, i) => staleCase(history, `VERSION-0${36 + i}`, "remove", noRemoves)),
  {
    id: "VERSION-040",
    law: "V2",
    title: "the version of one record makes no other one, and is good for another only where that one has the same",
    when: noConditions,
    async run({ store }) {
      const { version: ifVersion } = await store.put(["a"], "a");
      const { version } = await store.put(["b"], "b");
      // Where each record counts its own writes, both have the same.
      if (version !== ifVersion) {
        assert.equal((await refused(store.put(["b"], "late", { ifVersion }), "CONFLICT")).currentVersion, version);
      }
      assert.equal((await refused(store.put(["c"], "late", { ifVersion }), "CONFLICT")).currentVersion, null);
      assert.deepEqual(await store.readMany([["a"], ["b"], ["c"]]), ["a", "b", undefined]);
    },
  },
  {
    id: "VERSION-041",
    law: "V2",
    title: "a put on the current version writes the same value too, and the version it gives is good",
    when: noConditions,
    async run({ store }) {
      const first = await store.put(key, 1);
      const second = await store.put(key, 1, { ifVersion: first.version });
      assert.equal((await store.get(key))?.version, second.version);
      await store.put(key, 2, { ifVersion: second.version });
      assert.equal(await store.read(key), 2);
    },
  },
  {
    id: "VERSION-042",
    law: "V2",
    title: "records above, below, and beside one are no matter of a condition on it",
    when: noConditions,
    async run({ store }) {
      await store.write(["a", "b"], "below");
      const { version } = await store.put(["a"], 1, { ifVersion: null });
      await store.put(["a", "b", "c"], "far below", { ifVersion: null });
      await store.write(["a", "b"], "changed");
      await store.write(["a-"], "beside");
      await store.remove(["a", "b", "c"]);
      await store.put(["a"], 2, { ifVersion: version });
      assert.equal(await store.read(["a"]), 2);
    },
  },
  {
    id: "VERSION-043",
    law: "V2",
    title: "increments by get and a conditional put, tried again after each CONFLICT, all count",
    when: notShared,
    async run({ store, open, scale }) {
      const times = 5 * scale;
      await store.write(key, { count: 0 });
      const increment = async (handle: Store): Promise<void> => {
        for (let done = 0; done < times;) if (await incremented(handle)) done++;
      };
      await Promise.all([store, await open(), store].map(increment));
      assert.deepEqual(await store.read(key), { count: 3 * times });
    },
  },
  {
    id: "VERSION-044",
    law: "V1",
    title: "the versions of many records are those that each write gave, in one sweep",
    async run({ store, open }) {
      const given: string[] = [];
      for (const id of ["a", "b", "c"]) given.push((await store.put(["v", id], id)).version);
      const entries = await collect((await open()).entries(["v"]));
      assert.deepEqual(
        entries.map((entry) => entry.version),
        given,
      );
    },
  },
  {
    id: "VERSION-045",
    law: "V2",
    title: "a condition holds against what updates wrote, and updates against what conditions allowed",
    when: noConditions,
    async run({ store, open }) {
      const other = await open();
      const { version } = await store.put(key, { count: 1 });
      await other.update<Counter>(key, add);
      await refused(store.put(key, { count: 9 }, { ifVersion: version }), "CONFLICT");
      const now = (await store.get(key))?.version as string;
      await store.put(key, { count: 10 }, { ifVersion: now });
      assert.deepEqual(await other.update<Counter>(key, add), { count: 11 });
    },
  },
  {
    id: "VERSION-053",
    law: "V1",
    title: "an entry keeps the version of its value, whatever is written before somebody asks for it",
    async run({ store, open, capabilities }) {
      const other = await open();
      const keys: readonly Key[] = [
        ["v", "a"],
        ["v", "b"],
        ["v", "c"],
      ];
      const found: readonly ((at: Key) => Promise<Entry | undefined>)[] = [
        (at) => store.get(at),
        async (at) => (await collect(store.entries(["v"]))).find(({ key: [, id] }) => id === at[1]),
        async (at) => (await collect(store.entries(["v"], { reverse: true }))).find(({ key: [, id] }) => id === at[1]),
      ];
      for (const [round, find] of found.entries()) {
        for (const one of keys) await store.write(one, `before ${round}`);
        const held: Entry[] = [];
        for (const one of keys) held.push((await find(one)) as Entry);
        const current = [(await other.put(["v", "a"], "other")).version, (await store.put(["v", "b"], "own")).version];
        await other.batch([{ type: "write", key: ["v", "c"], value: "batch" }]);
        // What was read since must not change what was read before.
        current.push((await store.get(["v", "c"]))?.version as string);
        await collect(store.entries(["v"]));
        for (const [i, { key: at, version: ifVersion }] of held.entries()) {
          assert.notEqual(ifVersion, current[i], `the entry of ${String(at)} has the version of a later value`);
          if (noConditions(capabilities) !== undefined) continue;
          assert.equal((await refused(store.put(at, "late", { ifVersion }), "CONFLICT")).currentVersion, current[i]);
        }
        assert.deepEqual(await store.readMany(keys), ["other", "own", "batch"]);
      }
    },
  },
];
