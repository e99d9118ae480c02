import assert from "node:assert/strict";
import { nameOf, type StorageError } from "@stowage/core";
import type { Case } from "../case.ts";
import { collect } from "../expect.ts";
import { name, noPlant } from "./corrupt.ts";

export const foreignCases: readonly Case[] = [
  {
    id: "FOREIGN-001",
    law: "R6",
    title: "names that belong to no key are never listed, counted, or taken for a limit",
    when: noPlant,
    async run({ store, plant }) {
      const foreign = ["c/.hidden.json", "c/a.json.tmp", "c/a.txt", "c/b", "c/.DS_Store", "c/.git/x.json", "readme.md"];
      // A segment more than a key may have, each as plain as can be.
      foreign.push(`${"c/".repeat(16)}c.json`);
      for (const one of foreign) await plant(one, "{}");
      for (const id of ["a", "m", "z"]) await store.write(["c", id], id);
      const keys = [
        ["c", "a"],
        ["c", "m"],
        ["c", "z"],
      ];
      assert.deepEqual(await store.list([]), keys);
      assert.deepEqual(await collect(store.keys(["c"], { limit: 3 })), keys);
      assert.deepEqual(await collect(store.keys(["c"], { limit: 2, reverse: true })), [keys[2], keys[1]]);
      assert.equal((await collect(store.entries([], { limit: 3 }))).length, 3);
      assert.equal((await collect(store.entries(["c"]))).length, 3);
    },
  },
  {
    id: "FOREIGN-002",
    law: "M2",
    title: "a limit counts what is yielded: a damaged record makes no page shorter",
    when: noPlant,
    async run({ store, plant }) {
      for (const id of ["a", "y", "z"]) await store.write(["c", id], id);
      await plant(name, "");
      const errors: StorageError[] = [];
      const options = { limit: 3, onCorrupt: (error: StorageError) => void errors.push(error) };
      const entries = await collect(store.entries(["c"], options));
      assert.deepEqual(
        entries.map((entry) => entry.value),
        ["a", "y", "z"],
      );
      assert.equal(errors.length, 1);
    },
  },
  {
    id: "FOREIGN-003",
    law: "R2",
    title: "a text of others keeps its byte-order mark, its line ends, and the blanks around it, however it gets there",
    async run({ store, driver, open }) {
      const text = '\ufeff \r\n{\r\n\t"a": 1\r}\r\n\n';
      const handles = [store, await open()];
      // As a migration does, which moves texts as it finds them.
      await driver.put("put.json", text);
      await driver.batch?.([{ type: "put", name: "batch.json", text }], false);
      for (const key of await store.list([])) {
        for (const handle of handles) {
          assert.equal((await handle.driver.get(nameOf(key)))?.text, text);
          assert.deepEqual(await handle.read(key), { a: 1 });
          assert.deepEqual(await handle.readMany([key]), [{ a: 1 }]);
        }
      }
      for (const handle of handles) {
        for await (const { value } of handle.entries([])) assert.deepEqual(value, { a: 1 });
      }
      const stored = (await driver.getMany?.(["put.json"])) ?? [await driver.get("put.json")];
      assert.equal(stored[0]?.text, text);
    },
  },
];
