import { styleText } from "node:util";
import type { TestProject } from "vitest/node";
import { ensure, type Software } from "./ensure.ts";
import { givenUrl, type TestKind } from "./given.ts";
import { startRedis, startRedisCluster, startS3 } from "./index.ts";

/** What a run of tests has of one kind. `environment` is what clients need besides the URL. */
export type Found =
  | { readonly url: string; readonly environment: Readonly<Record<string, string>> }
  | { readonly missing: string }
  | { readonly failure: string };

declare module "vitest" {
  interface ProvidedContext {
    /** Which servers a project's tests want: set in the configuration. */
    readonly wanted: readonly TestKind[];
    /** What was found of them: set by this file. */
    readonly found?: Partial<Readonly<Record<TestKind, Found>>>;
  }
}

interface Running {
  readonly found: Found;
  stop(): Promise<void>;
}

/** Each project loads this file anew, in one process: what they share is here. */
const shared = globalThis as { stowageServers?: Map<TestKind, Promise<Running>> };

/** Finds or starts the servers that a project wants, each once for all projects of the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = (shared.stowageServers ??= new Map());
  const wanted = project.getProvidedContext().wanted;
  const running = await Promise.all(
    wanted.map(async (kind) => {
      const server = servers.get(kind) ?? find(kind);
      servers.set(kind, server);
      return [kind, await server] as const;
    }),
  );
  project.provide("found", Object.fromEntries(running.map(([kind, { found }]) => [kind, found])));
  // All tests of all projects have ended when the first of them is torn down.
  return async () => void (await Promise.all(running.map(([, { stop }]) => stop())));
}

async function find(kind: TestKind): Promise<Running> {
  const url = givenUrl(kind);
  if (url !== undefined) return ready({ url, environment: {} });
  const software: Software = kind === "s3" ? "s3" : "redis";
  const ensured = await ensure(software);
  if (!ensured.ok) {
    console.error(styleText("yellow", `tests that need ${kind} are skipped: ${ensured.missing}`));
    return ready({ missing: ensured.missing });
  }
  // Not required: the tests that want it say where it is missing.
  if (kind === "s3") await ensure("s3cmd");
  try {
    return await start(kind);
  } catch (error) {
    return ready({ failure: error instanceof Error ? error.message : String(error) });
  }
}

async function start(kind: TestKind): Promise<Running> {
  if (kind === "s3") {
    const { url, accessKeyId, secretAccessKey, stop } = await startS3();
    const environment = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    return { found: { url, environment }, stop };
  }
  const { url, stop } = await (kind === "redis" ? startRedis() : startRedisCluster());
  return { found: { url, environment: {} }, stop };
}

function ready(found: Found): Running {
  return { found, stop: async () => undefined };
}
