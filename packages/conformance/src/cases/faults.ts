import assert from "node:assert/strict";
import { type BatchOp, type Capabilities, DriverError, type Key, type Store } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect, refused, shown } from "../expect.ts";
import { changingMethods, failsAfter, failsBefore, faulty, hold } from "../faulty.ts";
import { noAtomic } from "./batch.ts";
import { noRemoves } from "./conditions.ts";
import { add, type Counter, noUpdates as noConditions } from "./update.ts";

const a: Key = ["f", "a"];
const b: Key = ["f", "b"];
const c: Key = ["f", "c"];

type Records = Readonly<Record<string, unknown>>;

const before: Records = { [shown(a)]: { count: 1 }, [shown(b)]: "b" };

/** A call of a store, and what it leads to. */
interface Verb {
  readonly name: string;
  readonly call: (store: Store) => Promise<unknown>;
  /** The records afterwards, where it changes any. */
  readonly after?: Records;
  readonly when?: (capabilities: Capabilities) => string | undefined;
  /** Set where it may be done in part when it fails. */
  readonly isPartial?: true;
}

const ops: readonly BatchOp[] = [
  { type: "write", key: c, value: "c" },
  { type: "remove", key: b },
];

const changing: readonly Verb[] = [
  { name: "write", call: (store) => store.write(c, "c"), after: { ...before, [shown(c)]: "c" } },
  {
    name: "put with null",
    when: noConditions,
    call: (store) => store.put(c, "c", { ifVersion: null }),
    after: { ...before, [shown(c)]: "c" },
  },
  {
    name: "update",
    when: noConditions,
    call: (store) => store.update<Counter>(a, add),
    after: { ...before, [shown(a)]: { count: 2 } },
  },
  { name: "remove", call: (store) => store.remove(b), after: { [shown(a)]: { count: 1 } } },
  {
    name: "remove with a version",
    when: noRemoves,
    call: async (store) => store.remove(b, { ifVersion: (await store.get(b))?.version as string }),
    after: { [shown(a)]: { count: 1 } },
  },
  {
    name: "batch",
    call: (store) => store.batch(ops),
    after: { [shown(a)]: { count: 1 }, [shown(c)]: "c" },
    isPartial: true,
  },
  {
    name: "batch, atomic",
    when: noAtomic,
    call: (store) => store.batch(ops, { atomic: true }),
    after: { [shown(a)]: { count: 1 }, [shown(c)]: "c" },
  },
  { name: "removePrefix", call: (store) => store.removePrefix(["f"]), after: {}, isPartial: true },
];

const reading: readonly Verb[] = [
  { name: "read", call: (store) => store.read(a) },
  { name: "get", call: (store) => store.get(a) },
  { name: "list", call: (store) => store.list(["f"]) },
  { name: "keys", call: (store) => collect(store.keys(["f"])) },
  { name: "entries", call: (store) => collect(store.entries(["f"])) },
  { name: "readMany", call: (store) => store.readMany([a, b]) },
];

async function recordsOf(store: Store): Promise<Records> {
  const entries = await collect(store.entries(["f"]));
  return Object.fromEntries(entries.map(({ key, value }) => [shown(key), value]));
}

async function fill(store: Store): Promise<void> {
  await store.write(a, { count: 1 });
  await store.write(b, "b");
}

/** Each record as it was or as it was to become: what a call leaves that is not atomic. */
function checkPartly(found: Records, after: Records): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const value = JSON.stringify(found[key]);
    const legal = [JSON.stringify(before[key]), JSON.stringify(after[key])];
    assert.ok(legal.includes(value), `${key} is ${value}, which it never was to be`);
  }
}

/** The call fails before it did anything; then it is made again, on the same store. */
function refusedCase(verb: Verb, id: string): Case {
  const { name, call, after = before, when, isPartial } = verb;
  return {
    id,
    law: "E3",
    title: `where the backend fails a call of ${name}, its cause is told, and the same call works afterwards`,
    ...(when && { when }),
    async run({ store, open }) {
      await fill(store);
      const raw = new TypeError("the backend fell over");
      const broken = await open((driver) => faulty(driver, failsBefore(raw)));
      const error = await refused(call(broken), broken.driver.codeOf?.(raw) ?? "UNKNOWN");
      assert.equal(error.cause, raw);
      assert.ok(error.message.endsWith(": the backend fell over"), error.message);
      const found = await recordsOf(store);
      if (isPartial) checkPartly(found, after);
      else assert.deepEqual(found, before, "a call that failed changed something");
      const answer = await call(broken);
      if (verb.after === undefined) assert.deepEqual(answer, await call(store));
      assert.deepEqual(await recordsOf(store), after);
      assert.deepEqual(await recordsOf(broken), after);
    },
  };
}

/** The call is carried out, and its answer lost. */
function lostCase(verb: Verb, id: string): Case {
  const { name, call, after = before, when, isPartial } = verb;
  return {
    id,
    law: "E3",
    title: `where the answer to ${name} is lost, the caller is told that it may have been applied, and it was applied once`,
    ...(when && { when }),
    async run({ store, open }) {
      await fill(store);
      const lost = new DriverError("UNAVAILABLE", "the connection was lost, the change may have been applied");
      const broken = await open((driver) => faulty(driver, failsAfter(lost), changingMethods));
      const error = await refused(call(broken), "UNAVAILABLE");
      assert.equal(error.cause, lost);
      assert.equal(error.retryable, true);
      assert.ok(error.message.includes("may have been applied"), error.message);
      const found = await recordsOf(store);
      if (isPartial) checkPartly(found, after);
      else assert.deepEqual(found, after);
      await broken.write(["other"], 1);
      assert.equal(await store.read(["other"]), 1);
    },
  };
}

/** The call hangs while others are made on the same store. */
function hangingCase(verb: Verb, id: string): Case {
  const { name, call, after = before, when } = verb;
  return {
    id,
    law: "E3",
    title: `while a call of ${name} hangs, other calls of the store go on`,
    ...(when && { when }),
    async run({ store, open }) {
      await fill(store);
      const { fault, isHeld, release } = hold();
      const broken = await open((driver) => faulty(driver, fault));
      const hanging = call(broken);
      // When an assertion fails first, nobody waits for it any more.
      hanging.catch(() => {});
      await Promise.race([isHeld, hanging]);
      try {
        await broken.write(["other"], 1);
        assert.equal(await broken.read(["other"]), 1);
        assert.deepEqual((await broken.list([])).at(-1), ["other"]);
      } finally {
        release();
      }
      const answer = await hanging;
      if (verb.after === undefined) assert.deepEqual(answer, await call(store));
      assert.deepEqual(await recordsOf(store), after);
    },
  };
}

const number = (first: number, i: number): string => `FAULT-${String(first + i).padStart(3, "0")}`;

export const faultCases: readonly Case[] = [
  ...[...changing, ...reading].map((verb, i) => refusedCase(verb, number(1, i))),
  ...changing.map((verb, i) => lostCase(verb, number(21, i))),
  ...[...changing, ...reading].map((verb, i) => hangingCase(verb, number(31, i))),
];
