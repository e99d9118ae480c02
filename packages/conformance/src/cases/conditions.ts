import assert from "node:assert/strict";
import { type Capabilities, isStorageError } from "@stowage/core";
import type { Case } from "../case.ts";
import { openCounting } from "../counting.ts";
import { collect, refused } from "../expect.ts";
import { noUpdates as noConditions } from "./update.ts";

/** Why a condition on a remove is not asked for here. */
export function noRemoves({ compareAndRemove }: Capabilities): string | undefined {
  return compareAndRemove === "none" ? "the backend claims no conditions on a remove" : undefined;
}

export const conditionCases: readonly Case[] = [
  {
    id: "VERSION-018",
    law: "V2",
    title: "a version is good after the store was closed and opened again",
    when: noConditions,
    async run({ store, open }) {
      const { version } = await store.put(["a"], 1);
      await store.close();
      const later = await open();
      assert.equal((await later.get(["a"]))?.version, version);
      await later.put(["a"], 2, { ifVersion: version });
      assert.equal(await later.read(["a"]), 2);
    },
  },
  {
    id: "VERSION-019",
    law: "V2",
    title: "what is no version is refused as a condition",
    async run({ store }) {
      await store.write(["a"], 1);
      // Undefined is the version of a record that was not there, and must not become no condition at all.
      for (const ifVersion of [1, {}, true, ["a"], undefined] as unknown as string[]) {
        await refused(store.put(["a"], 2, { ifVersion }), "INVALID_VALUE");
        await refused(store.remove(["a"], { ifVersion }), "INVALID_VALUE");
      }
      // For a remove, "only if absent" makes no sense.
      await refused(store.remove(["a"], { ifVersion: null as unknown as string }), "INVALID_VALUE");
      assert.equal(await store.read(["a"]), 1);
    },
  },
  {
    id: "VERSION-020",
    law: "V2",
    title: "remove on the current version removes",
    when: noRemoves,
    async run({ store }) {
      const { version } = await store.put(["a"], 1);
      await store.remove(["a"], { ifVersion: version });
      assert.equal(await store.get(["a"]), undefined);
    },
  },
  {
    id: "VERSION-021",
    law: "V2",
    title: "remove on a former version gives CONFLICT with the current one and changes nothing",
    when: noRemoves,
    async run({ store }) {
      const old = await store.put(["a"], 1);
      const now = await store.put(["a"], 2);
      const error = await refused(store.remove(["a"], { ifVersion: old.version }), "CONFLICT");
      assert.equal(error.currentVersion, now.version);
      assert.equal(await store.read(["a"]), 2);
    },
  },
  {
    id: "VERSION-022",
    law: "V2",
    title: "remove on a version of a missing record gives CONFLICT with null",
    when: noRemoves,
    async run({ store }) {
      const { version } = await store.put(["a"], 1);
      await store.remove(["a"]);
      const error = await refused(store.remove(["a"], { ifVersion: version }), "CONFLICT");
      assert.equal(error.currentVersion, null);
    },
  },
  {
    id: "VERSION-023",
    law: "V2",
    title: "a version from entries or from a conflict works as a condition",
    when: noConditions,
    async run({ store }) {
      await store.write(["a"], 1);
      const [entry] = await collect(store.entries([]));
      await store.put(["a"], 2, { ifVersion: entry?.version as string });
      const error = await refused(store.put(["a"], 3, { ifVersion: "old" }), "CONFLICT");
      await store.put(["a"], 3, { ifVersion: error.currentVersion as string });
      assert.equal(await store.read(["a"]), 3);
    },
  },
  {
    id: "VERSION-024",
    law: "V2",
    title: "a write by another handle makes a version a former one",
    when: noConditions,
    async run({ store, open, capabilities }) {
      const other = await open();
      const { version } = await store.put(["a"], 1);
      await other.write(["a"], 2);
      await refused(store.put(["a"], 3, { ifVersion: version }), "CONFLICT");
      if (noRemoves(capabilities) === undefined) {
        await refused(store.remove(["a"], { ifVersion: version }), "CONFLICT");
      }
      assert.equal(await store.read(["a"]), 2);
    },
  },
  {
    id: "VERSION-025",
    law: "V2",
    title: "a batch makes a version a former one",
    when: noConditions,
    async run({ store }) {
      const { version } = await store.put(["a"], 1);
      await store.batch([{ type: "write", key: ["a"], value: 2 }]);
      await refused(store.put(["a"], 3, { ifVersion: version }), "CONFLICT");
      assert.notEqual((await store.get(["a"]))?.version, version);
    },
  },
  {
    id: "VERSION-026",
    law: "V2",
    title: "of writers on one version at once exactly one wins",
    when: ({ compareAndSwap }) => (compareAndSwap === "store" ? undefined : "the backend claims no shared conditions"),
    async run({ store, open }) {
      const handles = [store, await open()];
      for (let round = 0; round < 5; round++) {
        const { version } = await store.put(["a"], "start");
        const racers = Array.from({ length: 8 }, (_, i) => `${round}-${i}`);
        const ends = await Promise.allSettled(
          racers.map((me, i) => (handles[i % 2] as typeof store).put(["a"], me, { ifVersion: version })),
        );
        checkOneWinner(ends);
        assert.equal(await store.read(["a"]), racers[ends.findIndex((end) => end.status === "fulfilled")]);
      }
    },
  },
  {
    id: "VERSION-027",
    law: "V3",
    title: "of creators at once exactly one wins, and its value stays",
    when: ({ compareAndSwap }) => (compareAndSwap === "store" ? undefined : "the backend claims no shared conditions"),
    async run({ store, open }) {
      const handles = [store, await open()];
      for (let round = 0; round < 4; round++) {
        const racers = Array.from({ length: 16 }, (_, i) => `${round}-${i}`);
        const ends = await Promise.allSettled(
          racers.map((me, i) => (handles[i % 2] as typeof store).put(["r", `${round}`], me, { ifVersion: null })),
        );
        checkOneWinner(ends);
        assert.equal(await store.read(["r", `${round}`]), racers[ends.findIndex((end) => end.status === "fulfilled")]);
      }
    },
  },
  {
    id: "VERSION-028",
    law: "V3",
    title: "of creators at once on one handle exactly one wins",
    when: noConditions,
    async run({ store }) {
      const ends = await Promise.allSettled(
        Array.from({ length: 16 }, (_, i) => store.put(["a"], i, { ifVersion: null })),
      );
      checkOneWinner(ends);
      assert.equal(
        await store.read(["a"]),
        ends.findIndex((end) => end.status === "fulfilled"),
      );
    },
  },
  {
    id: "VERSION-029",
    law: "V3",
    title: "of removers on one version at once exactly one wins",
    when: noRemoves,
    async run({ store }) {
      const { version } = await store.put(["a"], 1);
      const ends = await Promise.allSettled(
        Array.from({ length: 8 }, () => store.remove(["a"], { ifVersion: version })),
      );
      checkOneWinner(ends);
      assert.equal(await store.get(["a"]), undefined);
    },
  },
  {
    id: "VERSION-030",
    law: "V4",
    title: "where conditions are denied, they are refused before any I/O and change nothing",
    when: ({ compareAndSwap }) => (compareAndSwap === "none" ? undefined : "the backend claims conditions"),
    async run({ store, open }) {
      const { version } = await store.put(["a"], 1);
      const { store: watched, calls } = await openCounting(open);
      await refused(watched.put(["a"], 2, { ifVersion: version }), "UNSUPPORTED");
      await refused(watched.put(["b"], 2, { ifVersion: null }), "UNSUPPORTED");
      await refused(watched.remove(["a"], { ifVersion: version }), "UNSUPPORTED");
      assert.deepEqual(calls, []);
      assert.equal(await store.read(["a"]), 1);
      assert.deepEqual(await store.list([]), [["a"]]);
    },
  },
  {
    id: "VERSION-031",
    law: "V4",
    title: "where a condition on a remove is denied, it is refused before any I/O and changes nothing",
    when: ({ compareAndRemove }) => (compareAndRemove === "none" ? undefined : "the backend claims such conditions"),
    async run({ store, open }) {
      const { version } = await store.put(["a"], 1);
      const { store: watched, calls } = await openCounting(open);
      await refused(watched.remove(["a"], { ifVersion: version }), "UNSUPPORTED");
      await refused(watched.remove(["a"], { ifVersion: "another" }), "UNSUPPORTED");
      assert.deepEqual(calls, []);
      assert.equal(await store.read(["a"]), 1);
      await watched.remove(["a"]);
      assert.deepEqual(await store.list([]), []);
    },
  },
];

/** Fails unless one call was done, and all others were refused for that. */
export function checkOneWinner(ends: readonly PromiseSettledResult<unknown>[]): void {
  const won = ends.filter((end) => end.status === "fulfilled").length;
  for (const end of ends) {
    if (end.status === "rejected") assert.ok(isStorageError(end.reason, "CONFLICT"), String(end.reason));
  }
  assert.equal(won, 1, `${won} of ${ends.length} won`);
}
