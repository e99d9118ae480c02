import assert from "node:assert/strict";
import { type Capabilities, isStorageError } from "@stowage/core";
import { checkAftermath, dies, prepare } from "../aftermath.ts";
import type { Backend, Case, Context } from "../case.ts";
import { actKey, type ActName, acts, refusesAct } from "../child/acts.ts";
import { patterned } from "../child/patterned.ts";
import type { PowerLoss } from "../disk/fault.ts";
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
async function cutAfter(context: Context, act: ActName, loses: PowerLoss, sync = false): Promise<void> {
  await prepare(context.store, acts[act]);
  await dies(await context.spawn("actThenCut", { act, loses, sync }, { disk: [] }));
  await checkAftermath(context, acts[act], "new");
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
    async run(context) {
      const moments = 12;
      await prepare(context.store, acts.replace);
      for (let i = 0; i < 4 * context.scale; i++) {
        const nth = 1 + ((context.seed + i * 3 + Math.floor(i / 4)) % moments);
        const [loses] = losses[i % losses.length]!;
        const disk = [{ path: "act/", nth, does: { cut: loses } }];
        await dies(await context.spawn("actThenCut", { act: "replace", loses }, { disk }));
        const { turn } = await context.store.read<{ turn: number }>(actKey("a"));
        assert.ok(turn === 1 || turn === 2, `turn ${turn} after a cut at call ${nth} that takes ${loses}`);
        await prepare(context.store, acts.replace);
      }
      await checkAftermath(context, acts.replace, "old");
    },
  },
  {
    id: "POWER-015",
    law: "L2",
    title: "after a power cut a store can be listed and written, and no text is another than one that was written",
    profile: "full",
    when: noCut,
    async run({ store, open, spawn }) {
      const act = acts.everything;
      await prepare(store, act);
      await dies(await spawn("actThenCut", { act: "everything", loses: "contents" }, { disk: [] }));
      const fresh = await open();
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
    },
  },
];
