import assert from "node:assert/strict";
import { declareCapabilities, delegate, type Driver, type Key, nameOf, utf8Bytes } from "@stowage/core";
import type { Capabilities } from "@stowage/core";
import type { Case, Context } from "../case.ts";
import { openCounting } from "../counting.ts";
import { collect, inOrder, refused } from "../expect.ts";
import { noUpdates } from "./update.ts";

type Limits = Capabilities["limits"];

const [two, three, four] = ["\u00e9", "\u4f1a", "\u{1f600}"];

/** A segment of so many bytes: one letter again and again, and plain ones for what is left. */
function segmentOfBytes(bytes: number, letter: string): string {
  const size = utf8Bytes(letter);
  return letter.repeat(Math.floor(bytes / size)) + "s".repeat(bytes % size);
}

/** A key whose name has so many bytes, in segments as long as they may be. */
export function keyOfBytes(bytes: number, { segmentBytes }: Limits, letter = "k"): Key {
  const key: string[] = [];
  let left = bytes - ".json".length;
  while (left > 0) {
    // A slash goes before the next segment, which must not be empty.
    const length = left > segmentBytes && left - segmentBytes < 2 ? segmentBytes - 1 : Math.min(left, segmentBytes);
    key.push(segmentOfBytes(length, letter));
    left -= length + 1;
  }
  return key;
}

/** The limits that keys can reach: a short name has no room for a longest segment, and few segments make no longest name. */
export function reachable(limits: Limits): Limits {
  const segmentBytes = Math.min(limits.segmentBytes, limits.nameBytes - ".json".length);
  const nameBytes = Math.min(limits.nameBytes, limits.segments * (segmentBytes + 1) - 1 + ".json".length);
  return { ...limits, segmentBytes, nameBytes };
}

function keyOfSegments(count: number): Key {
  return Array.from({ length: count }, (_, i) => String(i));
}

type Measured = readonly [id: string, title: string, keyOf: (limits: Limits) => Key];

const fitting: readonly Measured[] = [
  ["LIMIT-001", "one segment fewer than there may be", ({ segments }) => keyOfSegments(segments - 1)],
  ["LIMIT-002", "as many segments as there may be", ({ segments }) => keyOfSegments(segments)],
  ["LIMIT-003", "a segment one byte short of the limit", ({ segmentBytes }) => [segmentOfBytes(segmentBytes - 1, "s")]],
  ["LIMIT-004", "a segment as long as it may be", ({ segmentBytes }) => [segmentOfBytes(segmentBytes, "s")]],
  ["LIMIT-005", "a longest segment of two-byte letters", ({ segmentBytes }) => [segmentOfBytes(segmentBytes, two)]],
  ["LIMIT-006", "a longest segment of three-byte letters", ({ segmentBytes }) => [segmentOfBytes(segmentBytes, three)]],
  ["LIMIT-007", "a longest segment of four-byte letters", ({ segmentBytes }) => [segmentOfBytes(segmentBytes, four)]],
  ["LIMIT-008", "a name one byte short of the limit", (limits) => keyOfBytes(limits.nameBytes - 1, limits)],
  ["LIMIT-009", "a name as long as it may be", (limits) => keyOfBytes(limits.nameBytes, limits)],
  ["LIMIT-010", "a longest name of three-byte letters", (limits) => keyOfBytes(limits.nameBytes, limits, three)],
  ["LIMIT-011", "a longest name of four-byte letters", (limits) => keyOfBytes(limits.nameBytes, limits, four)],
];

const exceeding: readonly Measured[] = [
  ["LIMIT-012", "one segment more than there may be", ({ segments }) => keyOfSegments(segments + 1)],
  ["LIMIT-013", "a segment one byte too long", ({ segmentBytes }) => [segmentOfBytes(segmentBytes + 1, "s")]],
  [
    "LIMIT-014",
    "a segment of two-byte letters that is one byte too long",
    ({ segmentBytes }) => [segmentOfBytes(segmentBytes + 1, two)],
  ],
  [
    "LIMIT-015",
    "a segment of three-byte letters that is one byte too long",
    ({ segmentBytes }) => [segmentOfBytes(segmentBytes + 1, three)],
  ],
  [
    "LIMIT-016",
    "a segment of four-byte letters that is one byte too long",
    ({ segmentBytes }) => [segmentOfBytes(segmentBytes + 1, four)],
  ],
  ["LIMIT-017", "a name one byte too long", (limits) => keyOfBytes(limits.nameBytes + 1, limits)],
  [
    "LIMIT-018",
    "a name of three-byte letters that is one byte too long",
    (limits) => keyOfBytes(limits.nameBytes + 1, limits, three),
  ],
  [
    "LIMIT-019",
    "a name of four-byte letters that is one byte too long",
    (limits) => keyOfBytes(limits.nameBytes + 1, limits, four),
  ],
];

async function checkFits({ store, driver }: Context, key: Key): Promise<void> {
  await store.batch([{ type: "write", key, value: 1 }]);
  await store.write(key, 2);
  assert.equal(await store.read(key), 2);
  assert.equal((await driver.get(nameOf(key)))?.text, "2");
  assert.deepEqual(await store.list(key.slice(0, -1)), [key]);
  assert.deepEqual(await store.readMany([key]), [2]);
  assert.deepEqual(
    (await collect(store.entries([]))).map((entry) => entry.key),
    [key],
  );
  await store.remove(key);
  assert.deepEqual(await store.list([]), []);
}

async function checkRefused({ store, open }: Context, key: Key): Promise<void> {
  const { store: watched, calls } = await openCounting(open);
  const good: Key = ["good"];
  const attempts: (() => Promise<unknown>)[] = [
    () => watched.write(key, 1),
    () => watched.put(key, 1),
    () => watched.read(key),
    () => watched.update(key, () => 1),
    () => watched.remove(key),
    () => watched.readMany([good, key]),
    () => watched.batch([good, key].map((one) => ({ type: "write", key: one, value: 1 }))),
    () => watched.list(key),
    () => watched.removePrefix(key),
    () => collect(watched.keys([], { after: key })),
  ];
  for (const attempt of attempts) {
    const { message } = await refused(attempt(), "INVALID_KEY");
    assert.match(message, /at most \d+ are allowed$/);
  }
  assert.deepEqual(calls, [], "the driver was called");
  assert.deepEqual(await store.list([]), []);
}

/** A limit that is reached without a large text, on any backend. */
const lowered = 64;

/** The same backend as if it took no longer texts than {@link lowered}. */
function lowering(driver: Driver): Driver {
  const { capabilities } = driver;
  const limits = { ...capabilities.limits, valueBytes: lowered };
  return delegate(driver, { capabilities: declareCapabilities({ ...capabilities, limits }) });
}

/** Values by the bytes of their texts, two of which are the quotes. */
function textOfBytes(bytes: number, letter = "v"): string {
  return segmentOfBytes(bytes - 2, letter);
}

export const limitCases: readonly Case[] = [
  ...fitting.map(([id, title, keyFor]): Case => ({
    id,
    law: "C1",
    title: `a key can have ${title}`,
    run: (context) => checkFits(context, keyFor(reachable(context.capabilities.limits))),
  })),
  ...exceeding.map(([id, title, keyFor]): Case => ({
    id,
    law: "C1",
    title: `a key can't have ${title}: every call refuses it before any I/O`,
    run: (context) => checkRefused(context, keyFor(reachable(context.capabilities.limits))),
  })),
  {
    id: "LIMIT-020",
    law: "M2",
    title: "the longest names there may be are bounds and have longest prefixes",
    async run({ store, capabilities }) {
      const limits = reachable(capabilities.limits);
      const longest = keyOfBytes(limits.nameBytes, limits);
      const [head, last] = [longest.slice(0, -1), longest.at(-1) as string];
      const keys = ["a", "b", "c"].map((letter): Key => [...head, letter + last.slice(1)]);
      for (const key of keys) await store.write(key, 1);
      const [first, middle] = keys as [Key, Key, Key];
      assert.deepEqual(await collect(store.keys(head, { after: first })), keys.slice(1));
      assert.deepEqual(await collect(store.keys([], { before: middle, reverse: true })), [first]);
      assert.deepEqual(await collect(store.keys(head, { after: first, limit: 1 })), [middle]);
      assert.equal(await store.removePrefix(head), 3);
    },
  },
  {
    id: "LIMIT-021",
    law: "K3",
    title: "longest names that differ in their last byte keep apart",
    async run({ store, capabilities }) {
      const limits = reachable(capabilities.limits);
      const longest = keyOfBytes(limits.nameBytes, limits);
      const other = [...longest.slice(0, -1), `${(longest.at(-1) as string).slice(0, -1)}x`];
      await store.write(longest, 1);
      await store.write(other, 2);
      assert.deepEqual(await store.readMany([longest, other]), [1, 2]);
      assert.deepEqual(await store.list([]), inOrder([longest, other]));
      await store.remove(longest);
      assert.deepEqual(await store.list([]), [other]);
    },
  },
  ...["v", three, four].map((letter, i): Case => ({
    id: `LIMIT-0${22 + i}`,
    law: "C2",
    title: `a text of ${["one", "three", "four"][i]}-byte letters can be a byte short of the limit or just fit, and is TOO_LARGE a byte beyond, before any I/O`,
    async run({ store, open }) {
      const short = await open(lowering);
      for (const bytes of [lowered - 1, lowered]) {
        await short.write(["a"], textOfBytes(bytes, letter));
        assert.equal(await store.read(["a"]), textOfBytes(bytes, letter));
      }
      const { store: watched, calls } = await openCounting((wrap) => open((driver) => wrap!(lowering(driver))));
      const value = textOfBytes(lowered + 1, letter);
      const error = await refused(watched.write(["a"], value), "TOO_LARGE");
      assert.deepEqual(error.key, ["a"]);
      await refused(watched.put(["b"], value), "TOO_LARGE");
      const ops = [1, value].map((one, op) => ({ type: "write", key: [`${op}`], value: one }) as const);
      await refused(watched.batch(ops), "TOO_LARGE");
      assert.deepEqual(calls, [], "the driver was called");
      assert.equal(await store.read(["a"]), textOfBytes(lowered, letter));
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  })),
  {
    id: "LIMIT-025",
    law: "C2",
    title: "an update whose text would be beyond the limit is TOO_LARGE and leaves the record alone",
    when: noUpdates,
    async run({ store, open }) {
      const short = await open(lowering);
      await short.write(["a"], "before");
      await refused(
        short.update(["a"], () => textOfBytes(lowered + 1)),
        "TOO_LARGE",
      );
      assert.equal(await store.read(["a"]), "before");
      await short.update(["a"], () => textOfBytes(lowered));
      assert.equal(await store.read(["a"]), textOfBytes(lowered));
    },
  },
  {
    id: "LIMIT-026",
    law: "C2",
    title: "a text beyond the limit that is there already is read, listed, and removed like any other",
    when: ({ limits }) => (limits.valueBytes < lowered * 2 ? "the limit is lower still" : undefined),
    async run({ store, open }) {
      await store.write(["a"], textOfBytes(lowered * 2));
      const short = await open(lowering);
      assert.equal(await short.read(["a"]), textOfBytes(lowered * 2));
      assert.equal((await collect(short.entries([]))).length, 1);
      await short.remove(["a"]);
      assert.deepEqual(await store.list([]), []);
    },
  },
];
