import assert from "node:assert/strict";
import { checkAftermath, dies, type Left, prepare } from "../aftermath.ts";
import type { Case, DriverMoment } from "../case.ts";
import { actKey, type ActName, acts, kept, refusesAct } from "../child/acts.ts";
import { assertWhole, patterned } from "../child/patterned.ts";
import { noProcess } from "./processes.ts";

/** A moment at which a process is killed. The first call of each is the write that is acknowledged before the act. */
interface Moment {
  readonly id: string;
  readonly act: ActName;
  readonly when: DriverMoment["when"];
}

const moments: readonly Moment[] = [
  { id: "CRASH-001", act: "create", when: "before" },
  { id: "CRASH-002", act: "create", when: "during" },
  { id: "CRASH-003", act: "create", when: "after" },
  { id: "CRASH-004", act: "replace", when: "before" },
  { id: "CRASH-005", act: "replace", when: "during" },
  { id: "CRASH-006", act: "replace", when: "after" },
  { id: "CRASH-007", act: "shorten", when: "during" },
  { id: "CRASH-008", act: "createIf", when: "during" },
  { id: "CRASH-009", act: "createIf", when: "after" },
  { id: "CRASH-010", act: "replaceIf", when: "during" },
  { id: "CRASH-011", act: "replaceIf", when: "after" },
  { id: "CRASH-012", act: "remove", when: "during" },
  { id: "CRASH-013", act: "remove", when: "after" },
  { id: "CRASH-014", act: "removeIf", when: "during" },
  { id: "CRASH-015", act: "removeIf", when: "after" },
  { id: "CRASH-016", act: "update", when: "during" },
  { id: "CRASH-017", act: "update", when: "after" },
  { id: "CRASH-018", act: "batch", when: "during" },
  { id: "CRASH-019", act: "atomicBatch", when: "during" },
  { id: "CRASH-020", act: "atomicBatch", when: "after" },
  { id: "CRASH-021", act: "removePrefix", when: "during" },
  { id: "CRASH-022", act: "mark", when: "during" },
  { id: "CRASH-023", act: "mark", when: "after" },
  { id: "CRASH-024", act: "sync", when: "during" },
];

const leaves: Readonly<Record<DriverMoment["when"], readonly [left: Left, title: string]>> = {
  before: ["old", "leaves everything as it was"],
  during: ["either", "leaves the old or the new, and nothing else"],
  after: ["new", "leaves what it made"],
};

function caseOf({ id, act: name, when }: Moment): Case {
  const act = acts[name];
  const [left, outcome] = leaves[when];
  return {
    id,
    law: act.law,
    title: `a process killed ${when === "during" ? "while" : `right ${when}`} it ${act.does} ${outcome}`,
    profile: "full",
    when: (capabilities, backend) =>
      noProcess(capabilities, backend) ??
      refusesAct(act, capabilities) ??
      (capabilities.durability === "memory" ? "the backend claims no durability" : undefined),
    async run(context) {
      await prepare(context.store, act);
      // The first call is the write that is acknowledged. The last one is the sync, where there is one to be killed in.
      const call = name === "sync" && context.driver.sync !== undefined ? 3 : 2;
      await dies(await context.spawn("act", { act: name }, { dies: { call, when } }));
      await checkAftermath(context, act, left);
    },
  };
}

export const crashCases: readonly Case[] = [
  ...moments.map(caseOf),
  {
    id: "CRASH-025",
    law: "M2",
    title: "a process killed in the middle of a listing and a sweep leaves nothing behind",
    profile: "full",
    when: noProcess,
    async run(context) {
      const act = acts.batch;
      await prepare(context.store, act);
      await context.store.write(kept, patterned(0));
      await dies(await context.spawn("readAndDie"));
      await checkAftermath(context, act, "old");
    },
  },
  {
    id: "CRASH-026",
    law: "R3",
    title: "processes killed at the same moment in writes to one record leave one of their texts, and block nobody",
    profile: "full",
    when: noProcess,
    async run({ store, open, spawn }) {
      const key = actKey("a");
      await store.write(key, patterned(0));
      const writers = await Promise.all([1, 2].map(() => spawn("rewrite", { key, times: 1_000_000 })));
      for (const writer of writers) writer.run().catch(() => {});
      await Promise.all(writers.map((writer) => writer.progress(5)));
      await Promise.all(writers.map((writer) => writer.kill()));
      assertWhole(await (await open()).read(key));
      await store.write(key, patterned(1));
      assert.deepEqual(await store.read(key), patterned(1));
      assert.deepEqual(await store.list([]), [key]);
    },
  },
  {
    id: "CRASH-027",
    law: "L2",
    title:
      "processes killed one after the other, each in the middle of a write, lose nothing that any of them acknowledged",
    profile: "full",
    when: noProcess,
    async run(context) {
      const act = acts.replace;
      await prepare(context.store, act);
      for (const turn of [1, 2, 3]) {
        const child = await context.spawn("act", { act: "replace" }, { dies: { call: 2, when: "during" } });
        await dies(child);
        const found = await context.store.read<{ turn: number }>(actKey("a"));
        assert.deepEqual(found, patterned(found.turn), `after death ${turn}`);
      }
      await checkAftermath(context, act, "either");
    },
  },
];
