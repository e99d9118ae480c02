import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { extname } from "node:path";
import type { Backend, Harness } from "@stowage/conformance";
import type { RedisClient } from "./client.ts";
import { connect } from "./connect.ts";
import { Layout, storeKey } from "./layout.ts";
import { redis } from "./open.ts";
import { completeOptions, type RedisUrlOptions, targetOf } from "./options.ts";
import { newId } from "./stored.ts";
import { removeKeysOf } from "./sweep.ts";

export interface RedisHarnessOptions extends Omit<RedisUrlOptions, "create" | "readonly"> {
  /**
   * What the prefixes begin with of which each case gets one; 13 bytes follow. Default `"conformance"`. All else on the server
   * is left alone, but each case looks through the names of all its keys for what is left, so it should not hold millions.
   */
  readonly prefix?: string;
  /** Part of the titles. Default `"redis"`. */
  readonly name?: string;
}

// The sources run as they are, and a build runs its own output.
const module = new URL(`./index${extname(import.meta.url)}`, import.meta.url).href;

/**
 * How `@stowage/conformance` gets at this driver: for tests of the driver, and of a server under it, which others may use at
 * the same time.
 */
export function harness({ name = "redis", prefix = "conformance", ...more }: RedisHarnessOptions): Harness {
  return {
    name,
    create: async () => backendOn({ prefix: `${prefix}-${randomBytes(6).toString("hex")}`, ...more }),
  };
}

async function backendOn(options: RedisUrlOptions & { readonly prefix: string }): Promise<Backend> {
  const { prefix, sentinel, tls } = options;
  const { timeoutMs } = completeOptions(options);
  // A client of its own for each case: nothing tells a harness when the last one is over.
  const { client, close } = await connect({ target: targetOf(options), sentinel, tls, timeoutMs });
  return {
    open: () => redis(options),
    process: { module, factory: "redis", options },
    plant: (record, bytes) => plant(client, prefix, record, bytes),
    destroy: async () => {
      try {
        const keys = await removeKeysOf(client, prefix);
        const known = /^(\}:store|\.\d+\}(\/.*)?)$/s;
        const strange = keys.filter((key) => !known.test(key.slice(`{${prefix}`.length)));
        assert.deepEqual(strange, [], "keys were made that have none of the forms of a store's keys");
      } finally {
        await close?.();
      }
    },
  };
}

/** Puts bytes under a name as the driver would put a text. */
async function plant(client: RedisClient, prefix: string, name: string, bytes: Uint8Array): Promise<void> {
  const layout = new Layout(prefix, Number(await client.call("HGET", [storeKey(prefix), "shards"])));
  const { index, key } = layout.placeOf(name);
  await client.call("SET", [key, Buffer.concat([Buffer.from(`${newId()}\n`), bytes])]);
  await client.call("ZADD", [index, 0, name]);
}
