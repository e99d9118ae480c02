import type { Driver } from "@stowage/core";
import { redis, type RedisUrlOptions } from "@stowage/redis";
import { Redis } from "ioredis";
import { type Death, startDeadly } from "stowage-servers/deadly";
import * as scripts from "../src/scripts.ts";

interface DyingOptions extends RedisUrlOptions {
  readonly death: Death;
}

/** Opens a store by way of a proxy that kills this process. What a child process of the crash tests is told to open. */
export async function dyingRedis({ death, url, ...options }: DyingOptions): Promise<Driver> {
  const client = new Redis(url);
  // A server that doesn't know a script refuses it first, and the death would be in that refusal.
  for (const { lua } of Object.values(scripts)) await client.script("LOAD", lua);
  client.disconnect();
  const port = await startDeadly("redis", Number(new URL(url).port), death);
  return redis({ ...options, url: `redis://127.0.0.1:${port}` });
}
