import assert from "node:assert/strict";
import type { Case } from "../case.ts";
import { assertWhole, patterned } from "../child/patterned.ts";
import { later, meanwhile, numbered, refused } from "../expect.ts";

export const recordCases: readonly Case[] = [
  {
    id: "RECORD-001",
    law: "R1",
    title: "a write creates a record",
    async run({ store }) {
      assert.equal(await store.write(["a"], 1), undefined);
      assert.equal(await store.read(["a"]), 1);
    },
  },
  {
    id: "RECORD-002",
    law: "R1",
    title: "a write replaces a record",
    async run({ store }) {
      await store.write(["a"], { old: true });
      await store.write(["a"], { new: true });
      assert.deepEqual(await store.read(["a"]), { new: true });
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
  {
    id: "RECORD-003",
    law: "R1",
    title: "a short value replaces a long one whole",
    async run({ store, driver }) {
      await store.write(["a"], "x".repeat(100_000));
      await store.write(["a"], "y");
      assert.equal((await driver.get("a.json"))?.text, '"y"');
    },
  },
  {
    id: "RECORD-004",
    law: "R1",
    title: "a value changes its type when it is replaced",
    async run({ store }) {
      for (const value of [{ a: 1 }, "text", 7, null, [1], false, ""]) {
        await store.write(["a"], value);
        assert.deepEqual(await store.read(["a"]), value);
      }
    },
  },
  {
    id: "RECORD-005",
    law: "R1",
    title: "writing the same value again changes nothing that a reader sees",
    async run({ store }) {
      await store.write(["a"], { n: 1 });
      await store.write(["a"], { n: 1 });
      assert.deepEqual(await store.read(["a"]), { n: 1 });
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
  {
    id: "RECORD-031",
    law: "R1",
    title:
      "a text is replaced by one as long that differs in a single character, at its beginning, in its middle, or at its end",
    async run({ store }) {
      for (const length of [2_000, 200_000]) {
        const plain = "x".repeat(length);
        await store.write(["a"], plain);
        for (const at of [0, length / 2, length - 1]) {
          const changed = `${plain.slice(0, at)}y${plain.slice(at + 1)}`;
          await store.write(["a"], changed);
          assert.ok((await store.read(["a"])) === changed, `character ${at} of ${length} did not change`);
          await store.batch([{ type: "write", key: ["a"], value: plain }]);
          assert.ok((await store.read(["a"])) === plain, `character ${at} of ${length} did not change in a batch`);
        }
      }
    },
  },
  {
    id: "RECORD-006",
    law: "R1",
    title: "a resolved write is seen by a handle that was open before",
    async run({ store, open }) {
      const other = await open();
      await refused(other.read(["a"]), "NOT_FOUND");
      assert.deepEqual(await other.list([]), []);
      await store.write(["a"], 1);
      assert.equal(await other.read(["a"]), 1);
      assert.deepEqual(await other.list([]), [["a"]]);
    },
  },
  {
    id: "RECORD-007",
    law: "R1",
    title: "a replaced value is seen by a handle that has read the former one",
    async run({ store, open }) {
      const other = await open();
      for (let turn = 0; turn < 5; turn++) {
        await store.write(["a"], turn);
        assert.equal(await other.read(["a"]), turn);
        assert.equal((await other.get(["a"]))?.value, turn);
        assert.deepEqual(await other.readMany([["a"]]), [turn]);
      }
    },
  },
  {
    id: "RECORD-008",
    law: "R1",
    title: "many writes at once all arrive",
    async run({ store }) {
      const keys = numbered(["n"], 50);
      await Promise.all(keys.map((key) => store.write(key, key)));
      assert.deepEqual(await store.list([]), keys);
      assert.deepEqual(await Promise.all(keys.map((key) => store.read(key))), keys);
    },
  },
  {
    id: "RECORD-009",
    law: "R1",
    title: "the last of several writes to a key that are awaited in turn stays, from changing handles",
    async run({ store, open }) {
      const other = await open();
      for (let turn = 0; turn < 6; turn++) await (turn % 2 === 0 ? store : other).write(["a"], turn);
      assert.equal(await store.read(["a"]), 5);
      assert.equal(await other.read(["a"]), 5);
    },
  },
  {
    id: "RECORD-010",
    law: "R2",
    title: "reading a missing record gives NOT_FOUND",
    async run({ store }) {
      const error = await refused(store.read(["a", "b"]), "NOT_FOUND");
      assert.deepEqual(error.key, ["a", "b"]);
    },
  },
  {
    id: "RECORD-011",
    law: "R2",
    title: "a prefix of records is no record",
    async run({ store }) {
      await store.write(["a", "b"], 1);
      await refused(store.read(["a"]), "NOT_FOUND");
      assert.equal(await store.get(["a"]), undefined);
    },
  },
  {
    id: "RECORD-012",
    law: "R2",
    title: "nothing is below a record unless it was written",
    async run({ store }) {
      await store.write(["a"], 1);
      await refused(store.read(["a", "b"]), "NOT_FOUND");
      assert.equal(await store.get(["a", "b"]), undefined);
      await store.remove(["a", "b"]);
      assert.equal(await store.read(["a"]), 1);
    },
  },
  {
    id: "RECORD-013",
    law: "R2",
    title: "reading leaves no trace",
    async run({ store }) {
      await refused(store.read(["a", "b"]), "NOT_FOUND");
      await store.readMany([["a"], ["c", "d"]]);
      assert.deepEqual(await store.list(["a"]), []);
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "RECORD-014",
    law: "R3",
    title: "readers see a whole value while it is rewritten",
    async run({ store, open, scale }) {
      const reader = await open();
      await store.write(["a"], patterned(0));
      const write = async (): Promise<void> => {
        for (let turn = 1; turn <= 20 * scale; turn++) await store.write(["a"], patterned(turn));
      };
      await meanwhile(write(), async () => assertWhole(await reader.read(["a"])));
      assertWhole(await reader.read(["a"]));
    },
  },
  {
    id: "RECORD-015",
    law: "R3",
    title: "writers of one key at once leave one of their values whole",
    async run({ store, open }) {
      const other = await open();
      const turns = Array.from({ length: 20 }, (_, i) => i);
      await Promise.all(turns.map((turn) => (turn % 2 === 0 ? store : other).write(["a"], patterned(turn))));
      assertWhole(await store.read(["a"]));
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
  {
    id: "RECORD-023",
    law: "L3",
    title: "changing what was written or read never changes the record",
    async run({ store }) {
      const value = { list: [1], deep: { n: 1 } };
      const writing = later(store.write(["a"], value));
      value.list.push(2);
      await writing;
      value.deep.n = 2;
      const first = await store.read<typeof value>(["a"]);
      assert.deepEqual(first, { list: [1], deep: { n: 1 } });
      first.list.push(3);
      const entry = await store.get<typeof value>(["a"]);
      assert.deepEqual(entry?.value, { list: [1], deep: { n: 1 } });
      entry.value.deep.n = 3;
      assert.deepEqual(await store.readMany([["a"]]), [{ list: [1], deep: { n: 1 } }]);
    },
  },
  {
    id: "RECORD-024",
    law: "L3",
    title: "changing a key after the call never changes the record's place",
    async run({ store }) {
      const key = ["a", "b"];
      const writing = later(store.write(key, 1));
      key[1] = "c";
      await writing;
      const [listed] = await store.list([]);
      assert.deepEqual(listed, ["a", "b"]);
      (listed as string[])[0] = "x";
      assert.deepEqual(await store.list([]), [["a", "b"]]);
    },
  },
];
