import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Harness } from "@stowage/conformance";
import { redis, type RedisUrlOptions } from "@stowage/redis";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { afterAll } from "vitest";
import { Layout, storeKey } from "../src/layout.ts";
import { newId } from "../src/stored.ts";
import { type Host, parseUrl, type Target } from "../src/url.ts";

const module = new URL("../src/index.ts", import.meta.url).href;

/** A prefix that no other test has. */
export function freshPrefix(): string {
  return `test-${randomBytes(6).toString("hex")}`;
}

/** A client for what the tests of a group do past the driver, closed when they are over. Called while tests are registered. */
export function clientOf(url: string): Redis {
  const { host, options } = settingsOf(url);
  const client = new Redis({ ...options, ...host, lazyConnect: true });
  afterAll(() => client.disconnect());
  return client;
}

/** The same for a Cluster. */
export function clusterOf(url: string): Cluster {
  const { host, options } = settingsOf(url);
  const client = new Cluster([host], { redisOptions: options, lazyConnect: true });
  afterAll(() => client.disconnect());
  return client;
}

/** What ioredis needs to know of the first host of a URL. */
export function settingsOf(url: string): { readonly host: Host; readonly options: Omit<RedisOptions, "replyMapping"> } {
  // The cast: the URL is one that the driver takes.
  const { hosts, database, isTls, user, password } = parseUrl(url, false) as Target;
  return {
    host: hosts[0] as Host,
    options: {
      db: database,
      ...(user !== undefined && { username: user }),
      ...(password !== undefined && { password }),
      ...(isTls && { tls: {} }),
    },
  };
}

/** All keys of a store: what lies in braces that begin with its prefix. */
export async function keysOf(client: Redis | Cluster, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  // A Cluster knows its nodes when it has carried out a command.
  await client.exists("none");
  for (const server of client instanceof Cluster ? client.nodes("master") : [client]) {
    for await (const page of server.scanStream({ match: `{${prefix}*`, count: 1000 })) keys.push(...(page as string[]));
  }
  return keys.sort();
}

/** Removes all keys that begin with the prefix of a store, and resolves to them. */
export async function destroy(client: Redis | Cluster, prefix: string): Promise<readonly string[]> {
  const keys = await keysOf(client, prefix);
  await Promise.all(keys.map((key) => client.unlink(key)));
  return keys;
}

/** Stores on a server that many share, each with a prefix of its own, of which nothing may be left. */
export function redisHarness(name: string, url: string, client: Redis | Cluster): Harness {
  return {
    name,
    async create() {
      const prefix = freshPrefix();
      const options: RedisUrlOptions = { url, prefix };
      return {
        open: () => redis(options),
        process: { module, factory: "redis", options },
        plant: (record, bytes) => plant(client, prefix, record, bytes),
        destroy: async () => {
          const known = new RegExp(`^\\{${prefix}(\\}:store|\\.\\d+\\}(/.*)?)$`, "s");
          const strange = (await destroy(client, prefix)).filter((key) => !known.test(key));
          assert.deepEqual(strange, [], "keys were made that have none of the forms of a store's keys");
        },
      };
    },
  };
}

/** Puts bytes under a name as the driver would put a text. */
async function plant(client: Redis | Cluster, prefix: string, name: string, bytes: Uint8Array): Promise<void> {
  const layout = new Layout(prefix, Number(await client.hget(storeKey(prefix), "shards")));
  const { index, key } = layout.placeOf(name);
  await client.set(key, Buffer.concat([Buffer.from(`${newId()}\n`), bytes]));
  await client.zadd(index, 0, name);
}
