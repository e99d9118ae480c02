import assert from "node:assert/strict";
import type { Case } from "../case.ts";
import { collect, refused } from "../expect.ts";
import { noUpdates as noConditions } from "./update.ts";

export const versionCases: readonly Case[] = [
  {
    id: "VERSION-001",
    law: "V1",
    title: "get gives key, value, and version",
    async run({ store }) {
      await store.write(["a", "b"], { n: 1 });
      const entry = await store.get(["a", "b"]);
      assert.deepEqual(Object.keys(entry ?? {}).sort(), ["key", "value", "version"]);
      assert.deepEqual(entry?.key, ["a", "b"]);
      assert.deepEqual(entry?.value, { n: 1 });
      assert.equal(typeof entry?.version, "string");
      assert.notEqual(entry?.version, "");
    },
  },
  {
    id: "VERSION-002",
    law: "V1",
    title: "get of a missing record gives undefined",
    async run({ store }) {
      assert.equal(await store.get(["a"]), undefined);
    },
  },
  {
    id: "VERSION-003",
    law: "V1",
    title: "get keeps falsy values apart from missing records",
    async run({ store }) {
      for (const value of [null, 0, false, ""]) {
        await store.write(["a"], value);
        const entry = await store.get(["a"]);
        assert.ok(entry !== undefined, `${JSON.stringify(value)} was taken for a missing record`);
        assert.equal(entry.value, value);
      }
    },
  },
  {
    id: "VERSION-004",
    law: "V1",
    title: "reading does not change a version, and all ways of reading give the same one",
    async run({ store, open }) {
      const { version } = await store.put(["a"], 1);
      const other = await open();
      assert.equal((await store.get(["a"]))?.version, version);
      await store.read(["a"]);
      await store.list([]);
      assert.equal((await other.get(["a"]))?.version, version);
      assert.equal((await collect(store.entries([])))[0]?.version, version);
      assert.equal((await collect(other.entries([])))[0]?.version, version);
    },
  },
  {
    id: "VERSION-005",
    law: "V1",
    title: "two texts of a record never share a version",
    async run({ store }) {
      const seen = new Map<string, number>();
      for (let turn = 0; turn < 20; turn++) {
        const { version } = await store.put(["a"], turn);
        assert.equal(seen.get(version), undefined, `turn ${turn} has the version of an earlier one`);
        seen.set(version, turn);
      }
    },
  },
  {
    id: "VERSION-006",
    law: "V1",
    title: "a version does not come back for another text when a record is removed and made again",
    async run({ store, open }) {
      const other = await open();
      const seen = new Set<string>();
      for (let turn = 0; turn < 6; turn++) {
        const { version } = await (turn % 2 === 0 ? store : other).put(["a"], { turn });
        assert.ok(!seen.has(version), `turn ${turn} has the version of an earlier one`);
        seen.add(version);
        await store.remove(["a"]);
      }
    },
  },
  {
    id: "VERSION-007",
    law: "V1",
    title: "a version does not come back for another text when the store is opened again",
    async run({ store, open }) {
      const first = await store.put(["a"], "first");
      await store.remove(["a"]);
      await store.close();
      const later = await open();
      assert.notEqual((await later.put(["a"], "second")).version, first.version);
    },
  },
  {
    id: "VERSION-008",
    law: "V1",
    title: "texts of one length written in quick succession have different versions",
    async run({ store }) {
      const versions: string[] = [];
      for (let turn = 0; turn < 10; turn++) versions.push((await store.put(["a"], `v${turn}`)).version);
      assert.equal(new Set(versions).size, versions.length);
    },
  },
  {
    id: "VERSION-009",
    law: "V2",
    title: "put without a condition writes as write does",
    async run({ store }) {
      await store.write(["a"], 1);
      const { version } = await store.put(["a"], 2);
      assert.deepEqual(await store.get(["a"]), { key: ["a"], value: 2, version });
      await store.put(["b"], 3, {});
      assert.equal(await store.read(["b"]), 3);
    },
  },
  {
    id: "VERSION-010",
    law: "V2",
    title: "put on the current version writes and gives the next one",
    when: noConditions,
    async run({ store, open }) {
      const other = await open();
      let { version } = await store.put(["a"], 0);
      for (let turn = 1; turn < 5; turn++) {
        const next = await (turn % 2 === 0 ? store : other).put(["a"], turn, { ifVersion: version });
        assert.notEqual(next.version, version);
        version = next.version;
      }
      assert.deepEqual(await store.get(["a"]), { key: ["a"], value: 4, version });
    },
  },
  {
    id: "VERSION-011",
    law: "V2",
    title: "put on a former version gives CONFLICT with the current one and changes nothing",
    when: noConditions,
    async run({ store }) {
      const old = await store.put(["a"], 1);
      const now = await store.put(["a"], 2);
      const error = await refused(store.put(["a"], 3, { ifVersion: old.version }), "CONFLICT");
      assert.equal(error.currentVersion, now.version);
      assert.deepEqual(await store.get(["a"]), { key: ["a"], value: 2, version: now.version });
    },
  },
  {
    id: "VERSION-012",
    law: "V2",
    title: "put on a version of a missing record gives CONFLICT with null and creates nothing",
    when: noConditions,
    async run({ store }) {
      const { version } = await store.put(["a"], 1);
      await store.remove(["a"]);
      const error = await refused(store.put(["a"], 2, { ifVersion: version }), "CONFLICT");
      assert.equal(error.currentVersion, null);
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "VERSION-013",
    law: "V2",
    title: "put on null creates",
    when: noConditions,
    async run({ store }) {
      const { version } = await store.put(["a"], 1, { ifVersion: null });
      assert.deepEqual(await store.get(["a"]), { key: ["a"], value: 1, version });
    },
  },
  {
    id: "VERSION-014",
    law: "V2",
    title: "put on null of an existing record gives CONFLICT with its version and changes nothing",
    when: noConditions,
    async run({ store, open }) {
      const { version } = await store.put(["a"], "mine");
      const error = await refused((await open()).put(["a"], "theirs", { ifVersion: null }), "CONFLICT");
      assert.equal(error.currentVersion, version);
      assert.equal(await store.read(["a"]), "mine");
    },
  },
  {
    id: "VERSION-015",
    law: "V2",
    title: "put on null of an existing record with the same value gives CONFLICT too",
    when: noConditions,
    async run({ store }) {
      await store.put(["a"], 1);
      await refused(store.put(["a"], 1, { ifVersion: null }), "CONFLICT");
    },
  },
  {
    id: "VERSION-016",
    law: "V2",
    title: "put on null creates again after a remove",
    when: noConditions,
    async run({ store }) {
      await store.put(["a"], 1, { ifVersion: null });
      await store.remove(["a"]);
      await store.put(["a"], 2, { ifVersion: null });
      assert.equal(await store.read(["a"]), 2);
    },
  },
  {
    id: "VERSION-017",
    law: "V2",
    title: "versions that nobody gave out never match",
    when: noConditions,
    async run({ store, capabilities }) {
      const { version } = await store.put(["a"], 1);
      const garbage = ["", "0", "null", "*", `${version} `, version.slice(0, -1), `${version}0`, `"${version}"`];
      for (const ifVersion of garbage.filter((one) => one !== version)) {
        await refused(store.put(["a"], 2, { ifVersion }), "CONFLICT");
        await refused(
          store.remove(["a"], { ifVersion }),
          capabilities.compareAndRemove === "none" ? "UNSUPPORTED" : "CONFLICT",
        );
        await refused(store.put(["missing"], 2, { ifVersion }), "CONFLICT");
      }
      assert.deepEqual(await store.get(["a"]), { key: ["a"], value: 1, version });
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
];
