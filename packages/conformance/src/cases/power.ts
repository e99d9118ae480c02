import assert from "node:assert/strict";
import { type Capabilities, isStorageError, type Store } from "@stowage/core";
import { checkLeft, dies, goOn, prepare } from "../aftermath.ts";
import type { Backend, Case, Context } from "../case.ts";
import { type ActName, acts, refusesAct } from "../child/acts.ts";
import { patterned } from "../child/patterned.ts";
import type { Cut } from "../disk/cuts.ts";
import type { PowerLoss } from "../disk/fault.ts";
import { writeTree } from "../disk/tree.ts";
import { noFiles } from "./disk.ts";
import { noProcess } from "./processes.ts";

function noCut(_: Capabilities, backend: Backend): string | undefined {
  return noProcess(_, backend) ?? noFiles(backend);
}

function noPower(capabilities: Capabilities, backend: Backend): string | undefined {
  const claims = capabilities.durability === "power";
  return claims ? noCut(capabilities, backend) : "the backend does not claim that a write survives a power cut";
}

/** Does an act in a process whose power is cut when the act has been acknowledged. */
async function cutAfter({ store, open, spawn }: Context, act: ActName, loses: PowerLoss, sync = false): Promise<void> {
  await prepare(store, acts[act]);
  // What a store writes by itself while it is open, such as a heartbeat, is not for the child to see.
  await store.close();
  await dies(await spawn("actThenCut", { act, loses, sync }, { disk: [] }));
  const fresh = await open();
  await checkLeft(fresh, acts[act], "new");
  await goOn(fresh, acts[act]);
}

/** Whenever it comes, there is the old or the new of each record, all that was acknowledged before, and nothing in the way. */
function cutWhile(context: Context, name: ActName): Promise<void> {
  return cutAnywhere(context, name, async (fresh, { isDone }) => {
    await checkLeft(fresh, acts[name], isDone ? "new" : "either");
    await goOn(fresh, acts[name]);
  });
}

/**
 * Does an act in a process, and puts down what a power cut at each of its moments would have left, one after the other, each
 * for a store that is opened then: `check` looks at that. All in one process, so that hundreds of cuts take no longer than
 * a few processes.
 */
async function cutAnywhere(
  { store, open, spawn, files = "", scale, seed }: Context,
  name: ActName,
  check: (fresh: Store, cut: Cut) => Promise<void>,
): Promise<void> {
  await prepare(store, acts[name]);
  // Nothing may be open on what is taken away from under it.
  await store.close();
  const child = await spawn("actUnderCuts", { act: name, seed, chances: scale }, { disk: [] });
  const cuts = (await child.run()) as readonly Cut[];
  for (const cut of cuts) {
    writeTree(files, cut.tree);
    const fresh = await open();
    try {
      await check(fresh, cut);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`after a cut at change ${cut.change} that takes ${cut.loses}: ${reason}`, { cause });
    }
    await fresh.close();
  }
}

const single: readonly (readonly [id: string, act: ActName])[] = [
  ["POWER-001", "create"],
  ["POWER-002", "replace"],
  ["POWER-003", "remove"],
  ["POWER-004", "update"],
  ["POWER-005", "batch"],
  ["POWER-006", "removePrefix"],
  ["POWER-007", "mark"],
];

const underway: readonly (readonly [id: string, act: ActName])[] = [
  ["POWER-016", "create"],
  ["POWER-017", "replaceIf"],
  ["POWER-018", "remove"],
  ["POWER-019", "update"],
  ["POWER-020", "batch"],
  ["POWER-021", "removePrefix"],
  ["POWER-022", "mark"],
];

const losses: readonly (readonly [loses: PowerLoss, words: string])[] = [
  ["all", "takes all that was not flushed"],
  ["contents", "keeps the names of files and takes what was not flushed in them"],
  ["names", "keeps what is in files and takes the names that were not flushed"],
];

export const powerCases: readonly Case[] = [
  ...single.map(([id, name]): Case => ({
    id,
    law: "L2",
    title: `a power cut right after a process that ${acts[name].does} heard that it is done takes nothing of it`,
    profile: "full",
    when: (capabilities, backend) => noPower(capabilities, backend) ?? refusesAct(acts[name], capabilities),
    run: (context) => cutAfter(context, name, "all"),
  })),
  ...losses.map(([loses, words], index): Case => ({
    id: `POWER-${String(index + 8).padStart(3, "0")}`,
    law: "L2",
    title: `changes of every kind survive a power cut that ${words}`,
    profile: "full",
    when: noPower,
    run: (context) => cutAfter(context, "everything", loses),
  })),
  ...losses.map(([loses, words], index): Case => ({
    id: `POWER-${String(index + 11).padStart(3, "0")}`,
    law: "L2",
    title: `after a sync, changes of every kind survive a power cut that ${words}`,
    profile: "full",
    when: noCut,
    run: (context) => cutAfter(context, "everything", loses, true),
  })),
  {
    id: "POWER-014",
    law: "R3",
    title:
      "a power cut in the middle of a write leaves the old text or the new one, and all that was acknowledged before",
    profile: "full",
    when: noPower,
    run: (context) => cutWhile(context, "replace"),
  },
  {
    id: "POWER-015",
    law: "L2",
    title: "after a power cut a store can be listed and written, and no text is another than one that was written",
    profile: "full",
    when: noCut,
    async run(context) {
      await cutAnywhere(context, "everything", async (fresh) => {
        for (const key of await fresh.list([])) {
          // What was not flushed may be gone. It is no other text than one that was written.
          const entry = await fresh.get<{ turn: number }>(key).catch((error: unknown) => {
            if (!isStorageError(error, "CORRUPT")) throw error;
          });
          if (entry !== undefined) assert.deepEqual(entry.value, patterned(entry.value.turn));
          await fresh.write(key, patterned(3));
          assert.deepEqual(await fresh.read(key), patterned(3));
        }
        await fresh.removePrefix([]);
        assert.deepEqual(await fresh.list([]), []);
      });
    },
  },
  ...underway.map(([id, name]): Case => ({
    id,
    law: acts[name].law,
    title: `a power cut at any moment of a process that ${acts[name].does} leaves the old or the new of each record`,
    profile: "full",
    when: (capabilities, backend) => noPower(capabilities, backend) ?? refusesAct(acts[name], capabilities),
    run: (context) => cutWhile(context, name),
  })),
];
