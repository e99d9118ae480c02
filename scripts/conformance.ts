// Runs the conformance suite on every adapter, or on those that the first words name, with servers started for the time of
// the run unless the environment names some. The other words are for `stowage conformance`; reports go to .conformance.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { ensure, givenUrl, startRedis, startRedisCluster, startS3 } from "../servers/index.ts";

interface Place {
  readonly url: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly stop?: () => Promise<void>;
}

const root = join(import.meta.dirname, "..");
const main = join(root, "packages/stowage/src/main.ts");
const scratch = mkdtempSync(join(tmpdir(), "stowage-conformance-"));

const places: Readonly<Record<string, () => Promise<Place | string>>> = {
  memory: async () => ({ url: "memory:" }),
  fs: async () => ({ url: `fs:${join(scratch, "storage")}` }),
  sqlite: async () => ({ url: `sqlite:${join(scratch, "agent.db")}` }),
  redis: () => server("redis", startRedis),
  cluster: () => server("cluster", startRedisCluster),
  s3: () =>
    server("s3", async () => {
      const { url, stop, accessKeyId, secretAccessKey } = await startS3();
      return { url, stop, environment: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } };
    }),
};

/** A server that is there, or one of our own; a sentence about what is missing where there can be none. */
async function server(kind: "redis" | "cluster" | "s3", start: () => Promise<Place>): Promise<Place | string> {
  const url = givenUrl(kind);
  if (url !== undefined) return { url };
  const ensured = await ensure(kind === "s3" ? "s3" : "redis");
  return ensured.ok ? start() : ensured.missing;
}

/** What has asked for an end, if something has. Until the servers are stopped no signal ends this process by itself. */
let stoppedBy: NodeJS.Signals | undefined;
let child: ChildProcess | undefined;

function hear(by: NodeJS.Signals): void {
  stoppedBy ??= by;
  // A terminal sends its SIGINT to both.
  if (by !== "SIGINT") child?.kill(by);
}
for (const one of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(one, hear);

async function run(names: readonly string[], options: readonly string[]): Promise<number> {
  const started: Place[] = [];
  try {
    const targets: string[] = [];
    for (const name of names) {
      if (stoppedBy !== undefined) break;
      const place = await places[name]?.();
      if (typeof place === "object") {
        started.push(place);
        targets.push(`${name}=${place.url}`);
      } else console.error(`${name} is not tested: ${place ?? `there are ${Object.keys(places).join(", ")}`}`);
    }
    if (stoppedBy !== undefined) return exitCodeOf(stoppedBy);
    const env = Object.assign({ ...process.env }, ...started.map(({ environment }) => environment));
    const reports = ["--report", "json,junit,html,md,badge", "--out", join(root, ".conformance")];
    const args = ["--conditions=@stowage/source", main, "conformance", ...targets, ...reports, ...options];
    child = spawn(process.execPath, args, { stdio: "inherit", env });
    // On a signal it ends its cases first, and then the servers may go.
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? (signal === null ? 1 : exitCodeOf(signal));
  } finally {
    await Promise.all(started.map(({ stop }) => stop?.()));
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** As shells count. */
function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

// `pnpm conformance -- fs` hands the two dashes on.
const words = process.argv.slice(2).filter((word) => word !== "--");
const first = words.findIndex((word) => word.startsWith("-"));
const [names, options] = first < 0 ? [words, []] : [words.slice(0, first), words.slice(first)];
process.exitCode = await run(names.length > 0 ? names : Object.keys(places), options);
