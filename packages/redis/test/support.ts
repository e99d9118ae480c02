import { inspect } from "node:util";
import { Store } from "@stowage/core";
import { redis, type RedisUrlOptions } from "@stowage/redis";
import type { Cluster, Redis } from "ioredis";
import { onTestFinished } from "vitest";
import { destroy, freshPrefix } from "./harness.ts";

/** A prefix whose store is gone when the test is over. */
export function prefixOn(client: Redis | Cluster): string {
  const prefix = freshPrefix();
  onTestFinished(async () => void (await destroy(client, prefix)));
  return prefix;
}

/** A store that is closed when the test is over. */
export async function openStore(options: RedisUrlOptions): Promise<Store> {
  const store = new Store(await redis(options));
  onTestFinished(() => store.close());
  return store;
}

/** All that an iteration gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What a call fails with; throws when it doesn't. */
export async function failureOf(call: Promise<unknown>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    return error as Error;
  }
  throw new Error("the call did not fail");
}

/** All that an error shows to whom looks closely. */
export function shownOf(error: Error): string {
  return inspect(error, { depth: 20, showHidden: true, maxStringLength: 1_000_000 });
}
