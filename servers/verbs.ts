// The verbs of a store, for tables of what becomes of each when something goes wrong.
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { type Driver, DriverError, isStorageError, type Key, type Storage, type Store } from "@stowage/core";
import type { Action, ArmedFault, Fault } from "./fault.ts";

/** What a store holds: the records by their keys, joined by "/", and the marker of these tests. */
export type Contents = Readonly<Record<string, unknown>>;

/** A verb, and what it makes of a store that holds two records and no marker. */
export interface Verb {
  /** Does what needs no trying, and resolves to the call. */
  prepare(store: Store): Promise<() => Promise<unknown>>;
  /** What the store holds once the call is done. */
  readonly after: Contents;
  /** What the call resolves to, where that matters. */
  readonly result?: unknown;
}

export type Verbs = Readonly<Record<string, Verb>>;

/** How each verb ended, in the words of {@link outcomeOf}. */
export type Outcomes = Readonly<Record<string, string>>;

/** What is tried, what goes wrong, and what becomes of each verb. */
export type Row = readonly [title: string, verbs: Verbs, fault: Fault, outcomes: Outcomes];

/** What happens to a connection, and what becomes of changes that meet it once, and again and again. */
export type ConnectionFault = readonly [title: string, action: Action, once: Outcomes, always: Outcomes];

const key: Key = ["k", "a"];
const before: Contents = { "k/a": "old", "k/b": "beside" };
const { "k/b": _, ...withoutB } = before;
const { "k/a": __, ...withoutA } = before;
const written: Contents = { ...before, "k/a": "new" };

async function versionOf(store: Storage): Promise<string> {
  // Cast: it was written before.
  return (await store.get(key))?.version as string;
}

/** All that changes something. */
export const changes: Verbs = {
  write: { prepare: async (store) => () => store.write(key, "new"), after: written },
  "write on a version": {
    async prepare(store) {
      const ifVersion = await versionOf(store);
      return () => store.put(key, "new", { ifVersion });
    },
    after: written,
  },
  creation: {
    prepare: async (store) => () => store.put(["k", "c"], "new", { ifVersion: null }),
    after: { ...before, "k/c": "new" },
  },
  update: {
    prepare: async (store) => () => store.update(key, (text) => `${text}er`),
    after: { ...before, "k/a": "older" },
  },
  remove: { prepare: async (store) => () => store.remove(key), after: withoutA },
  "remove on a version": {
    async prepare(store) {
      const ifVersion = await versionOf(store);
      return () => store.remove(key, { ifVersion });
    },
    after: withoutA,
  },
  "batch of writes": {
    prepare: async (store) => () => store.batch([{ type: "write", key, value: "new" }]),
    after: written,
  },
  "batch of removes": {
    prepare: async (store) => () => store.batch([{ type: "remove", key: ["k", "b"] }]),
    after: withoutB,
  },
  "atomic batch": {
    prepare: async (store) => () =>
      store.batch(
        [
          { type: "write", key, value: "new" },
          { type: "remove", key: ["k", "b"] },
        ],
        { atomic: true },
      ),
    after: { "k/a": "new" },
  },
  removePrefix: { prepare: async (store) => () => store.removePrefix(["k"]), after: {}, result: 2 },
  putMarker: {
    prepare: async (store) => () => store.driver.putMarker("mark", "new"),
    after: { ...before, mark: "new" },
  },
};

/** All that changes nothing. */
export const reads: Verbs = {
  read: { prepare: async (store) => () => store.read(key), after: before, result: "old" },
  readMany: {
    prepare: async (store) => () => store.readMany([key, ["k", "b"], ["k", "c"]]),
    after: before,
    result: ["old", "beside", undefined],
  },
  list: {
    prepare: async (store) => () => store.list([]),
    after: before,
    result: [key, ["k", "b"]],
  },
  entries: {
    prepare: async (store) => async () => {
      const values: unknown[] = [];
      for await (const { value } of store.entries([])) values.push(value);
      return values;
    },
    after: before,
    result: ["old", "beside"],
  },
  getMarker: { prepare: async (store) => () => store.driver.getMarker("mark"), after: before },
};

/** What a verb is tried on: an empty store behind a proxy, and the same past it, which sees what the server has. */
export interface Stand {
  readonly store: Store;
  readonly direct: Store;
  /** Brings the fault about, once all is ready for the verb. */
  arm(): ArmedFault;
}

/**
 * How a verb ended, in words: `"done"`; or the code of its error, whether it was applied, and whether the error says that it
 * may have been: `"UNAVAILABLE, applied, in doubt"`. Throws for what no fault excuses: a change that is half done, or not done
 * and acknowledged, a wrong answer, a next call that fails.
 */
export async function outcomeOf(verb: Verb, { store, direct, arm }: Stand): Promise<string> {
  await fill(direct);
  const call = await verb.prepare(store);
  const fault = arm();
  const end = await endOf(call, store.driver);
  fault.disarm();
  assert.ok(fault.hits > 0, "the fault befell nothing");
  const found = await contentsOf(direct);
  const isApplied = isDeepStrictEqual(found, verb.after);
  if (!isApplied) assert.deepEqual(found, before, `it is half done after ${end.code}`);
  if (end.code === "done") {
    assert.ok(isApplied, "it was acknowledged and not done");
    if ("result" in verb) assert.deepEqual(end.result, verb.result);
  }
  await store.write(["next"], 1);
  assert.equal(await direct.read(["next"]), 1);
  const isRead = verb.after === before;
  const applied = isApplied ? "applied" : "not applied";
  return [end.code, ...(end.code === "done" || isRead ? [] : [applied]), ...(end.isInDoubt ? ["in doubt"] : [])].join(
    ", ",
  );
}

/** What becomes of each of these verbs, all at once, each on a stand of its own. */
export async function outcomesOf(verbs: Verbs, standFor: (name: string) => Promise<Stand>): Promise<Outcomes> {
  const outcomes = Object.entries(verbs).map(async ([name, verb]) => {
    try {
      return [name, await outcomeOf(verb, await standFor(name))];
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
  });
  return Object.fromEntries(await Promise.all(outcomes));
}

/** Does each change once, where nothing goes wrong: a server that learns what it is asked for has learnt it all then. */
export async function changeAll(store: Store): Promise<void> {
  for (const { prepare } of Object.values(changes)) {
    await fill(store);
    await (
      await prepare(store)
    )();
  }
}

async function fill(store: Store): Promise<void> {
  await store.batch(Object.entries(before).map(([path, value]) => ({ type: "write", key: path.split("/"), value })));
}

/** The same outcome for all of these verbs but some. */
export function allBut(verbs: Verbs, outcome: string, others: Outcomes = {}): Outcomes {
  return { ...Object.fromEntries(Object.keys(verbs).map((name) => [name, outcome])), ...others };
}

/** What a protocol's requests are told apart by, and the changes that its server can be asked for. */
export interface Talk {
  readonly changes: Verbs;
  readonly isChange: Fault["on"];
  readonly isRead: Fault["on"];
}

/** Changes and reads that meet what happens to a connection, once and for ever. Reads can be repeated, so they are done in the end. */
export function connectionRows(faults: readonly ConnectionFault[], { changes, isChange, isRead }: Talk): Row[] {
  const times = Infinity;
  return faults.flatMap(([title, action, once, always]): Row[] => {
    const isHarmless = Object.values(always).every((outcome) => outcome === "done");
    return [
      [`changes that meet ${title}`, changes, { on: isChange, action }, once],
      [`changes that meet nothing but ${title}`, changes, { on: isChange, action, times }, always],
      [`reads that meet ${title}`, reads, { on: isRead, action }, allBut(reads, "done")],
      [
        `reads that meet nothing but ${title}`,
        reads,
        { on: isRead, action, times },
        allBut(reads, isHarmless ? "done" : "UNAVAILABLE"),
      ],
    ];
  });
}

interface End {
  readonly code: string;
  readonly result?: unknown;
  readonly isInDoubt: boolean;
}

async function endOf(call: () => Promise<unknown>, driver: Driver): Promise<End> {
  try {
    return { code: "done", result: await call(), isInDoubt: false };
  } catch (error) {
    // Markers are the driver's, and so are the errors about them.
    const isOurs = isStorageError(error) || error instanceof DriverError;
    const code = isOurs ? error.code : driver.codeOf?.(error);
    if (code === undefined) throw error;
    return { code, isInDoubt: (error as Error).message.includes("may have been applied") };
  }
}

async function contentsOf(store: Store): Promise<Contents> {
  const mark = await store.driver.getMarker("mark");
  const contents: Record<string, unknown> = mark === undefined ? {} : { mark };
  for await (const { key, value } of store.entries([])) contents[key.join("/")] = value;
  return contents;
}
