import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

import { environment } from "./environment.ts";

const version = "1.1.16";
const folder = resolve(import.meta.dirname, "../.opencode-binary");
const run = promisify(execFile);

/** The program, or why there is none here. */
export type OpenCode = { readonly binary: string } | { readonly missing: string };

declare module "vitest" {
  interface ProvidedContext {
    opencode: OpenCode;
  }
}

/** Vitest calls this once, before any test file. */
export async function setup(project: TestProject): Promise<void> {
  project.provide("opencode", await findOrInstall());
}

async function findOrInstall(): Promise<OpenCode> {
  if (process.platform !== "linux" && process.platform !== "darwin") {
    return { missing: `the tests know no way to run OpenCode on ${process.platform}` };
  }
  for (const tool of ["git", "bash"]) {
    if ((await run(tool, ["--version"]).catch(() => undefined)) === undefined) return { missing: `${tool} is missing` };
  }
  // `opencode-ai` is a start script that depends on the binaries of all libc and CPU variants; this is the one of them.
  const name = `opencode-${process.platform}-${process.arch}`;
  const binary = join(folder, "node_modules", name, "bin", "opencode");
  try {
    if (!existsSync(binary)) await install(`${name}@${version}`);
    const found = await versionOf(binary);
    if (found !== version) return { missing: `${binary} is OpenCode ${found}, not ${version}; remove it` };
    return { binary };
  } catch (error) {
    return { missing: `OpenCode ${version} can't be installed or started: ${firstLine(error)}` };
  }
}

async function install(spec: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const flags = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1"];
  // Fewer retries than npm's own two with growing pauses: without a network the tests are skipped soon.
  await run("npm", ["install", "--prefix", folder, ...flags, spec], { timeout: 240_000 });
}

async function versionOf(binary: string): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), "stowage-oracle-"));
  try {
    const { stdout } = await run(binary, ["--version"], { env: environment(home), timeout: 30_000 });
    return stdout.trim();
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function firstLine(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error).split("\n");
  return lines.find((line) => line.startsWith("npm error")) ?? (lines[0] as string);
}
