import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { Command } from "./daemon.ts";
import type { Group } from "./group.ts";
import type { Appendfsync } from "./types.ts";

/** Options of redis-server by their names in its configuration. */
export type Settings = Readonly<Record<string, string>>;

/** A replica gets its data at once, and not after a wait for other replicas. */
export const promptReplication: Settings = { "repl-diskless-sync": "yes", "repl-diskless-sync-delay": "0" };

export interface NodeOptions {
  readonly port: number;
  readonly appendfsync: Appendfsync | undefined;
  readonly settings: Settings;
  readonly args?: readonly string[] | undefined;
  readonly ca?: string | undefined;
}

/** The command of one Redis with a folder of its own. */
export function redisCommand(group: Group, { port, appendfsync, settings, args = [], ca }: NodeOptions): Command {
  const all: Settings = {
    bind: "127.0.0.1",
    dir: makeFolder(group, port),
    save: "",
    appendonly: appendfsync === undefined ? "no" : "yes",
    appendfsync: appendfsync ?? "no",
    ...settings,
  };
  return {
    name: `redis-${port}`,
    program: redisProgram(),
    args: [...Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]), ...args],
    port,
    isReady: (pid) => isReady(port, pid, ca),
  };
}

/** The command of one sentinel. */
export function sentinelCommand(port: number, file: string): Command {
  return {
    name: `sentinel-${port}`,
    program: redisProgram(),
    args: [file, "--sentinel"],
    port,
    isReady: (pid) => isReady(port, pid),
  };
}

export function makeFolder(group: Group, port: number): string {
  const folder = join(group.folder, `${port}`);
  mkdirSync(folder);
  return folder;
}

/** REDIS_SERVER names another program of the kind, such as valkey-server. */
export function redisProgram(): string {
  return process.env["REDIS_SERVER"] ?? "redis-server";
}

/** Whether it is this process that answers on the port, which another program may have taken, and with its data loaded. */
function isReady(port: number, pid: number, ca?: string): Promise<boolean> {
  return ask(
    port,
    async (client) => {
      const info = await client.info();
      return info.includes(`process_id:${pid}\r\n`) && !info.includes("loading:1\r\n");
    },
    ca,
  );
}

/** Connects, asks, and disconnects. Rejects at the first failure. `ca` is the certificate to trust where TLS is spoken. */
export async function ask<T>(port: number, question: (client: Redis) => Promise<T>, ca?: string): Promise<T> {
  const client = new Redis({
    host: "127.0.0.1",
    port,
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: 2_000,
    commandTimeout: 5_000,
    retryStrategy: () => null,
    ...(ca !== undefined && { tls: { ca } }),
  });
  // What goes wrong rejects the question; without a listener ioredis would print it as well.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await question(client);
  } finally {
    client.disconnect();
  }
}
