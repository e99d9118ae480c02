import { Store } from "@stowage/core";
import { redis, type RedisClient } from "@stowage/redis";
import { Cluster, Redis } from "ioredis";
import { describeWith } from "stowage-servers/test";
import { expect, onTestFinished, test } from "vitest";
import { clientOf, clusterOf, keysOf, settingsOf } from "./harness.ts";
import { collect, prefixOn } from "./support.ts";

/** What a store does, on a client that was handed in. */
async function useStore(client: RedisClient, prefix: string): Promise<void> {
  const store = new Store(await redis({ client, prefix }));
  await store.batch(Array.from({ length: 600 }, (_, i) => ({ type: "write", key: ["a", `${1000 + i}`], value: i })));
  expect(await store.update(["a", "1005"], (value: number) => value * 2)).toBe(10);
  const entries = await collect(store.entries(["a"], { reverse: true }));
  expect(entries.map(({ key }) => key[1])).toEqual(Array.from({ length: 600 }, (_, i) => `${1599 - i}`));
  await store.put(["b"], 1, { ifVersion: null });
  await expect(store.put(["b"], 2, { ifVersion: null })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await store.readMany([["b"], ["none"], ["a", "1000"]])).toEqual([1, undefined, 0]);
  expect(await store.removePrefix(["a"])).toBe(600);
  await store.sync();
  await store.close();
}

describeWith("redis", "a client that is handed in", ({ url }) => {
  const client = clientOf(url);

  test.for([
    ["as it is by default", {}],
    ["with auto-pipelining", { enableAutoPipelining: true }],
    ["with the old protocol", { protocol: 2 }],
    ["with the shapes of the new protocol", { protocol: 3, replyMapping: "resp3" }],
    ["with numbers as texts", { stringNumbers: true }],
    ["with a prefix of its own", { keyPrefix: "app:" }],
    ["without a queue", { enableOfflineQueue: false }],
  ] as const)("%s does all that a store does, and stays open", async ([, options]) => {
    const prefix = prefixOn(client);
    const { host, options: ofUrl } = settingsOf(url);
    const handed = new Redis({ ...ofUrl, ...host, lazyConnect: true, ...options });
    onTestFinished(async () => {
      await handed.unlink(`{${prefix}}:store`, `{${prefix}.0}`);
      await handed.unlink(`{${prefix}.0}/b.json`);
      handed.disconnect();
    });
    await useStore(handed, prefix);
    expect(await handed.ping()).toBe("PONG");
  });

  test("that repeats writes by itself is warned of", async () => {
    const prefix = prefixOn(client);
    const careless = await redis({ client, prefix });
    expect(careless.notices?.join()).toContain("make it with autoResendUnfulfilledCommands: false");
    const { host, options } = settingsOf(url);
    const handed = new Redis({ ...options, ...host, autoResendUnfulfilledCommands: false });
    onTestFinished(() => handed.disconnect());
    expect((await redis({ client: handed, prefix })).notices?.join()).not.toContain("autoResendUnfulfilledCommands");
  });

  test("and that its owner has closed is CLOSED", async () => {
    const prefix = prefixOn(client);
    const { host, options } = settingsOf(url);
    const handed = new Redis({ ...options, ...host });
    const store = new Store(await redis({ client: handed, prefix }));
    await handed.quit();
    await expect(store.write(["a"], 1)).rejects.toMatchObject({ code: "CLOSED" });
    await expect(store.list([])).rejects.toMatchObject({ code: "CLOSED" });
    await store.close();
  });

  test("to a server that is gone does not hold a call up for ever, and its own errors are not ours", async () => {
    const handed = new Redis("redis://127.0.0.1:1", { maxRetriesPerRequest: null, lazyConnect: true });
    handed.on("error", () => {});
    onTestFinished(() => handed.disconnect());
    await expect(redis({ client: handed, timeoutMs: 300 })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(/^Cannot open a store of redis: .+, waited \d+ ms$/),
    });
  });
});

describeWith("cluster", "a Cluster that is handed in", ({ url }) => {
  const client = clusterOf(url);

  test("does all that a store does, and stays open", async () => {
    const prefix = prefixOn(client);
    const { host, options } = settingsOf(url);
    const handed = new Cluster([host], { redisOptions: options, lazyConnect: true, retryDelayOnFailover: 0 });
    onTestFinished(() => handed.disconnect());
    await useStore(handed, prefix);
    expect(await handed.get("none")).toBeNull();
    expect((await keysOf(client, prefix)).filter((key) => key.includes("/"))).toHaveLength(1);
    expect((await redis({ client: handed, prefix })).notices?.join()).not.toContain("retryDelayOnFailover");
    expect((await redis({ client, prefix })).notices?.join()).toContain("make it with retryDelayOnFailover: 0");
  });

  test("that reads from replicas is refused", async () => {
    const { host, options } = settingsOf(url);
    for (const scaleReads of ["slave", "all"] as const) {
      const handed = new Cluster([host], { redisOptions: options, lazyConnect: true, scaleReads });
      onTestFinished(() => handed.disconnect());
      const prefix = prefixOn(client);
      await expect(redis({ client: handed, prefix })).rejects.toMatchObject({
        code: "UNSUPPORTED",
        message:
          'Cannot open a store of redis: the client reads from replicas, which may be behind: make it with scaleReads: "master"',
      });
      expect(await keysOf(client, prefix)).toEqual([]);
    }
  });
});
