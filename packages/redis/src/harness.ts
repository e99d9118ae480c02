import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { extname } from "node:path";
import type { Backend, Harness } from "@stowage/conformance";
import type { RedisClient } from "./client.ts";
import { messageOf } from "./codes.ts";
import { connect } from "./connect.ts";
import { Layout, storeKey } from "./layout.ts";
import { Link } from "./link.ts";
import { redis } from "./open.ts";
import { completeOptions, type RedisUrlOptions, targetOf } from "./options.ts";
import { newId } from "./stored.ts";
import { keysOf, removeKeys } from "./sweep.ts";

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
 *
 * @throws StorageError INVALID_VALUE when an option is wrong. Whether the server answers shows when a backend is made.
 */
export function harness({ name = "redis", prefix = "conformance", ...more }: RedisHarnessOptions): Harness {
  const freshOptions = () => ({ prefix: `${prefix}-${randomBytes(6).toString("hex")}`, ...more });
  completeOptions(freshOptions());
  return { name, create: async () => backendOn(freshOptions()) };
}

async function backendOn(options: RedisUrlOptions & { readonly prefix: string }): Promise<Backend> {
  const { prefix, sentinel, tls } = options;
  const { timeoutMs } = completeOptions(options);
  // A client of its own for each case: nothing tells a harness when the last one is over.
  const connection = await connect({ target: targetOf(options), sentinel, tls, timeoutMs });
  const { client } = connection;
  // Sends again what a lost connection cut off: a case may well outlive one, and its keys must not.
  const link = new Link(connection, timeoutMs, 0);
  return {
    open: () => redis(options),
    process: { module, factory: "redis", options },
    plant: (record, bytes) => link.ask(() => plant(client, prefix, record, bytes)),
    destroy: async () => {
      try {
        const keys = await removeStore(link, prefix);
        const known = /^(\}:store|\.\d+\}(\/.*)?)$/s;
        const strange = keys.filter((key) => !known.test(key.slice(`{${prefix}`.length)));
        assert.deepEqual(strange, [], "keys were made that have none of the forms of a store's keys");
      } finally {
        await link.close();
      }
    },
  };
}

/** Removes all keys of a store, and resolves to them. */
async function removeStore(link: Link, prefix: string): Promise<readonly string[]> {
  const { client } = link;
  try {
    // Looked for once: a second look would miss those that a first attempt has removed.
    const keys = await link.ask(() => keysOf(client, prefix));
    await link.ask(() => removeKeys(client, keys));
    return keys;
  } catch (error) {
    const what = JSON.stringify(`{${prefix}`);
    throw new Error(`Cannot remove the keys that begin with ${what}: ${messageOf(error)}`, { cause: error });
  }
}

/** Puts bytes under a name as the driver would put a text. */
async function plant(client: RedisClient, prefix: string, name: string, bytes: Uint8Array): Promise<void> {
  const layout = new Layout(prefix, Number(await client.call("HGET", [storeKey(prefix), "shards"])));
  const { index, key } = layout.placeOf(name);
  await client.call("SET", [key, Buffer.concat([Buffer.from(`${newId()}\n`), bytes])]);
  await client.call("ZADD", [index, 0, name]);
}
