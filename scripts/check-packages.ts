// Packs every package as it would be published, holds the tarballs against publint and attw, then installs them into an
// empty project and uses them there: what works in the workspace but not from a tarball is found here.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules/.bin", name);
const scratch = mkdtempSync(join(tmpdir(), "stowage-packages-"));

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { cwd, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

async function pack(folder: string): Promise<{ name: string; tarball: string }> {
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  await run("pnpm", ["pack", "--pack-destination", scratch], folder);
  return { name, tarball: join(scratch, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`) };
}

const program = `
import { strict as assert } from "node:assert";
import { openStorage } from "stowage";
import { records } from "@stowage/core/records";
import schema from "@stowage/core/schemas/session.json" with { type: "json" };

const session = { id: "ses_1", version: "1.1.16", projectID: "global", directory: "/", time: { created: 0, updated: 0 } };
for (const url of ["memory:", "fs:./records", "sqlite:./records.db"]) {
  await using storage = await openStorage(url);
  await records(storage).session.write("global", "ses_1", { ...session, title: url });
  assert.equal((await storage.read(["session", "global", "ses_1"])).title, url);
}
// Nobody listens there: this shows that the adapters of servers come with their clients, and that both load.
process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = "none";
for (const url of ["redis://127.0.0.1:1", "s3://bucket?endpoint=http://127.0.0.1:1&timeoutMs=100"]) {
  await assert.rejects(openStorage(url), { code: "UNAVAILABLE" });
}
assert.equal(typeof schema, "object");
console.log("used");
`;

async function useInstalled(tarballs: ReadonlyMap<string, string>): Promise<void> {
  const project = join(scratch, "project");
  const dependencies = Object.fromEntries([...tarballs].map(([name, path]) => [name, `file:${path}`]));
  await run("mkdir", [project], scratch);
  // The overrides make packages that depend on each other take the tarballs too: none of them is published yet.
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies, overrides: dependencies }),
  );
  writeFileSync(join(project, "use.mjs"), program);
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], project);
  const used = await run(process.execPath, ["use.mjs"], project);
  if (used.trim() !== "used") throw new Error(`the installed packages printed ${JSON.stringify(used)}`);
  const title = await run(
    join(project, "node_modules/.bin/stowage"),
    ["cat", "sqlite:./records.db", "session/global/ses_1"],
    project,
  );
  if (!title.includes("sqlite:./records.db")) throw new Error(`the installed command printed ${JSON.stringify(title)}`);
}

try {
  const tarballs = new Map<string, string>();
  for (const folder of readdirSync(join(root, "packages"))) {
    const { name, tarball } = await pack(join(root, "packages", folder));
    tarballs.set(name, tarball);
    await run(bin("publint"), ["run", tarball, "--strict"], root);
    await run(bin("attw"), [tarball, "--profile", "esm-only"], root);
  }
  await useInstalled(tarballs);
  console.log(`packages: ${tarballs.size} packed, checked, installed, and used`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
