import assert from "node:assert/strict";
import type { Case, Context } from "../case.ts";
import { type CorpusValue, valueOf, values } from "../corpus/values.ts";
import { openCounting } from "../counting.ts";
import { collect, refused } from "../expect.ts";

const key = ["value"];

/** Writes a value and looks at it from every side: read, entry, another handle, and the text that the driver holds. */
async function checkRoundTrip({ store, driver, open }: Context, value: unknown): Promise<void> {
  await store.write(key, value);
  const text = JSON.stringify(value, null, 2);
  const expected: unknown = JSON.parse(text);
  assert.deepEqual(await store.read(key), expected);
  assert.deepEqual((await collect(store.entries([])))[0]?.value, expected);
  assert.deepEqual(await store.readMany([key]), [expected]);
  const other = await open();
  assert.deepEqual(await other.read(key), expected);
  const stored = await driver.get("value.json");
  assert.ok(stored?.text === text, "the stored text differs from JSON.stringify(value, null, 2)");
  assert.equal(stored.bytes, undefined);
}

function corpusCase(vector: CorpusValue): Case {
  return {
    id: vector.id,
    law: "R1",
    title: `a value comes back: ${vector.title}`,
    run: (context) => checkRoundTrip(context, valueOf(vector)),
  };
}

const twice = { n: 1 };

/** What JSON.stringify changes below the top, and what comes back. */
const changed: readonly (readonly [id: string, title: string, value: unknown, back: unknown])[] = [
  ["VALUE-201", "undefined members are left out", { a: undefined, b: 1 }, { b: 1 }],
  ["VALUE-202", "undefined items become null", [undefined, 1], [null, 1]],
  ["VALUE-203", "functions and symbols below the top are left out", { f() {}, s: Symbol("s"), b: 1 }, { b: 1 }],
  ["VALUE-204", "NaN and infinities below the top become null", [Number.NaN, Infinity, -Infinity], [null, null, null]],
  ["VALUE-205", "minus zero becomes zero", { zero: -0 }, { zero: 0 }],
  ["VALUE-206", "a date becomes its text", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["VALUE-207", "toJSON is asked", { toJSON: () => ({ made: true }) }, { made: true }],
  ["VALUE-208", "toJSON is asked below the top", { a: { toJSON: () => 7 } }, { a: 7 }],
  ["VALUE-209", "a map becomes an empty object", new Map([["a", 1]]), {}],
  [
    "VALUE-210",
    "an instance becomes a plain object",
    new (class Point {
      x = 1;
    })(),
    { x: 1 },
  ],
  ["VALUE-211", "an object without a prototype comes back", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ["VALUE-212", "a boxed string becomes a string", Object("boxed"), "boxed"],
  ["VALUE-213", "holes of an array become null", Object.assign(Array(3), { 1: "b" }), [null, "b", null]],
  ["VALUE-214", "members of an array that are no items are left out", Object.assign([1], { extra: 2 }), [1]],
  ["VALUE-215", "bytes become an object of numbers", Uint8Array.of(7, 8), { 0: 7, 1: 8 }],
  [
    "VALUE-216",
    "members that are not enumerable are left out",
    Object.defineProperty({ b: 1 }, "a", { value: 1 }),
    { b: 1 },
  ],
  ["VALUE-217", "one object in two places becomes two", [twice, twice], [{ n: 1 }, { n: 1 }]],
];

const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;
const cyclicArray: unknown[] = [];
cyclicArray.push({ back: cyclicArray });

const unwritable: readonly (readonly [id: string, title: string, value: unknown])[] = [
  ["NOVALUE-001", "undefined", undefined],
  ["NOVALUE-002", "a function", () => 1],
  ["NOVALUE-003", "a symbol", Symbol("s")],
  ["NOVALUE-004", "a bigint", 1n],
  ["NOVALUE-005", "a bigint below the top", { a: [1n] }],
  ["NOVALUE-006", "NaN", Number.NaN],
  ["NOVALUE-007", "an infinity", Infinity],
  ["NOVALUE-008", "a cycle", cyclic],
  ["NOVALUE-009", "a toJSON that returns undefined", { toJSON: () => undefined }],
  [
    "NOVALUE-010",
    "a getter that throws",
    {
      get a(): never {
        throw new Error("no");
      },
    },
  ],
  ["NOVALUE-011", "an invalid date", new Date(Number.NaN)],
  ["NOVALUE-012", "a bigint in a box", Object(1n)],
  [
    "NOVALUE-013",
    "a toJSON that throws",
    {
      toJSON: () => {
        throw new Error("no");
      },
    },
  ],
  ["NOVALUE-014", "a cycle by way of an array", cyclicArray],
  ["NOVALUE-015", "a toJSON that returns a function", { toJSON: () => () => 1 }],
];

function changedCase([id, title, value, back]: (typeof changed)[number]): Case {
  return {
    id,
    law: "R1",
    title: `in a value, ${title}`,
    async run(context) {
      await checkRoundTrip(context, value);
      assert.deepEqual(await context.store.read(key), back);
    },
  };
}

function unwritableCase([id, title, value]: (typeof unwritable)[number]): Case {
  return {
    id,
    law: "R1",
    title: `${title} is refused as a value and changes nothing`,
    async run({ store, open, capabilities }) {
      await store.write(key, "before");
      const { store: watched, calls } = await openCounting(open);
      await refused(watched.write(key, value), "INVALID_VALUE");
      await refused(watched.put(key, value), "INVALID_VALUE");
      await refused(watched.batch([{ type: "write", key, value }]), "INVALID_VALUE");
      assert.deepEqual(calls, [], "the driver was called");
      // For `update`, undefined is no value: it says that the draft was edited in place.
      if (value !== undefined && capabilities.compareAndSwap !== "none") {
        await refused(
          store.update(key, () => value),
          "INVALID_VALUE",
        );
      }
      assert.equal(await store.read(key), "before");
    },
  };
}

/** One more MiB than the longest text of stores that count its bytes in three. */
const longLength = 17_825_792;

export const valueCases: readonly Case[] = [
  ...values.map(corpusCase),
  ...changed.map(changedCase),
  ...unwritable.map(unwritableCase),
  {
    id: "VALUE-218",
    law: "R1",
    title: "a value of 17 MiB comes back",
    profile: "full",
    when: ({ limits }) => (limits.valueBytes < longLength + 2 ? "the limit is below 17 MiB" : undefined),
    async run({ store }) {
      const value = `${"x".repeat(longLength - 1)}y`;
      await store.write(["a"], value);
      assert.ok((await store.read(["a"])) === value, "the value differs");
    },
  },
];
