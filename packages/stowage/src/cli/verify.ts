import { type Comparison, exitCodes as resultCodes, verify } from "@stowage/migrate";
import type { Command } from "commander";
import { redact } from "@stowage/core/redact";
import { comparisonText } from "./comparison.ts";
import { interruptible } from "./interrupt.ts";
import { withProgress } from "./progress.ts";
import type { Shell } from "./shell.ts";

interface VerifyOptions {
  readonly json?: boolean;
}

export function verifyCommand(shell: Shell): Command {
  return shell.command(
    "verify <a> <b>",
    "Compare two stores by digest, both ways",
    ["verify fs:./storage sqlite:agent.db", "verify fs:./storage fs:./backup --json"],
    (a: string, b: string, options: VerifyOptions) => compare(shell, a, b, options),
  );
}

async function compare(shell: Shell, urlA: string, urlB: string, options: VerifyOptions): Promise<number> {
  await using a = await shell.read(urlA);
  await using b = await shell.read(urlB);
  const comparison = await interruptible(shell, (signal) =>
    withProgress(shell, (onProgress) =>
      verify(a, b, { signal, onProgress, ...(options.json ? { listMax: Infinity } : {}) }),
    ),
  );
  if (options.json) await shell.out.json(comparisonJson(urlA, urlB, comparison));
  else {
    await shell.out.write(`A: ${redact(urlA)}\nB: ${redact(urlB)}\n`);
    await shell.out.write(comparisonText(shell.out, ["A", "B"], comparison));
  }
  return resultCodes[comparison.result];
}

/** A comparison that says where its sides lie. */
export function comparisonJson(urlA: string, urlB: string, comparison: Comparison): object {
  return {
    ...comparison,
    a: { url: redact(urlA), ...comparison.a },
    b: { url: redact(urlB), ...comparison.b },
  };
}
