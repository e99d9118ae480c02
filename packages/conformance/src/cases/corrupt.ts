import assert from "node:assert/strict";
import type { Capabilities, StorageError } from "@stowage/core";
import type { Backend, Case, Context } from "../case.ts";
import { collect, refused } from "../expect.ts";

/** Why damage can't be arranged here. */
export function noPlant(_: Capabilities, { plant }: Backend): string | undefined {
  return plant === undefined ? "the harness can't plant records past the driver" : undefined;
}

/** Why no bytes can be planted here that are no text. */
export function noBytes(capabilities: Capabilities, backend: Backend): string | undefined {
  return (
    noPlant(capabilities, backend) ?? (backend.holds === "text" ? "the backend holds nothing but text" : undefined)
  );
}

const key = ["c", "bad"];
/** The record that is damaged. */
export const name = "c/bad.json";
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Contents that are no JSON, with the byte at which they stop being it; `undefined` where the bytes are no text at all. */
const damages: readonly (readonly [id: string, title: string, content: string | Uint8Array, position?: number])[] = [
  ["CORRUPT-001", "no bytes", "", 0],
  ["CORRUPT-002", "only white space", " \n\t", 3],
  ["CORRUPT-003", "a block of NULs, as after a power cut", bytes(...Array.from({ length: 64 }, () => 0)), 0],
  ["CORRUPT-004", "an object that is cut off", '{"a": 1, "b', 11],
  ["CORRUPT-005", "a string that is cut off", '"ab', 3],
  ["CORRUPT-006", "a value with something behind it", '{"a": 1}}', 8],
  ["CORRUPT-007", "two values", "1 2", 2],
  ["CORRUPT-008", "a word that is none of JSON's", "undefined", 0],
  ["CORRUPT-009", "NaN", '{"a": NaN}', 6],
  ["CORRUPT-010", "a trailing comma", "[1,]", 3],
  ["CORRUPT-011", "single quotes", "{'a': 1}", 1],
  ["CORRUPT-012", "a raw line feed inside a string", '"a\nb"', 2],
  ["CORRUPT-013", "damage behind characters of several bytes", '"\u4f1a\u{1f600}" x', 10],
  ["CORRUPT-014", "valid JSON followed by NULs", "{}\0\0", 2],
];

const noText: readonly (readonly [id: string, title: string, content: Uint8Array])[] = [
  ["CORRUPT-021", "a byte that UTF-8 never has", bytes(0x22, 0xff, 0x22)],
  ["CORRUPT-022", "a character that is cut off", bytes(0x22, 0xe4, 0xbc, 0x22)],
  ["CORRUPT-023", "a surrogate in UTF-8", bytes(0x22, 0xed, 0xa0, 0x80, 0x22)],
];

/** Looks at a damaged record through every call, among two good ones. */
async function checkDamage(
  { store, plant, open, capabilities }: Context,
  content: string | Uint8Array,
): Promise<StorageError> {
  await store.write(["c", "a"], 1);
  await store.write(["c", "z"], 2);
  await plant(name, content);
  const other = await open();
  const error = await refused(store.read(key), "CORRUPT");
  const length = typeof content === "string" ? Buffer.byteLength(content) : content.length;
  assert.deepEqual(error.key, key);
  assert.equal(error.bytes, length);
  await refused(store.get(key), "CORRUPT");
  await refused(
    other.update(key, () => 1),
    capabilities.compareAndSwap === "none" ? "UNSUPPORTED" : "CORRUPT",
  );
  assert.deepEqual(await other.list(["c"]), [["c", "a"], key, ["c", "z"]]);
  const again = await refused(other.read(key), "CORRUPT");
  assert.equal(again.bytes, length, "looking at the record changed it");
  return error;
}

export const corruptCases: readonly Case[] = [
  ...damages.map(([id, title, content, position]): Case => ({
    id,
    law: "R2",
    title: `a record is CORRUPT and left alone: ${title}`,
    when: noPlant,
    async run(context) {
      const error = await checkDamage(context, content);
      assert.equal(error.position, position);
    },
  })),
  ...noText.map(([id, title, content]): Case => ({
    id,
    law: "R2",
    title: `a record is CORRUPT and left alone: ${title}`,
    when: noBytes,
    async run(context) {
      await checkDamage(context, content);
    },
  })),
  {
    id: "CORRUPT-031",
    law: "R6",
    title: "one damaged record hides no other",
    when: noPlant,
    async run({ store, plant }) {
      for (const id of ["a", "b", "y", "z"]) await store.write(["c", id], id);
      await plant(name, '{"torn');
      const errors: StorageError[] = [];
      const onCorrupt = (error: StorageError): void => {
        errors.push(error);
      };
      const entries = await collect(store.entries(["c"], { onCorrupt }));
      assert.deepEqual(
        entries.map((entry) => entry.value),
        ["a", "b", "y", "z"],
      );
      assert.deepEqual(await store.readMany([["c", "a"], key, ["c", "z"]], { onCorrupt }), ["a", undefined, "z"]);
      assert.deepEqual(
        errors.map((error) => [error.code, error.key]),
        [
          ["CORRUPT", key],
          ["CORRUPT", key],
        ],
      );
    },
  },
  {
    id: "CORRUPT-032",
    law: "R2",
    title: "without onCorrupt, a damaged record ends entries and readMany with CORRUPT",
    when: noPlant,
    async run({ store, plant }) {
      await store.write(["c", "a"], 1);
      await plant(name, "");
      const seen: unknown[] = [];
      const sweep = async (): Promise<void> => {
        for await (const entry of store.entries(["c"])) seen.push(entry.value);
      };
      assert.deepEqual((await refused(sweep(), "CORRUPT")).key, key);
      assert.deepEqual(seen, [1]);
      await refused(store.readMany([["c", "a"], key]), "CORRUPT");
    },
  },
  {
    id: "CORRUPT-033",
    law: "R2",
    title: "a damaged record can be replaced",
    when: noPlant,
    async run({ store, plant }) {
      await plant(name, "");
      await store.write(key, "repaired");
      assert.equal(await store.read(key), "repaired");
    },
  },
  {
    id: "CORRUPT-034",
    law: "R5",
    title: "a damaged record can be removed, one by one, in a batch, and with its prefix",
    when: noPlant,
    async run({ store, plant }) {
      for (const remove of [
        () => store.remove(key),
        () => store.batch([{ type: "remove", key }]),
        () => store.removePrefix(["c"]),
      ]) {
        await plant(name, '{"torn');
        assert.deepEqual(await store.list([]), [key]);
        await remove();
        assert.deepEqual(await store.list([]), []);
      }
    },
  },
  {
    id: "CORRUPT-035",
    law: "V2",
    title: "a damaged record exists: put on null gives CONFLICT and leaves it",
    when: (capabilities, backend) =>
      noPlant(capabilities, backend) ??
      (capabilities.compareAndSwap === "none" ? "the backend claims no conditions" : undefined),
    async run({ store, plant }) {
      await plant(name, "");
      await refused(store.put(key, 1, { ifVersion: null }), "CONFLICT");
      assert.equal((await refused(store.read(key), "CORRUPT")).bytes, 0);
    },
  },
  {
    id: "CORRUPT-036",
    law: "R2",
    title: "JSON in another layout than ours is no damage",
    when: noPlant,
    async run({ store, plant }) {
      const layouts = ['{"a":1}', '{"a":1}\n', '\r\n{ "a" : 1 }\t', '\ufeff{"a":1}', '{\n    "a": 1\n}'];
      for (const text of layouts) {
        await plant(name, text);
        assert.deepEqual(await store.read(key), { a: 1 }, JSON.stringify(text));
      }
    },
  },
  {
    id: "CORRUPT-037",
    law: "R4",
    title: "updating a record in another layout gives it ours",
    when: (capabilities, backend) =>
      noPlant(capabilities, backend) ??
      (capabilities.compareAndSwap === "none" ? "the backend claims no conditions" : undefined),
    async run({ store, driver, plant }) {
      await plant(name, '{"a":1}\n');
      await store.update<{ a: number }>(key, (draft) => {
        draft.a = 2;
      });
      assert.equal((await driver.get(name))?.text, '{\n  "a": 2\n}');
    },
  },
  {
    id: "CORRUPT-038",
    law: "V1",
    title: "a record that another program replaced has another version",
    when: noPlant,
    async run({ store, plant }) {
      const { version } = await store.put(key, "one");
      await plant(name, '"two"');
      const entry = await store.get(key);
      assert.equal(entry?.value, "two");
      assert.notEqual(entry.version, version);
    },
  },
];
