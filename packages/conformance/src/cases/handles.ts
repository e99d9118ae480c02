import assert from "node:assert/strict";
import { type Capabilities, type Key, nameOf, type RangeOptions, type Store } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, inOrder, refused, shown } from "../expect.ts";
import { noAtomic } from "./batch.ts";
import { noUpdates as noConditions } from "./update.ts";

const [a, b] = [
  ["h", "a"],
  ["h", "b", "x", "y"],
] as const;

/** Looks at a part, which a handle may remember apart from the whole, and what they find of it. */
const views: readonly (readonly [options: RangeOptions, part: (keys: readonly Key[]) => readonly Key[]])[] = [
  [{ reverse: true }, (keys) => [...keys].reverse()],
  [{ limit: 1 }, (keys) => keys.slice(0, 1)],
  [{ after: a }, (keys) => keys.filter((key) => shown(key) === shown(b))],
  [{ before: b }, (keys) => keys.filter((key) => shown(key) === shown(a))],
];

/** The records of a handle by their keys, found by every way of reading, which must all find the same. */
async function seen(store: Store): Promise<Readonly<Record<string, unknown>>> {
  const entries = await collect(store.entries(["h"]));
  const found = Object.fromEntries(entries.map(({ key, value }) => [shown(key), value]));
  const keys = entries.map(({ key }) => key);
  assert.deepEqual(await store.list(["h"]), keys, "list and entries differ");
  assert.deepEqual(await collect(store.keys(["h"])), keys, "keys and entries differ");
  const deep = keys.filter((key) => shown(key) === shown(b));
  assert.deepEqual(await store.list(["h", "b", "x"]), deep, "the listing of a deep prefix differs");
  for (const [options, part] of views) {
    assert.deepEqual(await collect(store.keys(["h"], options)), part(keys), "a part of the keys differs");
  }
  const backwards = await collect(store.entries(["h"], { reverse: true }));
  assert.deepEqual(backwards.reverse(), entries, "a sweep backwards differs");
  assert.deepEqual(await store.readMany([a, b]), [found[shown(a)], found[shown(b)]], "readMany and entries differ");
  for (const key of [a, b]) {
    assert.deepEqual((await store.get(key))?.value, found[shown(key)], "get and entries differ");
    if (shown(key) in found) assert.deepEqual(await store.read(key), found[shown(key)], "read and entries differ");
    else await refused(store.read(key), "NOT_FOUND");
  }
  return found;
}

interface Change {
  readonly id: string;
  readonly law: string;
  readonly title: string;
  readonly when?: (capabilities: Capabilities) => string | undefined;
  readonly before: readonly (readonly [Key, unknown])[];
  readonly after: readonly (readonly [Key, unknown])[];
  readonly make: (store: Store) => Promise<unknown>;
}

/** Changes by one handle, which another one that has looked before must see at once. */
const changes: readonly Change[] = [
  {
    id: "HANDLE-001",
    law: "R1",
    title: "a record that is created",
    before: [],
    after: [[a, 1]],
    make: (store) => store.write(a, 1),
  },
  {
    id: "HANDLE-002",
    law: "R1",
    title: "a record that is replaced, beside a prefix or deep below one",
    before: [
      [a, 1],
      [b, 1],
    ],
    after: [
      [a, { n: 2 }],
      [b, 3],
    ],
    make: async (store) => {
      await store.write(a, { n: 2 });
      await store.write(b, 3);
    },
  },
  {
    id: "HANDLE-003",
    law: "R5",
    title: "a record that is removed",
    before: [
      [a, 1],
      [b, 2],
    ],
    after: [[b, 2]],
    make: (store) => store.remove(a),
  },
  {
    id: "HANDLE-004",
    law: "R1",
    title: "a record that is removed and created again",
    before: [[a, 1]],
    after: [[a, 2]],
    make: async (store) => {
      await store.remove(a);
      await store.write(a, 2);
    },
  },
  {
    id: "HANDLE-005",
    law: "M3",
    title: "a batch",
    before: [[a, 1]],
    after: [[b, 2]],
    make: (store) =>
      store.batch([
        { type: "remove", key: a },
        { type: "write", key: b, value: 2 },
      ]),
  },
  {
    id: "HANDLE-006",
    law: "M3",
    title: "an atomic batch",
    when: noAtomic,
    before: [[a, 1]],
    after: [[b, 2]],
    make: (store) =>
      store.batch(
        [
          { type: "remove", key: a },
          { type: "write", key: b, value: 2 },
        ],
        { atomic: true },
      ),
  },
  {
    id: "HANDLE-007",
    law: "M4",
    title: "the end of all records below a prefix",
    before: [
      [a, 1],
      [b, 2],
    ],
    after: [],
    make: (store) => store.removePrefix(["h"]),
  },
  {
    id: "HANDLE-008",
    law: "R4",
    title: "an update",
    when: noConditions,
    before: [[a, 1]],
    after: [[a, 2]],
    make: (store) => store.update<number>(a, (n) => n + 1),
  },
  {
    id: "HANDLE-009",
    law: "V2",
    title: "a write on a condition",
    when: noConditions,
    before: [[a, 1]],
    after: [
      [a, 1],
      [b, 2],
    ],
    make: (store) => store.put(b, 2, { ifVersion: null }),
  },
];

function recordsOf(list: Change["before"]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(list.map(([key, value]) => [shown(key), value]));
}

export const handleCases: readonly Case[] = [
  ...changes.map((change): Case => ({
    id: change.id,
    law: change.law,
    title: `a handle that has looked before sees at once, by every way of reading, ${change.title} at another`,
    ...(change.when && { when: change.when }),
    async run({ store, open }) {
      const other = await open();
      for (const [key, value] of change.before) await store.write(key, value);
      assert.deepEqual(await seen(other), recordsOf(change.before));
      assert.deepEqual(await seen(store), recordsOf(change.before));
      await change.make(store);
      assert.deepEqual(await seen(other), recordsOf(change.after), "the other handle");
      assert.deepEqual(await seen(store), recordsOf(change.after), "the handle that made the change");
    },
  })),
  {
    id: "HANDLE-010",
    law: "L4",
    title: "a handle that has looked before sees at once a marker that another sets or replaces",
    async run({ driver, open }) {
      const other = (await open()).driver;
      assert.equal(await other.getMarker("note"), undefined);
      for (const text of ["1", "2", ""]) {
        await driver.putMarker("note", text);
        assert.equal(await other.getMarker("note"), text);
      }
    },
  },
  {
    id: "HANDLE-011",
    law: "V2",
    title: "a version that one handle read is good for one write at another",
    when: noConditions,
    async run({ store, open }) {
      const other = await open();
      await store.write(a, "first");
      const { version } = (await store.get(a)) ?? {};
      await other.put(a, "second", { ifVersion: version as string });
      await refused(store.put(a, "third", { ifVersion: version as string }), "CONFLICT");
      await refused(other.put(a, "fourth", { ifVersion: version as string }), "CONFLICT");
      assert.deepEqual(await seen(store), { [shown(a)]: "second" });
    },
  },
  {
    id: "HANDLE-012",
    law: "V1",
    title: "handles agree on the versions of all records, by every way of reading",
    async run({ store, open }) {
      const other = await open();
      const third = await open();
      await store.write(a, 1);
      await other.write(b, 2);
      const expected = [await third.get(a), await third.get(b)];
      for (const handle of [store, other, third]) {
        assert.deepEqual([await handle.get(a), await handle.get(b)], expected);
        assert.deepEqual(await collect(handle.entries(["h"])), expected);
      }
    },
  },
  {
    id: "HANDLE-013",
    law: "R6",
    title: "handles that change records in turn list the same after each change",
    async run({ store, open, driver }) {
      const handles = [store, await open(), await open()];
      const keys = [["h"], a, b, ["h", "a", "x"], ["ha"]];
      const there = new Set<Key>();
      for (let turn = 0; turn < 16; turn++) {
        // Steps through keys and handles that share no common rhythm.
        const key = keys[(turn * 3) % keys.length] as Key;
        const [writer, reader] = [handles[turn % 3], handles[(turn + 1) % 3]] as [Store, Store];
        if (there.delete(key)) await writer.remove(key);
        else {
          there.add(key);
          await writer.write(key, turn);
        }
        assert.deepEqual(await reader.list([]), inOrder([...there]), `turn ${turn}`);
        assert.equal((await driver.get(nameOf(key))) !== undefined, there.has(key), `turn ${turn}`);
      }
    },
  },
];
