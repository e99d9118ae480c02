import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packAll, run } from "../scripts/packages.ts";

const root = join(import.meta.dirname, "..");
const guide = join(root, "docs/write-a-driver.md");

/** Makes a folder a project of its own and installs what its manifest asks for. */
export async function writeProject(folder: string, manifest: object): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", ...manifest }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], folder);
}

/** An empty project that has nothing but the packages, from their tarballs, as if they had been published. */
export async function installPackages(folder: string): Promise<void> {
  await run(join(root, "node_modules/.bin/tsc"), ["-b"], root);
  const tarballs = join(folder, "tarballs");
  mkdirSync(tarballs, { recursive: true });
  const packed = await packAll(tarballs);
  const dependencies = Object.fromEntries([...packed].map(([name, path]) => [name, `file:${path}`]));
  // The overrides make packages that depend on each other take the tarballs, too.
  await writeProject(folder, { dependencies, overrides: dependencies });
}

/** The files of the guide, by the titles of its blocks: what a reader has who copied them all. */
export function filesOfGuide(): ReadonlyMap<string, string> {
  const blocks = readFileSync(guide, "utf8").matchAll(/^```\w+ title="([^"]+)"\n(.*?)^```/gms);
  return new Map([...blocks].map(([, title, text]) => [title as string, text as string]));
}
