import assert from "node:assert/strict";
import {
  type BatchOp,
  type Capabilities,
  type Entry,
  isStorageError,
  type Key,
  keyProblem,
  nameOf,
} from "@stowage/core";
import type { Case, Context } from "../case.ts";
import { type IllegalKey, illegalKeys } from "../corpus/illegal.ts";
import { type LegalKey, legalKeys } from "../corpus/keys.ts";
import { type KeyPair, keyPairs } from "../corpus/pairs.ts";
import { openCounting } from "../counting.ts";
import { collect, inOrder, refused } from "../expect.ts";

/** A view has less room than the whole store; what does not fit its limits says nothing about it. */
function beyondLimits(...keys: readonly Key[]): (capabilities: Capabilities) => string | undefined {
  return ({ limits }) =>
    keys.some((key) => keyProblem(key, limits) !== undefined && keyProblem(key) === undefined)
      ? "the backend's limits are narrower"
      : undefined;
}

function legalCase({ id, title, key }: LegalKey): Case {
  return {
    id,
    law: "K1",
    title: `a key can be ${title}`,
    when: beyondLimits(key),
    async run({ store, driver, capabilities }) {
      const value = { key };
      await store.write(key, value);
      assert.deepEqual(await store.read(key), value);
      assert.equal((await driver.get(nameOf(key)))?.text, JSON.stringify(value, null, 2));
      assert.deepEqual(await store.list([]), [key]);
      assert.deepEqual(await store.list(key.slice(0, -1)), [key]);
      assert.deepEqual(await store.list(key), []);
      assert.deepEqual(await store.readMany([key]), [value]);
      const [entry] = await collect(store.entries([]));
      assert.deepEqual(entry?.key, key);
      if (capabilities.compareAndSwap !== "none") {
        assert.deepEqual(await store.update(key, () => "updated"), "updated");
        assert.equal(await store.read(key), "updated");
      }
      await store.remove(key);
      await refused(store.read(key), "NOT_FOUND");
      assert.deepEqual(await store.list([]), []);
    },
  };
}

function illegalCase({ id, title, key, says, legalPrefix }: IllegalKey): Case {
  return {
    id,
    law: "K2",
    title: `${title} is refused by every call, before any I/O`,
    when: ({ limits }) =>
      keyProblem(key, limits) === keyProblem(key) ? undefined : "the backend's limits are narrower, and come first",
    async run({ open }) {
      const { store, calls } = await openCounting(open);
      // The cast: callers without types hand in anything.
      const bad = key as Key;
      const good: Key = ["good"];
      const attempts: (() => Promise<unknown>)[] = [
        () => store.write(bad, 1),
        () => store.read(bad),
        () => store.update(bad, () => 1),
        () => store.remove(bad),
        () => store.get(bad),
        () => store.put(bad, 1),
        () => store.readMany([good, bad]),
        () =>
          store.batch([
            { type: "write", key: good, value: 1 },
            { type: "remove", key: bad },
          ]),
        () => collect(store.keys([], { after: bad })),
        () => collect(store.entries([], { before: bad })),
      ];
      if (legalPrefix !== true) {
        attempts.push(
          () => store.list(bad),
          () => store.removePrefix(bad),
          () => collect(store.keys(bad)),
          () => collect(store.entries(bad)),
          () => collect(store.keys({ prefixes: [good, bad] })),
        );
      }
      for (const attempt of attempts) {
        const error = await refused(attempt(), "INVALID_KEY");
        assert.ok(error.message.includes(says), error.message);
      }
      assert.deepEqual(calls, [], "the driver was called");
    },
  };
}

function pairCase({ id, title, a, b, folds }: KeyPair): Case {
  return {
    id,
    law: "K3",
    title: `two keys keep apart: ${title}`,
    when: beyondLimits(a, b),
    async run(context) {
      if (folds === true && !context.capabilities.caseSensitive) await checkSecondRefused(context, a, b);
      else await checkApart(context, a, b);
    },
  };
}

async function checkApart({ store, capabilities }: Context, a: Key, b: Key): Promise<void> {
  await store.write(a, "a");
  await refused(store.read(b), "NOT_FOUND");
  await store.put(b, "b", capabilities.compareAndSwap === "none" ? {} : { ifVersion: null });
  assert.equal(await store.read(a), "a");
  assert.equal(await store.read(b), "b");
  assert.deepEqual(await store.list([]), inOrder([a, b]));
  await store.remove(a);
  await refused(store.read(a), "NOT_FOUND");
  assert.equal(await store.read(b), "b");
  await store.write(a, "a again");
  await store.remove(b);
  assert.equal(await store.read(a), "a again");
  assert.deepEqual(await store.list([]), [a]);
}

/** A folding backend that happens to tell the two apart is fine as well: it refuses or keeps both, but never merges. */
async function checkSecondRefused(context: Context, a: Key, b: Key): Promise<void> {
  const { store } = context;
  await store.write(a, "a");
  const outcome = await store.write(b, "b").catch((error: unknown) => error);
  if (outcome === undefined) {
    assert.deepEqual(await store.readMany([a, b]), ["a", "b"]);
    await store.removePrefix([]);
    return checkApart(context, a, b);
  }
  assert.ok(isStorageError(outcome, "UNSUPPORTED"), String(outcome));
  await store.write(below(a), "below");
  const { version } = (await store.get(a)) as Entry;
  await checkNotWritten(context, b, version);
  await checkNotReached(context, b, version);
  assert.deepEqual(await store.readMany([a, below(a)]), ["a", "below"]);
  assert.deepEqual(await store.list([]), inOrder([a, below(a)]));
  for (const key of [a, below(a)]) await store.remove(key);
  // It was not the key itself that was refused.
  await store.write(b, "b");
  await refused(store.read(a), "NOT_FOUND");
  assert.deepEqual(await store.list([]), [b]);
}

function below(key: Key): Key {
  return [...key, "below"];
}

/** No way to write takes a key whose place another spelling has, nor the record of that one. */
async function checkNotWritten({ store, capabilities }: Context, key: Key, ifVersion: string): Promise<void> {
  const write: BatchOp = { type: "write", key, value: "late" };
  await refused(store.put(key, "late"), "UNSUPPORTED");
  await refused(store.write(below(key), "late"), "UNSUPPORTED");
  await refused(store.batch([write]), "UNSUPPORTED");
  if (capabilities.atomicBatch !== "none") {
    const beside: Key = ["beside", "it"];
    const ops: readonly BatchOp[] = [{ type: "write", key: beside, value: 1 }, write];
    await refused(store.batch(ops, { atomic: true }), "UNSUPPORTED");
    assert.equal(await store.get(beside), undefined);
  }
  if (capabilities.compareAndSwap === "none") return;
  await refused(store.put(key, "late", { ifVersion: null }), "UNSUPPORTED");
  const outcome = await store.put(key, "late", { ifVersion }).catch((error: unknown) => error);
  const isRefused = isStorageError(outcome, "UNSUPPORTED") || isStorageError(outcome, "CONFLICT");
  assert.ok(isRefused, `a put on the version of the other spelling gave ${String(outcome)}`);
}

/** Whatever asks for a key finds no record of another spelling, whole or as a prefix, and removes none. */
async function checkNotReached({ store, capabilities }: Context, key: Key, ifVersion: string): Promise<void> {
  await refused(store.read(key), "NOT_FOUND");
  assert.equal(await store.get(key), undefined);
  assert.deepEqual(await store.readMany([key, below(key)]), [undefined, undefined]);
  assert.deepEqual(await store.list(key), []);
  assert.deepEqual(await collect(store.entries(key, { reverse: true })), []);
  await store.remove(key);
  await store.batch([{ type: "remove", key: below(key) }]);
  assert.equal(await store.removePrefix(key), 0);
  if (capabilities.compareAndSwap !== "none") {
    await refused(
      store.update(key, () => "late"),
      "NOT_FOUND",
    );
  }
  if (capabilities.compareAndRemove !== "none") await refused(store.remove(key, { ifVersion }), "CONFLICT");
}

export const keyCases: readonly Case[] = [
  ...legalKeys.map(legalCase),
  ...illegalKeys.map(illegalCase),
  ...keyPairs.map(pairCase),
];
