import assert from "node:assert/strict";
import { type Case, type Context, type CrashPoint, crashCasesAt, type SpawnOptions } from "@stowage/conformance";
import { type Capabilities, Store } from "@stowage/core";
import { redis, type RedisUrlOptions } from "@stowage/redis";
import { Redis } from "ioredis";
import type { Death } from "stowage-servers/deadly";
import { keysOf } from "./harness.ts";

type Row = readonly [
  id: string,
  act: CrashPoint["act"],
  moment: string,
  death: Death,
  leaves: CrashPoint["leaves"],
  when?: (capabilities: Capabilities) => string | undefined,
];

const script = "^evalsha ";
const before = { on: script, when: "before" } as const;
const after = { on: script, when: "after" } as const;
/** The texts of the acts have 16,000 bytes. */
const half = { on: script, when: { pass: 8000 } } as const;
const between = { on: script, when: "before", skip: 1 } as const;

const beforeScript = "before its script reaches the server";
const afterScript = "when the server has run its script, and before it hears of it";
const oneShard = ({ atomicBatch }: Capabilities): string | undefined =>
  atomicBatch === "store" ? "the store has one shard" : undefined;
const manyShards = ({ atomicBatch }: Capabilities): string | undefined =>
  atomicBatch === "store" ? undefined : "the store has several shards";

const rows: readonly Row[] = [
  ["REDIS-001", "replace", beforeScript, before, "old"],
  ["REDIS-002", "replace", "when the server has half of its script", half, "old"],
  ["REDIS-003", "replace", afterScript, after, "new"],
  ["REDIS-004", "create", beforeScript, before, "old"],
  ["REDIS-005", "create", afterScript, after, "new"],
  ["REDIS-006", "createIf", afterScript, after, "new"],
  ["REDIS-007", "replaceIf", "between its read and its script", before, "old"],
  ["REDIS-008", "replaceIf", afterScript, after, "new"],
  ["REDIS-009", "update", "between its read and its script", before, "old"],
  ["REDIS-010", "update", afterScript, after, "new"],
  ["REDIS-011", "remove", beforeScript, before, "old"],
  ["REDIS-012", "remove", afterScript, after, "new"],
  ["REDIS-013", "removeIf", afterScript, after, "new"],
  ["REDIS-014", "atomicBatch", "when the server has half of its script", half, "old"],
  ["REDIS-015", "atomicBatch", afterScript, after, "new"],
  ["REDIS-016", "batch", "between the scripts of two shards", between, "either", oneShard],
  ["REDIS-017", "removePrefix", beforeScript, before, "old"],
  ["REDIS-018", "removePrefix", afterScript, after, "new", manyShards],
  ["REDIS-020", "mark", beforeScript, before, "old"],
  ["REDIS-021", "mark", afterScript, after, "new"],
  ["REDIS-022", "sync", "while the server is to flush", { on: "^waitaof ", when: "before" }, "new"],
];

const module = new URL("./dying.ts", import.meta.url).href;

function dyingAt(death: Death): SpawnOptions {
  return { recipe: { module, factory: "dyingRedis", options: { death } } };
}

function optionsOf({ options }: Context): RedisUrlOptions & { readonly prefix: string } {
  // The cast: what the harness gives to child processes.
  return options as unknown as RedisUrlOptions & { readonly prefix: string };
}

async function withClient<T>(context: Context, body: (client: Redis, prefix: string) => Promise<T>): Promise<T> {
  const { url, prefix } = optionsOf(context);
  const client = new Redis(url);
  try {
    return await body(client, prefix);
  } finally {
    client.disconnect();
  }
}

/** Fails unless the indexes have the name of each record, and no other. */
function checkIndexes(context: Context): Promise<void> {
  return withClient(context, async (client, prefix) => {
    const keys = await keysOf(client, prefix);
    const indexes = keys.filter((key) => key.endsWith("}") && key !== `{${prefix}}:store`);
    const named = await Promise.all(
      indexes.map(async (index) => (await client.zrange(index, "0", "-1")).map((name) => `${index}/${name}`)),
    );
    const records = keys.filter((key) => key.includes("}/"));
    assert.deepEqual(named.flat().sort(), records, "the indexes and the records don't agree");
  });
}

/** Takes away all that there is of a store, as a server does that loses its data. */
function empty(context: Context): Promise<void> {
  return withClient(context, async (client, prefix) => {
    for (const key of await keysOf(client, prefix)) await client.del(key);
  });
}

/** Opens a store in a process that dies of it. */
async function diesOpening({ spawn }: Context, death: Death): Promise<void> {
  await assert.rejects(spawn("actOnly", { act: "read" }, dyingAt(death)), /SIGKILL/);
}

const otherCases: readonly Case[] = [
  {
    id: "REDIS-019",
    law: "M4",
    title:
      "a process that removes a prefix of 600 records, killed between its two scripts, leaves the rest whole and countable",
    profile: "full",
    async run(context) {
      const { store, spawn } = context;
      const keys = Array.from({ length: 600 }, (_, i) => ["act", "p", String(i)]);
      await store.batch(keys.map((key) => ({ type: "write", key, value: key })));
      const child = await spawn("actOnly", { act: "removePrefix" }, dyingAt(between));
      await assert.rejects(child.run(), /SIGKILL/);
      await checkIndexes(context);
      // The first script has 500 names, and was answered before the second was sent.
      const left = await store.list([]);
      assert.equal(left.length, 100);
      assert.deepEqual(await store.readMany(left), left);
      assert.equal(await store.removePrefix(["act"]), left.length);
    },
  },
  {
    id: "REDIS-023",
    law: "R3",
    title: "a process that makes a store, killed before its script reaches the server, leaves nothing",
    profile: "full",
    async run(context) {
      await empty(context);
      await diesOpening(context, before);
      assert.deepEqual(await withClient(context, keysOf), []);
      const store = await context.open();
      await store.write(["a"], 1);
      assert.deepEqual(await (await context.open()).list([]), [["a"]]);
    },
  },
  {
    id: "REDIS-024",
    law: "R3",
    title: "a process that makes a store, killed when the server has run its script, leaves a whole store",
    profile: "full",
    async run(context) {
      await empty(context);
      await diesOpening(context, after);
      const { prefix } = optionsOf(context);
      const hash = await withClient(context, (client) => client.hgetall(`{${prefix}}:store`));
      assert.deepEqual(Object.keys(hash).sort(), ["format", "id", "marker:migration", "shards"]);
      const store = await context.open();
      assert.equal(await store.driver.getMarker("migration"), "2");
      await store.write(["a"], 1);
      await checkIndexes(context);
    },
  },
  {
    id: "REDIS-025",
    law: "L2",
    title:
      "a process killed between its first write to a server that lost its data and the making of the store leaves a record that is found again",
    profile: "full",
    async run(context) {
      // The second script is the one that makes the store.
      const child = await context.spawn("write", { key: ["a"], value: 1 }, dyingAt(between));
      await empty(context);
      await assert.rejects(child.run(), /SIGKILL/);
      // How many shards there were, nobody can tell, unless he knows.
      const { shards = 1, ...options } = optionsOf(context);
      await assert.rejects(redis(options), { code: "UNSUPPORTED" });
      await using store = new Store(await redis({ ...options, shards }));
      assert.deepEqual(await store.list([]), [["a"]]);
      assert.equal(await store.read(["a"]), 1);
      await checkIndexes(context);
    },
  },
];

/** Processes that are killed at a moment of their talk with a server on loopback, each with what they leave. */
export const redisCrashCases: readonly Case[] = [
  ...crashCasesAt(
    rows.map(([id, act, moment, death, leaves, when]) => ({
      id,
      act,
      moment,
      leaves,
      options: dyingAt(death),
      ...(when !== undefined && { when }),
      check: checkIndexes,
    })),
  ),
  ...otherCases,
];
