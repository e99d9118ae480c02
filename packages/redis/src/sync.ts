import { DriverError } from "@stowage/core";
import { type RedisClient, serversOf } from "./client.ts";
import { redisErrorOf } from "./codes.ts";
import type { Link } from "./link.ts";
import { touchScript } from "./scripts.ts";

/**
 * Waits until all that the servers have acknowledged is in their append-only files on disk. Resolves at once where they have
 * none or can't tell: that takes Redis 7.2 or Valkey.
 *
 * A server waits for the last write that came over the same connection, so one is made first, on every shard.
 *
 * @throws DriverError UNAVAILABLE when it takes too long.
 */
export async function syncServers(link: Link, indexes: readonly string[]): Promise<void> {
  const servers = serversOf(link.client);
  const waitMs = Math.ceil(link.timeoutMs / 4);
  const ids = await link.ask(() => Promise.all(servers.map((server) => server.call("client", ["id"]))));
  await Promise.all(indexes.map((index) => link.write(touchScript, [index], [])));
  await link.ask(() => Promise.all(servers.map((server, i) => waitForFile(server, ids[i], waitMs))));
}

async function waitForFile(server: RedisClient, id: unknown, waitMs: number): Promise<void> {
  const commands = [
    ["client", "id"],
    ["call", "waitaof", 1, 0, waitMs],
  ];
  const [first, second] = (await server.pipeline(commands).exec()) ?? [];
  const error = first?.[0] ?? second?.[0];
  // Unknown to older servers, and refused where there is no such file.
  if (error && redisErrorOf(error).kind === "ERR") return;
  if (error) throw error;
  if (first?.[1] !== id) {
    throw new DriverError("UNAVAILABLE", "the connection to the server was lost, so it can't tell what is on its disk");
  }
  const [flushed] = (second?.[1] ?? []) as readonly unknown[];
  if (Number(flushed) !== 1) {
    throw new DriverError("UNAVAILABLE", `the server has not flushed its append-only file, waited ${waitMs} ms`);
  }
}
