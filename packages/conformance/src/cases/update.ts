import assert from "node:assert/strict";
import type { Capabilities } from "@stowage/core";
import type { Case } from "../case.ts";
import { later, refused } from "../expect.ts";

/** The value that most updates are tried on. */
export interface Counter {
  count: number;
}

/** Why updates are refused here; other cases then prove that they are. */
export function noUpdates({ compareAndSwap }: Capabilities): string | undefined {
  return compareAndSwap === "none" ? "the backend claims no conditions" : undefined;
}

export function add(draft: Counter): void {
  draft.count++;
}

export const updateCases: readonly Case[] = [
  {
    id: "UPDATE-001",
    law: "R4",
    title: "an edit in place is written and returned",
    when: noUpdates,
    async run({ store }) {
      await store.write(["a"], { count: 1, kept: true });
      assert.deepEqual(await store.update<Counter>(["a"], add), { count: 2, kept: true });
      assert.deepEqual(await store.read(["a"]), { count: 2, kept: true });
    },
  },
  {
    id: "UPDATE-002",
    law: "R4",
    title: "what edit returns becomes the value",
    when: noUpdates,
    async run({ store }) {
      await store.write(["a"], 1);
      assert.equal(await store.update<number>(["a"], (n) => n + 1), 2);
      assert.equal(await store.update<unknown>(["a"], () => null), null);
      assert.equal(await store.read(["a"]), null);
    },
  },
  {
    id: "UPDATE-003",
    law: "R4",
    title: "what edit returns counts more than what it did to the draft",
    when: noUpdates,
    async run({ store }) {
      await store.write(["a"], { count: 1 });
      const written = await store.update<Counter>(["a"], (draft) => {
        draft.count = 99;
        return { count: 5 };
      });
      assert.deepEqual(written, { count: 5 });
      assert.deepEqual(await store.read(["a"]), { count: 5 });
    },
  },
  {
    id: "UPDATE-004",
    law: "R4",
    title: "updating a missing record gives NOT_FOUND, calls no edit, and creates nothing",
    when: noUpdates,
    async run({ store }) {
      let called = false;
      const error = await refused(
        store.update(["a"], () => {
          called = true;
        }),
        "NOT_FOUND",
      );
      assert.deepEqual(error.key, ["a"]);
      assert.equal(called, false);
      assert.deepEqual(await store.list([]), []);
    },
  },
  {
    id: "UPDATE-005",
    law: "R4",
    title: "what edit throws reaches the caller as it is and leaves the record alone",
    when: noUpdates,
    async run({ store }) {
      await store.write(["a"], { count: 1 });
      const thrown = new RangeError("mine");
      const edit = (draft: Counter): void => {
        draft.count = 99;
        throw thrown;
      };
      const caught = await store.update<Counter>(["a"], edit).catch((error: unknown) => error);
      assert.equal(caught, thrown);
      assert.deepEqual(await store.read(["a"]), { count: 1 });
    },
  },
  {
    id: "UPDATE-006",
    law: "R4",
    title: "after edit threw, the record can be updated and written",
    when: noUpdates,
    async run({ store, open }) {
      const other = await open();
      await store.write(["a"], { count: 1 });
      const fail = (): never => {
        throw new Error("mine");
      };
      for (let i = 0; i < 3; i++) await assert.rejects(store.update(["a"], fail), /^Error: mine$/);
      await store.update<Counter>(["a"], add);
      await other.update<Counter>(["a"], add);
      assert.deepEqual(await store.read(["a"]), { count: 3 });
      await other.write(["a"], "free");
      assert.equal(await store.read(["a"]), "free");
    },
  },
  {
    id: "UPDATE-007",
    law: "R4",
    title: "an edit that throws a text or nothing at all is handed on as well",
    when: noUpdates,
    async run({ store }) {
      await store.write(["a"], 1);
      for (const thrown of ["text", null]) {
        const edit = (): never => {
          throw thrown;
        };
        const end = await store.update(["a"], edit).then(
          () => "resolved",
          (error: unknown) => ({ error }),
        );
        assert.deepEqual(end, { error: thrown });
      }
      assert.equal(await store.read(["a"]), 1);
    },
  },
  {
    id: "UPDATE-008",
    law: "R4",
    title: "an asynchronous edit is refused and changes nothing",
    when: noUpdates,
    async run({ store }) {
      await store.write(["a"], { count: 1 });
      const edit = async (draft: Counter): Promise<void> => add(draft);
      // The cast: the types forbid this, callers without types can do it.
      await refused(store.update(["a"], edit as unknown as typeof add), "INVALID_VALUE");
      const failing = (): Promise<never> => Promise.reject(new Error("nobody waits for this"));
      await refused(store.update(["a"], failing as unknown as typeof add), "INVALID_VALUE");
      assert.deepEqual(await store.read(["a"]), { count: 1 });
    },
  },
  {
    id: "UPDATE-009",
    law: "R4",
    title: "an edit that changes nothing keeps value and version",
    when: noUpdates,
    async run({ store }) {
      const { version } = await store.put(["a"], { count: 1 });
      assert.deepEqual(await store.update(["a"], () => {}), { count: 1 });
      assert.deepEqual(await store.get(["a"]), { key: ["a"], value: { count: 1 }, version });
    },
  },
  {
    id: "UPDATE-010",
    law: "R4",
    title: "an edit that changes something changes the version",
    when: noUpdates,
    async run({ store }) {
      const { version } = await store.put(["a"], { count: 1 });
      await store.update<Counter>(["a"], add);
      const entry = await store.get(["a"]);
      assert.notEqual(entry?.version, version);
      await refused(store.put(["a"], 0, { ifVersion: version }), "CONFLICT");
    },
  },
  {
    id: "UPDATE-011",
    law: "L3",
    title: "the draft and the result are copies",
    when: noUpdates,
    async run({ store }) {
      await store.write(["a"], { count: 1 });
      let kept: Counter = { count: 0 };
      const result = await store.update<Counter>(["a"], (draft) => {
        draft.count = 2;
        kept = draft;
      });
      kept.count = 3;
      assert.deepEqual(result, { count: 2 });
      result.count = 4;
      assert.deepEqual(await store.read(["a"]), { count: 2 });
    },
  },
  {
    id: "UPDATE-012",
    law: "R4",
    title: "the result is what JSON keeps of the edit",
    when: noUpdates,
    async run({ store }) {
      await store.write(["a"], {});
      const written = await store.update<unknown>(["a"], () => ({ at: new Date(0), gone: undefined }));
      assert.deepEqual(written, { at: "1970-01-01T00:00:00.000Z" });
      assert.deepEqual(await store.read(["a"]), written);
    },
  },
  {
    id: "UPDATE-019",
    law: "R4",
    title: "an edit may call the store, and what it called is done as if it had been called behind the update",
    when: noUpdates,
    async run({ store }) {
      await store.write(["a"], { count: 1 });
      const called: Promise<unknown>[] = [];
      const updated = store.update<Counter>(["a"], (draft) => {
        called.push(later(store.write(["log"], "changed")), later(store.get<Counter>(["a"])));
        add(draft);
      });
      const beside = later(store.write(["b"], 1));
      assert.deepEqual(await updated, { count: 2 });
      await Promise.all([...called, beside]);
      assert.deepEqual(await store.list([]), [["a"], ["b"], ["log"]]);
      assert.deepEqual(await store.read(["a"]), { count: 2 });
    },
  },
];
