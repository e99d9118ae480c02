import assert from "node:assert/strict";
import type { BatchOp, Capabilities, Key, Store } from "@stowage/core";
import { collect } from "../expect.ts";
import { patterned } from "./patterned.ts";

/** Records by short names, as the turns of their values: `{ "a/b": 1 }` is the key `["act", "a", "b"]` with `patterned(1)`. */
export type Turns = Readonly<Record<string, number>>;

/** One call of a store, for tests of what is there when it ended early. The process that makes it and the one that looks afterwards share it. */
export interface Act {
  readonly law: string;
  /** "A process that … a record": `"replaces"`. */
  readonly does: string;
  readonly before: Turns;
  readonly after: Turns;
  /** Whether it is done whole or not at all, for all of its records together. */
  readonly isWhole?: true;
  /** The claim of a backend without which the call is refused. */
  readonly needs?: "compareAndSwap" | "compareAndRemove" | "atomicBatch";
  run(store: Store): Promise<unknown>;
}

export type ActName =
  | "create"
  | "replace"
  | "shorten"
  | "createIf"
  | "replaceIf"
  | "remove"
  | "removeIf"
  | "update"
  | "batch"
  | "atomicBatch"
  | "removePrefix"
  | "mark"
  | "sync"
  | "everything"
  | "read"
  | "readMany"
  | "list"
  | "sweep";

/** The marker that the act "mark" writes, and no other. */
export const actMarker = "mark";
/** A record that is written and acknowledged before each act. */
export const kept: Key = ["kept"];

export function actKey(name: string): Key {
  return ["act", ...name.split("/")];
}

/** A turn whose value is short. */
const shortTurn = 96;
const many: Turns = { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 };
const manyAfter: Turns = { a: 2, b: 2, c: 2, f: 1 };
const manyOps: readonly BatchOp[] = [
  ...["a", "b", "c"].map((name): BatchOp => ({ type: "write", key: actKey(name), value: patterned(2) })),
  ...["d", "e"].map((name): BatchOp => ({ type: "remove", key: actKey(name) })),
];

/** More than a driver does in one step that splits what is long. */
const short: Turns = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`n/${i}`, shortTurn]));
const atomicOps: readonly BatchOp[] = [
  ...manyOps.filter(({ type }) => type === "write"),
  ...Object.keys(short).map((name): BatchOp => ({ type: "write", key: actKey(name), value: patterned(shortTurn) })),
  ...manyOps.filter(({ type }) => type === "remove"),
];

async function versionOf(store: Store, name: string): Promise<string> {
  return (await store.get(actKey(name)))?.version ?? "missing";
}

/** Every act, by a name that travels to a child. */
export const acts: Readonly<Record<ActName, Act>> = {
  create: {
    law: "R3",
    does: "writes a new record",
    before: {},
    after: { "deep/er/a": 2 },
    run: (store) => store.write(actKey("deep/er/a"), patterned(2)),
  },
  replace: {
    law: "R3",
    does: "replaces a record",
    before: { a: 1 },
    after: { a: 2 },
    run: (store) => store.write(actKey("a"), patterned(2)),
  },
  shorten: {
    law: "R3",
    does: "puts a short text over a long one",
    before: { a: 5 },
    after: { a: shortTurn },
    run: (store) => store.write(actKey("a"), patterned(shortTurn)),
  },
  createIf: {
    law: "V3",
    does: "creates a record on the condition that there is none",
    before: {},
    after: { a: 2 },
    needs: "compareAndSwap",
    run: (store) => store.put(actKey("a"), patterned(2), { ifVersion: null }),
  },
  replaceIf: {
    law: "V2",
    does: "replaces a record on a condition",
    before: { a: 1 },
    after: { a: 2 },
    needs: "compareAndSwap",
    run: async (store) => store.put(actKey("a"), patterned(2), { ifVersion: await versionOf(store, "a") }),
  },
  remove: {
    law: "R5",
    does: "removes a record",
    before: { "x/a": 1, b: 1 },
    after: { b: 1 },
    run: (store) => store.remove(actKey("x/a")),
  },
  removeIf: {
    law: "V2",
    does: "removes a record on a condition",
    before: { a: 1, b: 1 },
    after: { b: 1 },
    needs: "compareAndRemove",
    run: async (store) => store.remove(actKey("a"), { ifVersion: await versionOf(store, "a") }),
  },
  update: {
    law: "R4",
    does: "updates a record",
    before: { a: 1 },
    after: { a: 2 },
    needs: "compareAndSwap",
    // What is done twice shows.
    run: (store) => store.update<{ turn: number }>(actKey("a"), ({ turn }) => patterned(turn + 1)),
  },
  batch: {
    law: "M3",
    does: "does a batch",
    before: many,
    after: manyAfter,
    run: (store) => store.batch(manyOps),
  },
  atomicBatch: {
    law: "M3",
    does: "does an atomic batch",
    before: many,
    after: { ...manyAfter, ...short },
    isWhole: true,
    needs: "atomicBatch",
    run: (store) => store.batch(atomicOps, { atomic: true }),
  },
  removePrefix: {
    law: "M4",
    does: "removes a prefix",
    before: { "p/a": 1, "p/b": 1, "p/c/d": 1, "p/e": 1, "pq/a": 1, q: 1 },
    after: { "pq/a": 1, q: 1 },
    run: (store) => store.removePrefix(actKey("p")),
  },
  mark: {
    law: "L4",
    does: "writes a marker",
    before: {},
    after: {},
    run: (store) => store.driver.putMarker(actMarker, "new"),
  },
  sync: {
    law: "L2",
    does: "syncs what it has written",
    before: { a: 1 },
    after: { a: 2 },
    run: async (store) => {
      await store.write(actKey("a"), patterned(2));
      await store.sync();
    },
  },
  everything: {
    law: "L2",
    does: "makes changes of every kind",
    before: { a: 1, "x/a": 1, b: 1, c: 1, "p/a": 1, "p/b": 1 },
    after: { "deep/er/a": 2, a: 2, b: 2 },
    async run(store) {
      await store.write(actKey("deep/er/a"), patterned(2));
      await store.write(actKey("a"), patterned(2));
      await store.remove(actKey("x/a"));
      await store.batch([
        { type: "write", key: actKey("b"), value: patterned(2) },
        { type: "remove", key: actKey("c") },
      ]);
      await store.removePrefix(actKey("p"));
    },
  },
  read: {
    law: "R2",
    does: "reads a record",
    before: { a: 1 },
    after: { a: 1 },
    run: async (store) => assert.deepEqual(await store.read(actKey("a")), patterned(1)),
  },
  readMany: {
    law: "M1",
    does: "reads several records",
    before: { a: 1, "x/b": 2 },
    after: { a: 1, "x/b": 2 },
    run: async (store) => {
      const keys = ["a", "missing", "x/b"].map(actKey);
      assert.deepEqual(await store.readMany(keys), [patterned(1), undefined, patterned(2)]);
    },
  },
  list: {
    law: "R6",
    does: "lists records",
    before: { a: 1, "x/b": 2 },
    after: { a: 1, "x/b": 2 },
    run: async (store) => assert.deepEqual(await store.list(["act"]), ["a", "x/b"].map(actKey)),
  },
  sweep: {
    law: "M2",
    does: "sweeps over records",
    before: { a: 1, "x/b": 2 },
    after: { a: 1, "x/b": 2 },
    run: async (store) => {
      const values = (await collect(store.entries(["act"]))).map(({ value }) => value);
      assert.deepEqual(values, [patterned(1), patterned(2)]);
    },
  },
};

/** Why an act says nothing about a backend, or `undefined` where it can be asked of it. */
export function refusesAct({ needs }: Act, capabilities: Capabilities): string | undefined {
  if (needs === undefined || capabilities[needs] === "store") return undefined;
  const what = needs === "atomicBatch" ? "atomic batches" : "shared conditions";
  return `the backend claims no ${what}${needs === "compareAndRemove" ? " on a remove" : ""}`;
}
