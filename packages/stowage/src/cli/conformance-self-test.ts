import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FaultResult, HarnessRecipe } from "@stowage/conformance";
import { formatCount } from "./format.ts";
import { Interruption, interruptible } from "./interrupt.ts";
import { bar, withLine } from "./progress.ts";
import { exitCodes, type Shell } from "./shell.ts";

/** Puts every broken driver before the case that its entry names, and tells which of them the suite would let pass. */
export async function selfTest(shell: Shell, isJson: boolean): Promise<number> {
  const { brokenDrivers, proveSuite } = await import("@stowage/conformance");
  const folder = mkdtempSync(join(tmpdir(), "stowage-self-test-"));
  try {
    let done = 0;
    const { faults } = await interruptible(shell, (signal) =>
      withLine(shell, (show) =>
        proveSuite({
          signal,
          processes: recipes(folder),
          onResult: () => {
            done++;
            const total = brokenDrivers.length;
            show(
              () => `broken drivers  ${bar(shell.err, done / total)}  ${formatCount(done)} of ${formatCount(total)}`,
            );
          },
        }),
      ),
    );
    if (isJson) await shell.out.json({ faults });
    else await shell.out.write(textOf(shell, faults));
    return faults.every(({ status }) => status === "killed" || status === "skipped") ? exitCodes.ok : exitCodes.failed;
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    await shell.err.line(`stowage: ${error.message}`);
    return error.exitCode;
  } finally {
    // A child that has just been left may be writing there still.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** What several processes see: faults of that kind show on nothing in memory. */
function recipes(folder: string): readonly HarnessRecipe[] {
  const recipe = (name: string, driver: string, options: object): HarnessRecipe => ({
    name,
    module: import.meta.resolve(`@stowage/${driver}/harness`),
    factory: "harness",
    options: { path: join(folder, name), ...options },
  });
  return [recipe("fs", "fs", {}), recipe("sqlite", "sqlite", {}), recipe("fs, power", "fs", { durability: "power" })];
}

function textOf({ out }: Shell, faults: readonly FaultResult[]): string {
  const words = { survived: "not found", "false alarm": "false alarm", skipped: "skipped", killed: "found" };
  const lines = faults
    .filter(({ status }) => status !== "killed")
    .map(({ id, title, killedBy, status, reason }) => {
      const why = reason === undefined ? "" : `: ${reason}`;
      const style = status === "skipped" ? "yellow" : "red";
      return `${out.style(style, words[status])} ${id} by ${killedBy}, a driver that ${title}${why}\n`;
    });
  const killed = faults.filter(({ status }) => status === "killed").length;
  const score = `${formatCount(killed)} of ${formatCount(faults.length)} broken drivers killed by the case that names them`;
  return `${lines.join("")}${score}\n`;
}
