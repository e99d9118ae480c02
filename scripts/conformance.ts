// Runs the conformance suite on every adapter, or on those that the first words name, with servers started for the time of
// the run unless the environment names some. The other words are for `stowage conformance`; reports go to .conformance.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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

async function run(names: readonly string[], options: readonly string[]): Promise<number> {
  const started: Place[] = [];
  try {
    const targets: string[] = [];
    for (const name of names) {
      const place = await places[name]?.();
      if (typeof place === "object") {
        started.push(place);
        targets.push(`${name}=${place.url}`);
      } else console.error(`${name} is not tested: ${place ?? `there are ${Object.keys(places).join(", ")}`}`);
    }
    const env = Object.assign({ ...process.env }, ...started.map(({ environment }) => environment));
    const reports = ["--report", "json,junit,html,md,badge", "--out", join(root, ".conformance")];
    const args = ["--conditions=@stowage/source", main, "conformance", ...targets, ...reports, ...options];
    const child = spawn(process.execPath, args, { stdio: "inherit", env });
    // A terminal sends its SIGINT to both; the child ends its cases, and then the servers may go.
    process.on("SIGINT", () => undefined);
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? 1;
  } finally {
    await Promise.all(started.map(({ stop }) => stop?.()));
    rmSync(scratch, { recursive: true, force: true });
  }
}

// `pnpm conformance -- fs` hands the two dashes on.
const words = process.argv.slice(2).filter((word) => word !== "--");
const first = words.findIndex((word) => word.startsWith("-"));
const [names, options] = first < 0 ? [words, []] : [words.slice(0, first), words.slice(first)];
process.exitCode = await run(names.length > 0 ? names : Object.keys(places), options);
