import assert from "node:assert/strict";
import type { Capabilities, Key } from "@stowage/core";
import type { Case } from "../case.ts";
import { refused } from "../expect.ts";
import { noUpdates as noConditions } from "./update.ts";

const key: Key = ["a"];

/** Beyond what a careless driver looks at of a text, and beyond what a file system or a server has in one block. */
const lengths = [8 * 1024, 100 * 1024];

/** So many that a hash of 16 bits gives two of them the same, but for one time in a hundred. */
const writes = 800;
const writesAtOnce = 4;

function tooShort({ limits }: Capabilities): string | undefined {
  return limits.valueBytes < Math.max(...lengths) + 2 ? "the backend holds no texts of 100 KiB" : undefined;
}

/** A text, and those of the same length that differ from it in one character: the first, one in the middle, the last. */
function alike(length: number): readonly [first: string, ...others: string[]] {
  const first = "x".repeat(length);
  const others = [0, length >> 1, length - 1].map((at) => `${first.slice(0, at)}y${first.slice(at + 1)}`);
  return [first, ...others];
}

/** Texts that are almost the same, and records that had very many. */
export const likenessCases: readonly Case[] = [
  {
    id: "VERSION-046",
    law: "V1",
    title: "long texts that differ in one character have different versions, and none is good for another",
    when: tooShort,
    async run({ store, capabilities }) {
      for (const [first, ...others] of lengths.map(alike)) {
        for (const other of others) {
          const { version: ifVersion } = await store.put(key, first);
          const { version } = await store.put(key, other);
          assert.notEqual(version, ifVersion, `two texts of ${first.length} characters share a version`);
          if (noConditions(capabilities) !== undefined) continue;
          const error = await refused(store.put(key, "late", { ifVersion }), "CONFLICT");
          assert.equal(error.currentVersion, version);
        }
        assert.equal(await store.read(key), others.at(-1));
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
    id: "UPDATE-026",
    law: "R4",
    title: "an edit of one character of a long text is written, wherever it is",
    when: (capabilities) => noConditions(capabilities) ?? tooShort(capabilities),
    async run({ store, open }) {
      const other = await open();
      for (const [first, ...others] of lengths.map(alike)) {
        await store.write(key, first);
        for (const text of others) {
          assert.equal(await store.update<string>(key, () => text), text);
          assert.ok((await other.read(key)) === text, `an edit of ${first.length} characters was dropped`);
        }
      }
    },
  },
];
