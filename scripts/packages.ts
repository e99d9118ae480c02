import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/** Runs a program to its end and resolves to what it printed; rejects with all of its output where it fails. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { cwd, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** Packs what is published, as it would be published, into a folder; resolves to the tarballs by the names of the packages. */
export async function packAll(folder: string): Promise<ReadonlyMap<string, string>> {
  const recursive = ["--recursive", "--filter", "./packages/*"];
  await run("npx", ["--yes", "pnpm@12", ...recursive, "pack", "--pack-destination", folder], root);
  const tarballs = readdirSync(join(root, "packages")).map((one): [string, string] => {
    const { name, version } = JSON.parse(readFileSync(join(root, "packages", one, "package.json"), "utf8")) as Manifest;
    return [name, join(folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`)];
  });
  return new Map(tarballs);
}
