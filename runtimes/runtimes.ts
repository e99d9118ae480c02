import { rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../scripts/packages.ts";
import { writeProject } from "./project.ts";

/** What programs with Stowage run on, from its npm package. */
export interface Runtime {
  readonly name: string;
  readonly package: "node" | "bun";
  readonly range: string;
}

/** A program to run, or the sentence that says why there is none. */
export type Found = { readonly program: string } | { readonly missing: string };

export const runtimes: readonly Runtime[] = [
  { name: "Node 22", package: "node", range: "22" },
  { name: "Node 24", package: "node", range: "24" },
  { name: "Node 26", package: "node", range: "26" },
  { name: "Bun 1.4", package: "bun", range: "~1.4" },
];

/** Kept from run to run: a runtime is a hundred megabytes. */
const folder = join(import.meta.dirname, "../.runtimes");

/** Finds a runtime, and installs it where it is not there yet. Never rejects: what can't be had here is reported by its name. */
export async function ensureRuntime({ package: name, range }: Runtime): Promise<Found> {
  const home = join(folder, `${name}-${range.replace("~", "")}`);
  const program = join(home, "node_modules/.bin", name);
  if (await starts(program)) return { program };
  try {
    // What is left of an installation that was interrupted would be taken for one.
    rmSync(home, { recursive: true, force: true });
    // The package fetches the program for this machine by a script.
    await writeProject(home, { dependencies: { [name]: range }, allowScripts: { [name]: true } });
    await run(program, ["--version"], home);
    return { program };
  } catch (error) {
    return { missing: `npm can't install ${name}@${range} here: ${reasonOf(error)}` };
  }
}

async function starts(program: string): Promise<boolean> {
  return run(program, ["--version"], import.meta.dirname).then(
    () => true,
    () => false,
  );
}

/** The line of npm's output that says what went wrong. */
export function reasonOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split("\n");
  return lines.find((line) => /^npm error (?!code)/.test(line))?.replace("npm error ", "") ?? (lines[0] as string);
}
