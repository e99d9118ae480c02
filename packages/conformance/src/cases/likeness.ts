import assert from "node:assert/strict";
import type { Capabilities, Key } from "@stowage/core";
import type { Case, Context } from "../case.ts";
import { refused } from "../expect.ts";
import { noBytes, noPlant } from "./corrupt.ts";
import { noUpdates as noConditions } from "./update.ts";

const key: Key = ["a"];

/** Beyond what a careless driver looks at of a text, and beyond what a file system or a server has in one block. */
const lengths = [8 * 1024, 100 * 1024, 1200 * 1024];

/** So many that a hash of 16 bits gives two of them the same, but for one time in a hundred. */
const writes = 800;
const writesAtOnce = 4;

function tooShort({ limits }: Capabilities): string | undefined {
  return limits.valueBytes < (lengths[1] as number) + 2 ? "the backend holds no texts of 100 KiB" : undefined;
}

/** What is tried of a backend, for each length of texts that it holds. */
function alikes({ limits }: Capabilities): readonly (readonly [first: string, ...others: string[]])[] {
  return lengths.filter((length) => length + 2 <= limits.valueBytes).map(alike);
}

/** A text, and those of the same length that differ from it in one character: the first, one in the middle, the last. */
function alike(length: number): readonly [first: string, ...others: string[]] {
  const first = "x".repeat(length);
  const others = [0, length >> 1, length - 1].map((at) => `${first.slice(0, at)}y${first.slice(at + 1)}`);
  return [first, ...others];
}

/** Two values that are the same to whoever takes something less than their texts for them. */
const alikeToSome: readonly (readonly [whom: string, first: unknown, second: unknown])[] = [
  ["a hash that multiplies by 31", "Aa", "BB"],
  ["a hash that multiplies by 33", "Ab", "BA"],
  ["CRC-32", "plumless", "buckeroo"],
  ["FNV-1a of 32 bits", "tn5x0i", "10k92o8"],
  ["whoever adds up or sorts the characters", "listen", "silent"],
  ["whoever lays the bytes over each other, four or eight at a time", "a-------b", "b-------a"],
  ["whoever folds case", "A", "a"],
  ["whoever drops blanks", "a b", "ab"],
  ["whoever trims", "a ", "a"],
  ["whoever drops what is no letter or digit", [1, 23], [12, 3]],
  ["whoever has one line break", "a\r\nb", "a\nb"],
  ["NFC", "\u00e9", "e\u0301"],
  ["NFKC", "\uff21", "A"],
  ["whoever drops accents", "\u00e9", "e"],
  ["Latin-1, which keeps the low byte", "\u0161", "a"],
  ["ASCII, which keeps seven bits", "\u00e1", "a"],
  ["whoever takes one unit of UTF-16 for a character", "\u{1f600}", "\u{1f601}"],
  ["whoever has no characters beyond the first plane", "\u{1f600}", "\ufffd"],
  ["whoever sorts members", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["whoever sorts members deep down", [{ a: { a: 1, b: 2 } }], [{ a: { b: 2, a: 1 } }]],
  ["String()", 1, "1"],
  ["whoever takes nothing for nothing", null, ""],
  ["whoever takes what is empty for the same", {}, []],
  ["whoever drops members that are null", { a: null }, {}],
];

/** Each says the same as the one before it, or says nothing. */
const planted = [
  '{"a":"b"}',
  '{ "a": "b" }',
  '{"a":"b"}\n',
  '{"a":"b"}\r\n',
  '{"a":"\\u0062"}',
  '{"a":0,"a":"b"}',
  '{"a":',
  '{"a": ',
  "{",
  "[",
  "",
];

/** Bytes that are no UTF-8, and give the same text when they are taken for it. */
const undecodable = [
  [0x22, 0xff, 0x22],
  [0x22, 0xfe, 0x22],
];

/** Puts contents under one name, each over the one before, and fails unless each has a version of its own, and only that is good. */
async function checkPlanted(
  { store, driver, plant, capabilities }: Context,
  contents: readonly (string | Uint8Array)[],
): Promise<void> {
  const seen = new Set<string>();
  for (const [i, content] of contents.entries()) {
    await plant("a.json", content);
    const version = (await driver.get("a.json"))?.version as string;
    assert.ok(!seen.has(version), `content ${i} has the version of an earlier one`);
    if (noConditions(capabilities) === undefined) {
      for (const ifVersion of seen) {
        const error = await refused(store.put(key, "late", { ifVersion }), "CONFLICT");
        assert.equal(error.currentVersion, version);
      }
    }
    seen.add(version);
  }
}

/** Texts that are almost the same, and records that had very many. */
export const likenessCases: readonly Case[] = [
  {
    id: "VERSION-046",
    law: "V1",
    title: "long texts that differ in one character have different versions, and none is good for another",
    when: tooShort,
    async run({ store, capabilities }) {
      for (const [first, ...others] of alikes(capabilities)) {
        for (const other of others) {
          const { version: ifVersion } = await store.put(key, first);
          const { version } = await store.put(key, other);
          assert.notEqual(version, ifVersion, `two texts of ${first.length} characters share a version`);
          if (noConditions(capabilities) !== undefined) continue;
          const error = await refused(store.put(key, "late", { ifVersion }), "CONFLICT");
          assert.equal(error.currentVersion, version);
        }
        assert.ok((await store.read(key)) === others.at(-1), `a text of ${first.length} characters came back changed`);
      }
    },
  },
  {
    id: "VERSION-047",
    law: "V1",
    title: "800 texts of a record all have versions of their own",
    profile: "full",
    async run({ store }) {
      const seen = new Set<string>();
      for (let turn = 0; turn < writes; turn += writesAtOnce) {
        const turns = Array.from({ length: writesAtOnce }, (_, i) => turn + i);
        // At once, so that it does not take long where a server is asked.
        for (const { version } of await Promise.all(turns.map((one) => store.put(key, one)))) {
          assert.ok(!seen.has(version), `one of the turns from ${turn} on has the version of an earlier text`);
          seen.add(version);
        }
      }
    },
  },
  {
    id: "VERSION-050",
    law: "V1",
    title: "texts that are the same to who folds or hashes them have different versions, and none is good for another",
    async run({ store, capabilities }) {
      for (const [whom, first, second] of alikeToSome) {
        const { version: ifVersion } = await store.put(key, first);
        const { version } = await store.put(key, second);
        assert.notEqual(version, ifVersion, `two texts share a version that are the same to ${whom}`);
        if (noConditions(capabilities) !== undefined) continue;
        const error = await refused(store.put(key, "late", { ifVersion }), "CONFLICT");
        assert.equal(error.currentVersion, version);
      }
    },
  },
  {
    id: "VERSION-051",
    law: "V1",
    title: "another layout of the same value has a version of its own, and so has each damaged text",
    when: noPlant,
    run: (context) => checkPlanted(context, planted),
  },
  {
    id: "VERSION-052",
    law: "V1",
    title: "damaged records that give the same text when they are decoded have different versions",
    when: noBytes,
    run: (context) =>
      checkPlanted(
        context,
        undecodable.map((bytes) => Uint8Array.from(bytes)),
      ),
  },
  {
    id: "UPDATE-026",
    law: "R4",
    title: "an edit of one character of a long text is written, wherever it is",
    when: (capabilities) => noConditions(capabilities) ?? tooShort(capabilities),
    async run({ store, open, capabilities }) {
      const other = await open();
      for (const [first, ...others] of alikes(capabilities)) {
        await store.write(key, first);
        for (const text of others) {
          assert.ok((await store.update<string>(key, () => text)) === text, "an update resolved to another text");
          assert.ok((await other.read(key)) === text, `an edit of ${first.length} characters was dropped`);
        }
      }
    },
  },
];
