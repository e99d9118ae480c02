import assert from "node:assert/strict";
import { type Capabilities, keyLimits } from "@stowage/core";
import type { Case } from "../case.ts";
import { openCounting } from "../counting.ts";
import { refused } from "../expect.ts";
import { keyOfBytes, reachable } from "./limits.ts";

const wordsOf: Readonly<Partial<Record<keyof Capabilities, readonly unknown[]>>> = {
  contract: [1],
  compareAndSwap: ["store", "process", "none"],
  compareAndRemove: ["store", "process", "none"],
  atomicBatch: ["store", "none"],
  durability: ["memory", "process", "power", "server"],
  caseSensitive: [true, false],
  watch: ["push", "poll", "none"],
};

/** Texts larger than this are not made by a test, so the limit is not reached. */
const textBytesMax = 16 * 1024 * 1024;

function noLimit({ limits }: Capabilities): string | undefined {
  return limits.valueBytes > textBytesMax ? "the limit is beyond 16 MiB" : undefined;
}

export const claimCases: readonly Case[] = [
  {
    id: "CLAIM-001",
    law: "C1",
    title: "the capabilities and their limits are frozen",
    async run({ capabilities, driver }) {
      assert.ok(Object.isFrozen(capabilities), "the capabilities can be changed");
      assert.ok(Object.isFrozen(capabilities.limits), "the limits can be changed");
      assert.equal(driver.capabilities, capabilities);
    },
  },
  {
    id: "CLAIM-002",
    law: "C1",
    title: "the capabilities are plain JSON",
    async run({ capabilities }) {
      assert.deepEqual(JSON.parse(JSON.stringify(capabilities)), capabilities);
    },
  },
  {
    id: "CLAIM-003",
    law: "C2",
    title: "the capabilities have the fields of the contract, with its words, and no others",
    async run({ capabilities }) {
      const fields = Object.keys(capabilities).sort();
      assert.deepEqual(fields, [...Object.keys(wordsOf), "limits"].sort());
      for (const [field, words] of Object.entries(wordsOf)) {
        const word = capabilities[field as keyof Capabilities];
        assert.ok(words?.includes(word), `${field} is ${JSON.stringify(word)}`);
      }
      const reach = (word: string): number => ["none", "process", "store"].indexOf(word);
      const { compareAndSwap, compareAndRemove } = capabilities;
      assert.ok(reach(compareAndRemove) <= reach(compareAndSwap), "a remove reaches further than a write");
      const limits = ["nameBytes", "segmentBytes", "segments", "valueBytes"];
      assert.deepEqual(Object.keys(capabilities.limits).sort(), limits);
      for (const limit of Object.values(capabilities.limits)) {
        assert.ok(Number.isInteger(limit) && limit > 0, `a limit is ${String(limit)}`);
      }
    },
  },
  {
    id: "CLAIM-004",
    law: "C1",
    title: "the capabilities stay the same while the store is used, and at every handle",
    async run({ store, capabilities, open }) {
      const before = JSON.stringify(capabilities);
      const other = await open();
      await other.write(["a"], 1);
      await other.removePrefix([]);
      assert.equal(store.capabilities, capabilities);
      assert.equal(JSON.stringify(store.capabilities), before);
      assert.equal(JSON.stringify(other.capabilities), before);
      await store.close();
      assert.equal(JSON.stringify((await open()).capabilities), before);
    },
  },
  {
    id: "CLAIM-005",
    law: "K1",
    title: "the limits of keys are not beyond the contract's",
    async run({ capabilities: { limits } }) {
      assert.ok(limits.segments <= keyLimits.segments);
      assert.ok(limits.segmentBytes <= keyLimits.segmentBytes);
      assert.ok(limits.nameBytes <= keyLimits.nameBytes);
    },
  },
  {
    id: "CLAIM-006",
    law: "C1",
    title: "a segment can be as long as claimed, in every position, and not a byte longer",
    when: ({ limits }) =>
      limits.segmentBytes + "/x.json".length > limits.nameBytes
        ? "a longest segment leaves no room for another"
        : undefined,
    async run({ store, capabilities: { limits } }) {
      const longest = "s".repeat(limits.segmentBytes);
      for (const key of [[longest], [longest, "x"], ["x", longest]]) {
        await store.write(key, key.length);
        assert.equal(await store.read(key), key.length);
      }
      assert.equal((await store.list([])).length, 3);
      await refused(store.write([`${longest}s`], 1), "INVALID_KEY");
      await refused(store.list(["x", `${longest}s`]), "INVALID_KEY");
      assert.equal((await store.list([])).length, 3);
    },
  },
  {
    id: "CLAIM-007",
    law: "C1",
    title: "a name can be as long as claimed, and not a byte longer",
    async run({ store, capabilities }) {
      const limits = reachable(capabilities.limits);
      const longest = keyOfBytes(limits.nameBytes, limits);
      assert.equal(`${longest.join("/")}.json`.length, limits.nameBytes);
      await store.write(longest, 1);
      assert.equal(await store.read(longest), 1);
      assert.deepEqual(await store.list(longest.slice(0, -1)), [longest]);
      await refused(store.write(keyOfBytes(limits.nameBytes + 1, limits), 1), "INVALID_KEY");
      assert.deepEqual(await store.list([]), [longest]);
      await store.remove(longest);
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "CLAIM-008",
    law: "C1",
    title: "a key can have as many segments as claimed, and not one more",
    async run({ store, capabilities: { limits } }) {
      const longest = Array.from({ length: limits.segments }, (_, i) => String(i));
      await store.write(longest, 1);
      assert.equal(await store.read(longest), 1);
      await refused(store.write([...longest, "x"], 1), "INVALID_KEY");
      assert.deepEqual(await store.list([]), [longest]);
    },
  },
  {
    id: "CLAIM-009",
    law: "C1",
    title: "a text can be as long as claimed, and a byte more is TOO_LARGE before any I/O",
    when: noLimit,
    async run({ store, open, capabilities: { limits } }) {
      // Two bytes are the quotes.
      const longest = "v".repeat(limits.valueBytes - 2);
      await store.write(["a"], longest);
      assert.equal(await store.read(["a"]), longest);
      const { store: watched, calls } = await openCounting(open);
      const error = await refused(watched.write(["a"], `${longest}v`), "TOO_LARGE");
      assert.deepEqual(error.key, ["a"]);
      await refused(watched.put(["b"], `${longest}v`), "TOO_LARGE");
      await refused(watched.batch([{ type: "write", key: ["b"], value: `${longest}v` }]), "TOO_LARGE");
      assert.deepEqual(calls, [], "the driver was called");
      if (store.capabilities.compareAndSwap !== "none") {
        await refused(
          store.update(["a"], () => `${longest}v`),
          "TOO_LARGE",
        );
      }
      assert.equal(await store.read(["a"]), longest);
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
  {
    id: "CLAIM-010",
    law: "C1",
    title: "the limit of a text counts bytes, not characters",
    when: noLimit,
    async run({ store, capabilities: { limits } }) {
      const characters = Math.floor((limits.valueBytes - 2) / 3);
      await store.write(["a"], "\u4f1a".repeat(characters));
      await refused(store.write(["a"], "\u4f1a".repeat(characters + 1)), "TOO_LARGE");
      assert.equal(await store.read(["a"]), "\u4f1a".repeat(characters));
    },
  },
  {
    id: "CLAIM-011",
    law: "C1",
    title: "a backend without a limit worth reaching takes a text of 16 MiB",
    when: (capabilities) => (noLimit(capabilities) === undefined ? "the limit is at most 16 MiB" : undefined),
    async run({ store, driver }) {
      const value = "v".repeat(textBytesMax - 2);
      await store.write(["a"], value);
      // Not assert.equal: its message would hold both texts.
      assert.ok((await store.read(["a"])) === value, "the value came back changed");
      assert.equal((await driver.get("a.json"))?.text.length, textBytesMax);
    },
  },
  {
    id: "CLAIM-012",
    law: "C1",
    title: "the driver has a name in lower case",
    async run({ driver }) {
      assert.match(driver.name, /^[a-z][a-z0-9-]*$/);
    },
  },
];
