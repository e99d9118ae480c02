import { resolve } from "node:path";
import type { Background } from "./conformance-background.ts";
import { findTargets, type Target } from "./conformance-targets.ts";
import type { ConformanceOptions } from "./conformance-options.ts";
import { printable } from "./format.ts";
import { inSeconds } from "./in-time.ts";
import { interruptible, interruptionOf } from "./interrupt.ts";
import { exitCodes, type Shell, UsageError } from "./shell.ts";

/** What became of a replay on one target. */
interface Replayed {
  readonly name: string;
  readonly place: string;
  readonly agrees: boolean;
  /** Where it differs, and in what. */
  readonly message?: string;
}

/**
 * Performs the operations of a replay file on each target, and tells where it still differs from the model.
 *
 * @throws UsageError where nothing was shown: the file is none, or the target was not there to be asked.
 */
export async function replayOn(
  shell: Shell,
  words: readonly string[],
  file: string,
  options: ConformanceOptions,
  background: Background,
): Promise<number> {
  const path = resolve(shell.io.cwd, file);
  return interruptible(shell, async (signal) => {
    const replayed: Replayed[] = [];
    for (const target of await findTargets(shell, words, options.timeout, background)) {
      if (signal.aborted) break;
      const one = await replayOne(shell, target, path, options.timeout, background);
      replayed.push(one);
      if (!options.json) await shell.out.write(textOf(shell, one));
    }
    if (options.json) await shell.out.json({ targets: replayed });
    const interruption = interruptionOf(signal);
    if (interruption !== undefined) return interruption.exitCode;
    return replayed.every(({ agrees }) => agrees) ? exitCodes.ok : exitCodes.failed;
  });
}

async function replayOne(
  shell: Shell,
  target: Target,
  path: string,
  timeout: number | undefined,
  background: Background,
): Promise<Replayed> {
  const { replay } = await import("@stowage/conformance");
  const { name, place, harness, missing, tidy } = target;
  if (harness === undefined) throw new UsageError(`Cannot replay on ${JSON.stringify(name)}: ${missing}`);
  try {
    await inSeconds(() => background.run(place, () => replay(harness, path)), timeout);
    return { name, place, agrees: true };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Error && error.name === "AssertionError") {
      return { name, place, agrees: false, message: shell.conceal(message) };
    }
    if (message.startsWith("Cannot replay")) throw new UsageError(message, { cause: error });
    throw new UsageError(`Cannot replay on ${JSON.stringify(name)}: ${message}`, { cause: error });
  } finally {
    tidy();
  }
}

function textOf({ out }: Shell, { name, agrees, message = "" }: Replayed): string {
  if (agrees) return `${name}: ${out.style("green", "agrees with the model")}\n`;
  const lines = message.split("\n").map((line) => `  ${printable(line)}`.trimEnd());
  return `${name}: ${out.style("red", "differs")}\n${lines.join("\n")}\n`;
}
