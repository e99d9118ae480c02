import assert from "node:assert/strict";
import type { Case } from "../case.ts";
import { collect, inOrder, meanwhile, refused } from "../expect.ts";
import { fill } from "./list.ts";

export const markerCases: readonly Case[] = [
  {
    id: "MARKER-001",
    law: "L4",
    title: "a marker is absent until it is set",
    async run({ driver }) {
      // Not "migration": a new store may set that one itself.
      assert.equal(await driver.getMarker("note"), undefined);
    },
  },
  {
    id: "MARKER-002",
    law: "L4",
    title: "a marker keeps its text exactly and can be replaced",
    async run({ driver }) {
      const odd = ["007", " 2 ", "1\r\n2", "\ufeff2", "a\u0000b", "e\u0301", '{"a":1}'];
      for (const text of ["2", "", "10\n", "no JSON \u{1f600}", `${"x".repeat(102_400)}y`, ...odd, "3"]) {
        await driver.putMarker("migration", text);
        assert.equal(await driver.getMarker("migration"), text);
      }
    },
  },
  {
    id: "MARKER-003",
    law: "L4",
    title: "markers of different names keep apart",
    async run({ driver }) {
      await driver.putMarker("migration", "a");
      await driver.putMarker("stowage", "b");
      assert.equal(await driver.getMarker("migration"), "a");
      assert.equal(await driver.getMarker("stowage"), "b");
    },
  },
  {
    id: "MARKER-004",
    law: "L4",
    title: "a marker is seen by every handle, also after opening again",
    async run({ store, driver, open }) {
      const other = await open();
      // The second one replaces the first: not all that could undo it would see a marker that was absent.
      for (const text of ["2", "1"]) {
        await driver.putMarker("migration", text);
        assert.equal(await other.driver.getMarker("migration"), text);
      }
      await store.close();
      for (const later of [other, await open()]) assert.equal(await later.driver.getMarker("migration"), "1");
    },
  },
  {
    id: "MARKER-005",
    law: "L4",
    title: "a marker is never listed and is no record",
    async run({ store, driver }) {
      await driver.putMarker("migration", "2");
      assert.deepEqual(await store.list([]), []);
      assert.deepEqual(await collect(store.entries([])), []);
      await refused(store.read(["migration"]), "NOT_FOUND");
      await store.write(["a"], 1);
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
  {
    id: "MARKER-006",
    law: "L4",
    title: "a marker and the record of that name keep apart",
    async run({ store, driver }) {
      await driver.putMarker("migration", "2");
      await store.write(["migration"], "record");
      assert.equal(await driver.getMarker("migration"), "2");
      assert.equal(await store.read(["migration"]), "record");
      await store.remove(["migration"]);
      assert.equal(await driver.getMarker("migration"), "2");
    },
  },
  {
    id: "MARKER-007",
    law: "L4",
    title: "removing every record leaves the markers",
    async run({ store, driver }) {
      await driver.putMarker("migration", "2");
      await store.write(["a", "b"], 1);
      assert.equal(await store.removePrefix([]), 1);
      assert.equal(await driver.getMarker("migration"), "2");
    },
  },
  {
    id: "MARKER-008",
    law: "L4",
    title: "markers whose names differ in case alone keep apart",
    when: ({ caseSensitive }) => (caseSensitive ? undefined : "the backend folds case"),
    async run({ driver }) {
      await driver.putMarker("note", "small");
      assert.equal(await driver.getMarker("NOTE"), undefined);
      await driver.putMarker("NOTE", "capital");
      assert.deepEqual([await driver.getMarker("note"), await driver.getMarker("NOTE")], ["small", "capital"]);
    },
  },
  {
    id: "MARKER-009",
    law: "L4",
    title: "removing and listing below a prefix that is a marker's name leaves the marker",
    async run({ store, driver }) {
      await driver.putMarker("migration", "2");
      const beside = [["migration"], ["migration-", "a"], ["migrations"]];
      await fill(store, beside);
      assert.deepEqual(await store.list(["migration"]), []);
      assert.equal(await store.removePrefix(["migration"]), 0);
      assert.equal(await driver.getMarker("migration"), "2");
      assert.deepEqual(await store.list([]), inOrder(beside));
    },
  },
  {
    id: "MARKER-010",
    law: "L4",
    title: "while a marker is replaced, it is read as one of its texts",
    async run({ driver, open }) {
      const other = (await open()).driver;
      await driver.putMarker("migration", "0");
      for (const [before, text] of ["01", "12", "23"]) {
        await meanwhile(driver.putMarker("migration", text!), async () => {
          const seen = await other.getMarker("migration");
          assert.ok(seen === before || seen === text, `read as ${JSON.stringify(seen)} while "${text}" was put there`);
        });
      }
    },
  },
];
