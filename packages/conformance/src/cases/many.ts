import assert from "node:assert/strict";
import type { Case } from "../case.ts";
import { inOrder, numbered } from "../expect.ts";
import { fill } from "./list.ts";

export const manyCases: readonly Case[] = [
  {
    id: "MANY-001",
    law: "M1",
    title: "many records are read in the order asked",
    async run({ store }) {
      const keys = numbered(["n"], 20);
      await fill(store, keys);
      const asked = [...keys].reverse();
      assert.deepEqual(await store.readMany(asked), asked);
    },
  },
  {
    id: "MANY-002",
    law: "M1",
    title: "missing records are undefined, in their places",
    async run({ store }) {
      await store.write(["b"], 2);
      assert.deepEqual(await store.readMany([["a"], ["b"], ["c"]]), [undefined, 2, undefined]);
      assert.deepEqual(await store.readMany([["x"], ["y"]]), [undefined, undefined]);
    },
  },
  {
    id: "MANY-003",
    law: "M1",
    title: "reading no records gives none",
    async run({ store }) {
      assert.deepEqual(await store.readMany([]), []);
    },
  },
  {
    id: "MANY-004",
    law: "M1",
    title: "a key asked twice is answered twice, by separate copies",
    async run({ store }) {
      await store.write(["a"], { n: 1 });
      const [first, missing, second] = await store.readMany<{ n: number }>([["a"], ["x"], ["a"]]);
      assert.equal(missing, undefined);
      assert.deepEqual([first, second], [{ n: 1 }, { n: 1 }]);
      (first as { n: number }).n = 2;
      assert.deepEqual(second, { n: 1 });
    },
  },
  {
    id: "MANY-005",
    law: "M1",
    title: "falsy values are kept apart from missing records",
    async run({ store }) {
      await store.write(["a"], null);
      await store.write(["b"], "");
      await store.write(["c"], 0);
      assert.deepEqual(await store.readMany([["a"], ["b"], ["c"], ["d"]]), [null, "", 0, undefined]);
    },
  },
  {
    id: "MANY-006",
    law: "M1",
    title: "1,200 records are read at once, every third of them missing",
    profile: "full",
    async run({ store }) {
      const keys = numbered(["n"], 1200);
      await fill(
        store,
        keys.filter((_, i) => i % 3 !== 0),
      );
      assert.deepEqual(
        await store.readMany(keys),
        keys.map((key, i) => (i % 3 === 0 ? undefined : key)),
      );
    },
  },
  {
    id: "PREFIX-001",
    law: "M4",
    title: "everything strictly below a prefix is removed and counted",
    async run({ store }) {
      await fill(store, [["a"], ["a", "1"], ["a", "1", "x"], ["a", "2"], ["b"]]);
      assert.equal(await store.removePrefix(["a"]), 3);
      assert.deepEqual(await store.list([]), [["a"], ["b"]]);
    },
  },
  {
    id: "PREFIX-002",
    law: "M4",
    title: "siblings whose names start alike survive",
    async run({ store }) {
      const siblings = [
        ["a", "10", "x"],
        ["a", "1-", "x"],
        ["a", "1"],
        ["a", "1."],
        ["a", "1\u{1f600}"],
        ["a"],
        ["A", "1", "x"],
      ];
      const kept = store.capabilities.caseSensitive ? siblings : siblings.slice(0, -1);
      await fill(store, [...kept, ["a", "1", "x"], ["a", "1", "y", "z"]]);
      assert.equal(await store.removePrefix(["a", "1"]), 2);
      assert.equal((await store.list([])).length, kept.length);
      assert.deepEqual(await store.readMany(kept), kept);
    },
  },
  {
    id: "PREFIX-003",
    law: "M4",
    title: "a prefix that nothing is below removes nothing",
    async run({ store }) {
      await store.write(["a"], 1);
      assert.equal(await store.removePrefix(["a"]), 0);
      assert.equal(await store.removePrefix(["x", "y"]), 0);
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
  {
    id: "PREFIX-004",
    law: "M4",
    title: "the empty prefix removes every record",
    async run({ store }) {
      await fill(store, [["a"], ["a", "b"], ["c", "d", "e"], ["\u{1f600}"], ["%"]]);
      assert.equal(await store.removePrefix([]), 5);
      assert.deepEqual(await store.list([]), []);
      assert.equal(await store.removePrefix([]), 0);
    },
  },
  {
    id: "PREFIX-005",
    law: "M4",
    title: "1,100 records at several depths are removed and counted",
    profile: "full",
    async run({ store, open }) {
      const doomed = [...numbered(["a"], 600), ...numbered(["a", "0001"], 300), ...numbered(["a", "b", "c"], 200)];
      await fill(store, [...doomed, ["ab"], ["a"]]);
      assert.equal(await store.removePrefix(["a"]), 1100);
      const other = await open();
      assert.deepEqual(await other.list([]), [["a"], ["ab"]]);
      assert.equal(await other.get(["a", "b", "c", "0000"]), undefined);
    },
  },
  {
    id: "PREFIX-006",
    law: "M4",
    title: "what was removed can be written again",
    async run({ store }) {
      const keys = numbered(["a", "b"], 5);
      await fill(store, keys);
      await store.removePrefix(["a"]);
      await fill(store, keys);
      assert.deepEqual(await store.list([]), keys);
      assert.equal(await store.removePrefix(["a", "b"]), 5);
    },
  },
  {
    id: "PREFIX-007",
    law: "M4",
    title: "wildcards in a prefix remove only what is below that very name",
    async run({ store }) {
      await fill(store, [
        ["%", "x"],
        ["_", "x"],
        ["*", "x"],
        ["a", "x"],
      ]);
      for (const wild of ["%", "_", "*"]) assert.equal(await store.removePrefix([wild]), 1);
      assert.deepEqual(await store.list([]), [["a", "x"]]);
    },
  },
  {
    id: "PREFIX-009",
    law: "M4",
    title: "a prefix is removed at the beginning of keys only",
    async run({ store }) {
      const kept = [
        ["x", "a", "1"],
        ["x", "a"],
        ["xa", "1"],
      ];
      await fill(store, [...kept, ["a", "1"]]);
      assert.equal(await store.removePrefix(["a"]), 1);
      assert.deepEqual(await store.list([]), inOrder(kept));
    },
  },
  {
    id: "PREFIX-010",
    law: "M4",
    title: "what is written beside a prefix while everything below it is removed is kept",
    async run({ store, open }) {
      const other = await open();
      // More than one step of a removal, and less than two.
      await fill(store, numbered(["a", "b"], 200));
      const beside = [
        ["a", "b"],
        ["a", "c"],
        ["a", "b-"],
        ["ab", "x"],
      ];
      await Promise.all([store.removePrefix(["a", "b"]), ...beside.map((key) => other.write(key, key))]);
      assert.deepEqual(await store.list([]), inOrder(beside));
      assert.deepEqual(await store.readMany(beside), beside);
    },
  },
  {
    id: "PREFIX-011",
    law: "M4",
    title: "removal from the inside out counts each record once",
    async run({ store }) {
      await fill(store, [["a", "b", "c"], ["a", "b"], ["a", "d"], ["a"]]);
      for (const [prefix, count] of [
        [["a", "b", "c"], 0],
        [["a", "b"], 1],
        [["a"], 2],
        [[], 1],
      ] as const) {
        assert.equal(await store.removePrefix(prefix), count);
      }
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "PREFIX-012",
    law: "M4",
    title: "two removals of one prefix at once leave nothing, and count no more than there was",
    async run({ store, open }) {
      const other = await open();
      await fill(store, numbered(["a"], 12));
      const counts = await Promise.all([store.removePrefix(["a"]), other.removePrefix(["a"])]);
      assert.deepEqual(await store.list([]), []);
      for (const count of counts) assert.ok(count >= 0 && count <= 12, `${count} records were counted`);
    },
  },
  {
    id: "MANY-007",
    law: "M1",
    title: "records above, below, and beside each other are read at once, each in its place",
    async run({ store, open }) {
      const keys = [["a", "b"], ["a"], ["ab"], ["a", "b", "c"], ["\u{1f600}"], ["%"]];
      await fill(store, keys);
      const missing = [["a", "c"], ["b"]];
      const asked = [...missing, ...keys, ...missing];
      const expected = [undefined, undefined, ...keys, undefined, undefined];
      assert.deepEqual(await (await open()).readMany(asked), expected);
    },
  },
];
