import assert from "node:assert/strict";
import { type Key, keyProblem, readonly, scope, type Store } from "@stowage/core";
import type { Case, Context } from "../case.ts";
import { collect, numbered, refused } from "../expect.ts";
import { ownView } from "../scoped.ts";
import { keyOfBytes, reachable } from "./limits.ts";
import { fill } from "./list.ts";
import { noUpdates as noConditions } from "./update.ts";

function viewOf({ open }: Pick<Context, "open">, prefix: Key): Promise<Store> {
  return open((driver) => ownView(prefix, driver));
}

/** A view of two segments, and keys of two in it. */
const noRoom: Case["when"] = ({ limits }) => (limits.segments < 4 ? "keys of four segments are too long" : undefined);

export const wrapperCases: readonly Case[] = [
  {
    id: "WRAP-001",
    law: "C1",
    title: "a view for reading only refuses every change and makes none",
    async run({ store, driver, open }) {
      await store.write(["a", "1"], "before");
      await driver.putMarker("note", "before");
      const view = await open(readonly);
      const { version } = (await view.get(["a", "1"])) ?? {};
      const changes: (() => Promise<unknown>)[] = [
        () => view.write(["a", "1"], 1),
        () => view.put(["b"], 1),
        () => view.put(["b"], 1, { ifVersion: null }),
        () => view.put(["a", "1"], 1, { ifVersion: version as string }),
        () => view.update(["a", "1"], () => 1),
        () => view.remove(["a", "1"]),
        () => view.remove(["a", "1"], { ifVersion: version as string }),
        () => view.batch([{ type: "remove", key: ["a", "1"] }]),
        () => view.batch([{ type: "write", key: ["b"], value: 1 }], { atomic: true }),
        () => view.removePrefix(["a"]),
      ];
      for (const change of changes) await refused(change(), "UNSUPPORTED");
      await assert.rejects(view.driver.putMarker("note", "after"));
      assert.deepEqual(await collect(store.entries([])), [await store.get(["a", "1"])]);
      assert.equal(await store.read(["a", "1"]), "before");
      assert.equal(await driver.getMarker("note"), "before");
    },
  },
  {
    id: "WRAP-002",
    law: "C1",
    title: "a view for reading only claims no conditions and no atomic batches, and reads like the store",
    async run({ store, driver, open }) {
      await fill(store, numbered(["n"], 3));
      await driver.putMarker("note", "text");
      const view = await open(readonly);
      const { compareAndSwap, compareAndRemove, atomicBatch } = view.capabilities;
      assert.deepEqual([compareAndSwap, compareAndRemove, atomicBatch], ["none", "none", "none"]);
      assert.ok(Object.isFrozen(view.capabilities));
      assert.deepEqual(await view.list([]), await store.list([]));
      assert.deepEqual(await collect(view.entries(["n"])), await collect(store.entries(["n"])));
      assert.deepEqual(await view.readMany(numbered(["n"], 3)), numbered(["n"], 3));
      assert.equal(await view.driver.getMarker("note"), "text");
      await view.sync();
      await store.write(["n", "0000"], "later");
      assert.equal(await view.read(["n", "0000"]), "later");
    },
  },
  {
    id: "WRAP-003",
    law: "R6",
    title: "a view of a prefix shows what is strictly below it, by keys without it",
    async run(context) {
      const { store } = context;
      await fill(store, [["v"], ["v", "a"], ["v", "a", "b"], ["v-"], ["va"], ["w", "v", "a"]]);
      const view = await viewOf(context, ["v"]);
      const keys = [["a"], ["a", "b"]];
      assert.deepEqual(await view.list([]), keys);
      assert.deepEqual(await collect(view.keys([], { reverse: true })), [...keys].reverse());
      const entries = await collect(view.entries([]));
      assert.deepEqual(
        entries.map((entry) => [entry.key, entry.value]),
        keys.map((key) => [key, ["v", ...key]]),
      );
      assert.deepEqual(await view.list(["a"]), [["a", "b"]]);
      await refused(view.read(["v", "a"]), "NOT_FOUND");
    },
  },
  {
    id: "WRAP-004",
    law: "R1",
    title: "what a view writes and removes is in the whole store, at its place",
    when: noRoom,
    async run(context) {
      const { store } = context;
      const view = await viewOf(context, ["v", "1"]);
      await view.write(["a"], 1);
      await view.batch([{ type: "write", key: ["b", "c"], value: 2 }]);
      assert.deepEqual(await store.list([]), [
        ["v", "1", "a"],
        ["v", "1", "b", "c"],
      ]);
      await store.write(["v", "1", "a"], "changed");
      assert.equal(await view.read(["a"]), "changed");
      await view.remove(["a"]);
      assert.equal(await store.get(["v", "1", "a"]), undefined);
    },
  },
  {
    id: "WRAP-005",
    law: "K3",
    title: "views of prefixes that begin alike keep apart",
    when: noRoom,
    async run(context) {
      const prefixes = [["v"], ["va"], ["v", "v"], ["%"]];
      const views = await Promise.all(prefixes.map((prefix) => viewOf(context, prefix)));
      for (const [i, view] of views.entries()) await view.write(["same", "key"], i);
      for (const [i, view] of views.entries()) assert.equal(await view.read(["same", "key"]), i);
      const [first, second] = views as [Store, Store];
      await second.removePrefix([]);
      assert.deepEqual(await second.list([]), []);
      assert.deepEqual(await first.list([]), [
        ["same", "key"],
        ["v", "same", "key"],
      ]);
    },
  },
  {
    id: "WRAP-006",
    law: "M4",
    title: "removing everything through a view leaves all that lies around it",
    async run(context) {
      const { store } = context;
      const around = [["v"], ["v-", "a"], ["v.", "a"], ["v0", "a"], ["u", "v", "a"]];
      await fill(store, [...around, ["v", "a"], ["v", "b", "c"]]);
      const view = await viewOf(context, ["v"]);
      assert.equal(await view.removePrefix([]), 2);
      assert.deepEqual(await store.readMany(around), around);
      assert.equal((await store.list([])).length, around.length);
    },
  },
  {
    id: "WRAP-007",
    law: "K3",
    title: "a view of a view lies below both prefixes",
    async run(context) {
      const { store, open } = context;
      const view = await open((driver) => ownView(["b"], ownView(["a"], driver)));
      await view.write(["x"], 1);
      assert.deepEqual(await store.list([]), [["a", "b", "x"]]);
      assert.deepEqual(await (await viewOf(context, ["a"])).list([]), [["b", "x"]]);
      assert.deepEqual(await view.list([]), [["x"]]);
    },
  },
  {
    id: "WRAP-008",
    law: "C1",
    title: "the limits of a view leave room for its prefix, to the last byte and segment",
    async run(context) {
      const { store, capabilities } = context;
      const view = await viewOf(context, ["v", "\u00e9"]);
      const { limits } = view.capabilities;
      assert.equal(limits.segments, capabilities.limits.segments - 2);
      assert.equal(limits.nameBytes, capabilities.limits.nameBytes - "v/ee/".length);
      const room = reachable(limits);
      const longest = keyOfBytes(room.nameBytes, room);
      const deepest = Array.from({ length: limits.segments }, () => "d");
      for (const key of [longest, deepest]) {
        await view.write(key, 1);
        assert.equal(keyProblem(["v", "\u00e9", ...key], capabilities.limits), undefined);
        assert.equal(await store.read(["v", "\u00e9", ...key]), 1);
      }
      await refused(view.write(keyOfBytes(room.nameBytes + 1, room), 1), "INVALID_KEY");
      await refused(view.write([...deepest, "d"], 1), "INVALID_KEY");
    },
  },
  {
    id: "WRAP-009",
    law: "L1",
    title: "a view closes nothing that others use",
    async run({ store, driver, open }) {
      const view = await open(() => scope(["v"])(driver));
      await view.write(["a"], 1);
      await view.close();
      await refused(view.read(["a"]), "CLOSED");
      assert.equal(await store.read(["v", "a"]), 1);
      await store.write(["v", "a"], 2);
      assert.equal(await store.read(["v", "a"]), 2);
    },
  },
  {
    id: "WRAP-010",
    law: "L4",
    title: "the markers of a view are its own",
    async run(context) {
      const { driver, store } = context;
      const view = await viewOf(context, ["v"]);
      const other = await viewOf(context, ["w"]);
      await driver.putMarker("note", "whole");
      assert.equal(await view.driver.getMarker("note"), undefined);
      await view.driver.putMarker("note", "view");
      assert.equal(await driver.getMarker("note"), "whole");
      assert.equal(await view.driver.getMarker("note"), "view");
      assert.equal(await other.driver.getMarker("note"), undefined);
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "WRAP-011",
    law: "V2",
    title: "versions and conditions hold across a view and the whole store",
    when: noConditions,
    async run(context) {
      const { store } = context;
      const view = await viewOf(context, ["v"]);
      const { version } = await view.put(["a"], 1, { ifVersion: null });
      assert.equal((await store.get(["v", "a"]))?.version, version);
      await store.put(["v", "a"], 2, { ifVersion: version });
      const error = await refused(view.put(["a"], 3, { ifVersion: version }), "CONFLICT");
      assert.equal(error.currentVersion, (await store.get(["v", "a"]))?.version);
      assert.deepEqual(error.key, ["a"]);
    },
  },
  {
    id: "WRAP-012",
    law: "M2",
    title: "bounds, limits, and several prefixes hold within a view",
    async run(context) {
      await fill(context.store, [["u", "z"], ...numbered(["v", "n"], 4), ["v", "o", "x"], ["w", "a"]]);
      const view = await viewOf(context, ["v"]);
      const keys = numbered(["n"], 4);
      const [first, , , last] = keys as [Key, Key, Key, Key];
      assert.deepEqual(await collect(view.keys([], { after: first, before: last })), keys.slice(1, 3));
      assert.deepEqual(await collect(view.keys(["n"], { after: first, limit: 2 })), keys.slice(1, 3));
      assert.deepEqual(await collect(view.keys([], { reverse: true, limit: 2 })), [["o", "x"], last]);
      assert.deepEqual(await collect(view.keys({ prefixes: [["o"], ["n"]] }, { after: last })), [["o", "x"]]);
      assert.deepEqual(await collect(view.keys([], { after: ["z"] })), []);
    },
  },
  {
    id: "WRAP-013",
    law: "K2",
    title: "a view of no prefix, or of one that is illegal, is refused",
    async run({ driver }) {
      for (const prefix of [[], [""], [".."], ["a/b"], ["a", ".git"]]) {
        assert.throws(() => scope(prefix)(driver), { name: "StorageError", code: "INVALID_KEY" });
      }
    },
  },
];
