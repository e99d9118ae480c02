import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { redisProgram } from "./redis-node.ts";

/** What servers are made of. The three ways to run Redis share one program. */
export type Software = "redis" | "s3";

/** What can be installed: servers, and a program that copies between folders and buckets. */
type Installable = Software | "s3cmd";

export type Ensured = { readonly ok: true } | { readonly ok: false; readonly missing: string };

interface Needs {
  readonly programs: readonly string[];
  /** Of Debian and Ubuntu. */
  readonly packages: readonly string[];
  /** How to do without: the environment names a server which is there already. */
  readonly instead: string;
}

const installTimeoutMs = 600_000;

function needsOf(software: Installable): Needs {
  if (software === "redis") return { programs: [redisProgram()], packages: ["redis-server"], instead: "set REDIS_URL" };
  if (software === "s3cmd") return { programs: ["s3cmd"], packages: ["s3cmd"], instead: "go without its tests" };
  return {
    programs: ["ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin"],
    packages: ["radosgw", "ceph-mon", "ceph-osd"],
    instead: "set S3_ENDPOINT",
  };
}

/**
 * Makes sure that the programs are there: looks for them and, where this process is root on a system with apt-get,
 * installs them. What is installed is not started, and the whole is safe to do at once in several processes.
 *
 * @returns what is missing and the way out, as a sentence without its period, where it can't be had. Never throws.
 */
export async function ensure(software: Installable): Promise<Ensured> {
  const { programs, packages, instead } = needsOf(software);
  const missing = (): string | undefined => programs.find((program) => !isOnPath(program));
  const first = missing();
  if (first === undefined) return { ok: true };
  const install = `apt-get install ${packages.join(" ")}`;
  if (process.getuid?.() !== 0 || !isOnPath("apt-get")) {
    return { ok: false, missing: `${first} is not installed: as root run ${install}, or ${instead}` };
  }
  const attempt = installing.get(software) ?? installPackages(first, packages);
  installing.set(software, attempt);
  const failure = await attempt;
  const still = missing();
  if (still === undefined) return { ok: true };
  return { ok: false, missing: `${still} is not there after ${install} (${failure ?? "no error"}): ${instead}` };
}

/** What this process has tried to install: it is tried once. */
const installing = new Map<Installable, Promise<string | undefined>>();

/** @returns why it failed, where it did. */
async function installPackages(program: string, packages: readonly string[]): Promise<string | undefined> {
  console.error(`stowage-servers: ${program} is not installed, so apt-get installs ${packages.join(", ")}`);
  try {
    await promisify(execFile)("/bin/sh", ["-c", script, "install", ...packages], { timeout: installTimeoutMs });
    return undefined;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    return stderr.trim().split("\n").at(-1) || message;
  }
}

/**
 * Installs packages, one process at a time. Debian starts the services of what it installs unless the policy forbids it,
 * and we want programs, not a server on the usual port; the policy of a machine that has one is left as it is.
 */
const script = `
exec 9>/run/stowage-servers.lock && flock 9
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\nexit 101\\n' >"$policy" && chmod +x "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null </dev/null; }
if [ -z "$(find /var/lib/apt/lists -name '*Packages*' -print -quit)" ] || ! install "$@"; then
  apt-get update -qq && install "$@"
fi
`;

function isOnPath(program: string): boolean {
  if (program.includes("/")) return isExecutable(program);
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
