import assert from "node:assert/strict";
import { type Capabilities, isStorageError, type Key, keyProblem, nameOf } from "@stowage/core";
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
async function checkSecondRefused({ store }: Context, a: Key, b: Key): Promise<void> {
  await store.write(a, "a");
  const outcome = await store.write(b, "b").catch((error: unknown) => error);
  assert.equal(await store.read(a), "a");
  if (outcome === undefined) assert.equal(await store.read(b), "b");
  else assert.ok(isStorageError(outcome, "UNSUPPORTED"), String(outcome));
  assert.deepEqual(await store.list([]), outcome === undefined ? inOrder([a, b]) : [a]);
}

export const keyCases: readonly Case[] = [
  ...legalKeys.map(legalCase),
  ...illegalKeys.map(illegalCase),
  ...keyPairs.map(pairCase),
];
