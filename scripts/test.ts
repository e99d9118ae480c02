// Runs the tests. `--require redis,s3` makes a server that can't be had a failure instead of skipped tests; everything else
// is for vitest.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { requirement } from "../servers/required.ts";

const args = process.argv.slice(2);
const options = { require: { type: "string", multiple: true } } as const;
const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
const required: string[] = [];
const forVitest = [...args];
// From the last to the first, so that what is cut out doesn't move what is still to come.
for (const token of tokens.toReversed()) {
  if (token.kind !== "option" || token.name !== "require") continue;
  required.push(...(token.value ?? "").split(","));
  forVitest.splice(token.index, token.inlineValue === true ? 1 : 2);
}

async function run(): Promise<number> {
  const env = { ...process.env, ...requirement(required) };
  const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...forVitest], { stdio: "inherit", env });
  // Vitest stops its servers before it ends, and whoever waits for this process waits for that. A terminal sends its
  // SIGINT to both.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
