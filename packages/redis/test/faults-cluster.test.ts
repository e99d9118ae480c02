import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Load } from "@stowage/conformance";
import type { Store } from "@stowage/core";
import { Redis } from "ioredis";
import { type RedisCluster, startRedisCluster } from "stowage-servers";
import { increment } from "stowage-servers/calls";
import { cutDuring, Proxy } from "stowage-servers/proxy";
import { describeWithOwn } from "stowage-servers/test";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { isScript, opener } from "./faulty.ts";

const increments = Number(process.env["STOWAGE_FAULT_ROUNDS"] ?? 15);

await describeWithOwn("redis", "a Cluster behind a network that fails", () => {
  let cluster: RedisCluster;
  let nodes: Redis[];
  let proxies: Proxy[];
  let url: string;

  beforeAll(async () => {
    cluster = await startRedisCluster();
    nodes = cluster.nodes.map(({ port }) => new Redis(port));
    proxies = await Promise.all(cluster.nodes.map(({ port }) => Proxy.start("redis", port)));
    // From now on the nodes tell clients to come by way of the proxies.
    for (const [index, { port }] of proxies.entries()) {
      await (nodes[index] as Redis).config("SET", "cluster-announce-port", String(port));
    }
    for (const node of nodes) {
      const announced = async (): Promise<boolean> => {
        const slots = String(await node.cluster("SLOTS"));
        return proxies.every(({ port }) => slots.includes(`,127.0.0.1,${port},`));
      };
      while (!(await announced())) await delay(50);
    }
    url = `redis://${proxies.map(({ port }) => `127.0.0.1:${port}`).join(",")}`;
  });
  beforeEach(() => {
    for (const proxy of proxies) proxy.heal();
  });
  afterAll(async () => {
    for (const node of nodes ?? []) node.disconnect();
    await Promise.all((proxies ?? []).map((proxy) => proxy.close()));
    await cluster?.stop();
  });

  /**
   * Gives a slot to another node, a few keys at a time, as an administrator does in a Cluster that is in use.
   *
   * @param beforeTheEnd - waited for when the keys of the slot, if it has any, are there, and the slot is still here.
   */
  async function move(slot: number, from: number, to: number, beforeTheEnd?: () => Promise<void>): Promise<void> {
    const [source, target] = [nodes[from] as Redis, nodes[to] as Redis];
    const targetId = await target.cluster("MYID");
    await target.cluster("SETSLOT", slot, "IMPORTING", await source.cluster("MYID"));
    await source.cluster("SETSLOT", slot, "MIGRATING", targetId);
    let moved = 0;
    for (;;) {
      const keys = await source.cluster("GETKEYSINSLOT", slot, 5);
      if (keys.length === 0) break;
      moved += keys.length;
      await source.migrate("127.0.0.1", cluster.nodes[to]?.port as number, "", 0, 5000, "KEYS", ...keys);
      await delay(1);
    }
    if (moved > 0) await beforeTheEnd?.();
    for (const node of [target, source, ...nodes]) await node.cluster("SETSLOT", slot, "NODE", targetId);
  }

  test("writers lose nothing while the slots of their records move to another node", async () => {
    const open = opener(url, { prefix: "moving" });
    const stores: Store[] = [await open(), await open()];
    const asked: string[] = [];
    for (const proxy of proxies) {
      const note = (request: string): boolean => request === "asking" && asked.push(request) < 0;
      proxy.fault({ on: note, action: "cut before" });
    }
    const load = new Load(stores, { counters: 8 });
    await load.progress(100);
    const slots = await Promise.all(
      Array.from({ length: 64 }, (_, shard) => (nodes[0] as Redis).cluster("KEYSLOT", `{moving.${shard}}`)),
    );
    const third = 16_384 / 3;
    const ofFirst = slots.filter((slot) => slot < Math.floor(third));
    expect(ofFirst.length).toBeGreaterThan(0);
    // Without a wait, on a fast machine nobody may ask the new node before the slot is its own.
    const untilAsked = async (): Promise<void> => {
      while (asked.length === 0) await delay(1);
    };
    for (const slot of ofFirst) await move(slot, 0, 1, untilAsked);
    await load.progress();
    const report = await load.end(stores[0] as Store);
    expect(report).toMatchObject({ lost: 0, doubled: 0, misplaced: 0, failures: {} });
    expect(asked.length).toBeGreaterThan(0);
    for (const slot of ofFirst) await move(slot, 1, 0);
  });

  const replies = [
    "CLUSTERDOWN The cluster is down",
    "TRYAGAIN Multiple keys request during rehashing of slot",
    "LOADING Redis is loading the dataset in memory",
  ];

  test.for(replies)("nodes that answer %s are waited for", async (reply) => {
    const store = await opener(url)();
    const faults = proxies.map((proxy) => proxy.fault({ on: isScript, action: { error: reply }, times: 3 }));
    await Promise.all(Array.from({ length: 40 }, (_, i) => store.put([`k${i}`], i, { ifVersion: null })));
    expect(faults.map(({ hits }) => hits)).toEqual([3, 3, 3]);
    expect(await store.list([])).toHaveLength(40);
  });

  test.for(["MOVED", "ASK"])(
    "nodes that send callers to another one by %s are followed, until one is right",
    async (word) => {
      const store = await opener(url)();
      const faults = proxies.map((proxy, i) => {
        const { port } = proxies[(i + 1) % proxies.length] as Proxy;
        return proxy.fault({ on: isScript, action: { error: `${word} 0 127.0.0.1:${port}` }, times: 3 });
      });
      await Promise.all(Array.from({ length: 40 }, (_, i) => store.put([`k${i}`], i, { ifVersion: null })));
      expect(faults.map(({ hits }) => hits)).toEqual([3, 3, 3]);
      expect(await store.list([])).toHaveLength(40);
    },
  );

  test.for(["MOVED", "ASK"])("nodes that send callers round and round by %s are given up in time", async (word) => {
    const store = await opener(url, { timeoutMs: 2000 })();
    for (const [i, proxy] of proxies.entries()) {
      const { port } = proxies[(i + 1) % proxies.length] as Proxy;
      proxy.fault({ on: isScript, action: { error: `${word} 0 127.0.0.1:${port}` }, times: Infinity });
    }
    const failure = store.write(["a"], 1);
    await expect(failure).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    for (const proxy of proxies) proxy.heal();
    expect(await store.list([])).toEqual([]);
    await store.write(["a"], 2);
    expect(await store.list([])).toEqual([["a"]]);
  });

  test.for(replies)("nodes that answer %s for ever are given up in time, and nothing was applied", async (reply) => {
    const store = await opener(url, { timeoutMs: 2000 })();
    for (const proxy of proxies) proxy.fault({ on: isScript, action: { error: reply }, times: Infinity });
    const failure = store.write(["a"], 1);
    await expect(failure).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    await expect(failure).rejects.not.toThrow("applied");
    for (const proxy of proxies) proxy.heal();
    expect(await store.list([])).toEqual([]);
  });

  test.for(["cut before", "cut after"] as const)("creations that meet %s are ours", async (action) => {
    const store = await opener(url)();
    const faults = proxies.map((proxy) => proxy.fault({ on: isScript, action, times: 2 }));
    for (let i = 0; i < 30; i++) await store.put([`k${i}`], i, { ifVersion: null });
    expect(faults.map(({ hits }) => hits)).toEqual([2, 2, 2]);
    expect(await store.list([])).toHaveLength(30);
  });

  test("updates count once or not at all while connections are cut at any moment", async () => {
    const open = opener(url);
    const stores: Store[] = [await open(), await open()];
    for (const proxy of proxies) {
      const isUnlucky = (request: string): boolean => isScript(request) && randomInt(20) === 0;
      proxy.fault({ on: isUnlucky, action: "cut after", times: Infinity });
    }
    const { acknowledged, unknown, found } = await cutDuring(proxies, 60, increment(stores, 8, increments));
    expect(found.filter((id) => !unknown.includes(id)).toSorted()).toEqual(acknowledged.toSorted());
    expect(new Set(found).size).toBe(found.length);
    expect(acknowledged.length).toBeGreaterThan(0);
  });
});
