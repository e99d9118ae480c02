import { resolve } from "node:path";
import { findTargets } from "./conformance-targets.ts";
import { printable } from "./format.ts";
import { exitCodes, type Shell, UsageError } from "./shell.ts";

/** Performs the operations of a replay file on each target, and tells where it still differs from the model. */
export async function replayOn(shell: Shell, words: readonly string[], file: string): Promise<number> {
  const { replay } = await import("@stowage/conformance");
  let code = exitCodes.ok;
  for (const { name, harness, missing, tidy } of await findTargets(shell, words)) {
    if (harness === undefined) throw new UsageError(`Cannot replay on ${JSON.stringify(name)}: ${missing}`);
    try {
      await replay(harness, resolve(shell.io.cwd, file));
      await shell.out.line(`${name}: ${shell.out.style("green", "agrees with the model")}`);
    } catch (error) {
      code = exitCodes.failed;
      const message = shell.conceal(error instanceof Error ? error.message : String(error));
      const lines = message.split("\n").map((line) => `  ${printable(line)}`.trimEnd());
      await shell.out.write(`${name}: ${shell.out.style("red", "differs")}\n${lines.join("\n")}\n`);
    } finally {
      tidy();
    }
  }
  return code;
}
