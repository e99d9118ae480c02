import type { Capabilities } from "@stowage/core";
import { checkAftermath, dies, type Left, prepare } from "./aftermath.ts";
import type { Case, Context, SpawnOptions } from "./case.ts";
import { type ActName, acts, kept, refusesAct } from "./child/acts.ts";
import { patterned } from "./child/patterned.ts";
import { noFiles } from "./cases/disk.ts";

/** A moment inside an adapter at which a process is killed: a row of a table that the adapter's harness makes cases of. */
export interface CrashPoint {
  readonly id: string;
  /** Follows "a process killed": `"before it renames the temporary file"`. */
  readonly moment: string;
  /** What the process does. */
  readonly act: ActName;
  /** How it comes to die at that moment. Where it doesn't, the case fails. */
  readonly options: SpawnOptions;
  /** What is there afterwards: `old`: nothing of the act; `new`: all of it; `either`: of each record the one or the other. */
  readonly leaves: Left;
  /** Why the moment does not come on a backend with these capabilities. */
  when?(capabilities: Capabilities): string | undefined;
  /** Looks for what only the adapter can know of, when the store has gone on from there. */
  check?(context: Context): Promise<void>;
}

const words: Readonly<Record<Left, string>> = {
  old: "leaves what was there",
  new: "leaves what it made",
  either: "leaves the old or the new of each record",
};

/** The cases of a table of moments, for the `cases` of a harness. */
export function crashCasesAt(points: readonly CrashPoint[]): readonly Case[] {
  return points.map((point) => {
    const act = acts[point.act];
    return {
      id: point.id,
      law: act.law,
      title: `a process that ${act.does}, killed ${point.moment}, ${words[point.leaves]}`,
      profile: "full",
      when: (capabilities, backend) =>
        refusesAct(act, capabilities) ??
        point.when?.(capabilities) ??
        (point.options.disk === undefined ? undefined : noFiles(backend)),
      run: (context) => runPoint(context, point),
    };
  });
}

async function runPoint(context: Context, { act: name, options, leaves, check }: CrashPoint): Promise<void> {
  const act = acts[name];
  // By a handle of its own, so that all that a store keeps while it is open is made anew.
  const first = await context.open();
  await prepare(first, act);
  await first.write(kept, patterned(0));
  await first.close();
  await dies(await context.spawn("actOnly", { act: name }, options));
  await checkAftermath(context, act, leaves);
  await check?.(context);
}
