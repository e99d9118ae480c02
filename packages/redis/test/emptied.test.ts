import { redis } from "@stowage/redis";
import { Redis } from "ioredis";
import { type RedisServer, startRedis } from "stowage-servers";
import { describeWithOwn } from "stowage-servers/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshPrefix } from "./harness.ts";
import { failureOf, openStore } from "./support.ts";

await describeWithOwn("redis", "a server that loses all that it had, under stores that are open", () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    admin.on("error", () => {});
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    "since it restarted": async () => {
      await server.node.kill();
      await server.node.start();
    },
    "since somebody emptied it": () => admin.flushall(),
  };

  describe.for(Object.entries(ways))("%s", ([, lose]) => {
    test("keeps their layout, so that others find what they write", async () => {
      const options = { url: server.url, prefix: freshPrefix() };
      const store = await openStore({ ...options, shards: 8 });
      await store.write(["a"], 1);
      const hash = await admin.hgetall(`{${options.prefix}}:store`);
      await lose();
      await store.write(["b"], 2);
      expect(await admin.hgetall(`{${options.prefix}}:store`)).toEqual(hash);
      const other = await openStore(options);
      expect(await other.list([])).toEqual([["b"]]);
      expect(other.capabilities.atomicBatch).toBe("none");
    });

    test("gets no half of a store by a marker", async () => {
      const options = { url: server.url, prefix: freshPrefix() };
      const { driver } = await openStore({ ...options, shards: 2 });
      const hash = await admin.hgetall(`{${options.prefix}}:store`);
      await lose();
      await driver.putMarker("mark", "1");
      expect(await admin.hgetall(`{${options.prefix}}:store`)).toEqual({ ...hash, "marker:mark": "1" });
    });

    test("is empty to reads, which change nothing", async () => {
      const options = { url: server.url, prefix: freshPrefix() };
      await (await openStore(options)).write(["a"], 1);
      const reader = await openStore({ ...options, readonly: true });
      await lose();
      expect(await reader.get(["a"])).toBeUndefined();
      expect(await reader.list([])).toEqual([]);
      expect(await admin.dbsize()).toBe(0);
    });

    test("lets nobody go on in a store that was made anew with another number of shards", async () => {
      const options = { url: server.url, prefix: freshPrefix() };
      const store = await openStore({ ...options, shards: 8 });
      await lose();
      const other = await openStore(options);
      await other.write(["a"], 1);
      const keys = ["a", "b", "c", "d", "e"].map((name) => [name]);
      const failure = await failureOf(store.batch(keys.map((key) => ({ type: "write", key, value: 2 }))));
      expect(failure).toMatchObject({
        code: "UNAVAILABLE",
        retryable: false,
        message: expect.stringMatching(
          /: the store was made anew by another process, and its number of shards is 1, not 8: open it again(; the write may have been applied)?$/,
        ),
      });
      // From now on nothing is believed, until it is opened again.
      for (const call of [() => store.read(["a"]), () => store.list([]), () => store.write(["a"], 2)]) {
        await expect(call()).rejects.toMatchObject({
          code: "UNAVAILABLE",
          retryable: false,
          message: expect.stringMatching(/: open it again$/),
        });
      }
      expect(await other.read(["a"])).toBe(1);
    });
  });

  test("refuses records whose hash alone is gone, unless it is told their number of shards", async () => {
    const options = { url: server.url, prefix: freshPrefix() };
    const store = await openStore({ ...options, shards: 256 });
    const keys = Array.from({ length: 20 }, (_, i) => ["session", `ses_${i}`]);
    for (const key of keys) await store.write(key, 1);
    await admin.del(`{${options.prefix}}:store`);
    for (const [shards, advice] of [
      [undefined, "give the number of shards that it had as the option shards, restore it from a backup, or"],
      [64, "nor is it a store of 64 shards: restore it from a backup, or choose another prefix"],
    ] as const) {
      await expect(redis({ ...options, ...(shards !== undefined && { shards }) })).rejects.toMatchObject({
        code: "UNSUPPORTED",
        message: expect.stringContaining(advice),
      });
    }
    expect(await admin.exists(`{${options.prefix}}:store`)).toBe(0);
    const again = await openStore({ ...options, shards: 256 });
    expect(await again.list([])).toHaveLength(20);
    expect(await (await openStore(options)).list([])).toHaveLength(20);
  });
});
