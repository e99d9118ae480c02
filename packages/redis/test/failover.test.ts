import { setTimeout as delay } from "node:timers/promises";
import { Load, type LoadReport } from "@stowage/conformance";
import type { Store } from "@stowage/core";
import { Redis } from "ioredis";
import { type Node, startRedis, startRedisCluster, startRedisSentinel } from "stowage-servers";
import { describeWithOwn } from "stowage-servers/test";
import { expect, test } from "vitest";
import { opener } from "./faulty.ts";

/** How long the writers write beside the failover, in milliseconds; 30,000 for a long proof, which prints what it found. */
const writingMs = Number(process.env["STOWAGE_FAILOVER_MS"] ?? 3000);
const isLong = "STOWAGE_FAILOVER_MS" in process.env;
const timeoutMs = writingMs + 60_000;

/** Writers write while a node is killed and started again, through stores that are not opened again. */
async function writtenOver(name: string, open: () => Promise<Store>, crash: () => Promise<void>): Promise<LoadReport> {
  const stores = [await open(), await open()];
  const load = new Load(stores);
  await load.progress();
  await delay(writingMs / 2);
  await crash();
  await load.progress();
  await delay(writingMs / 2);
  const report = await load.end(stores[0] as Store);
  if (isLong) console.info(name, report);
  return report;
}

async function roleOf(node: Node): Promise<unknown> {
  const client = new Redis(node.port).on("error", () => {});
  const [role] = (await client.call("ROLE")) as unknown[];
  client.disconnect();
  return role;
}

/** Resolves when a replica has taken the place of its primary. */
async function isPrimary(replica: Node): Promise<void> {
  while ((await roleOf(replica)) !== "master") await delay(20);
}

/** What holds whatever is lost: nothing is there twice, the index agrees, and callers saw nothing but UNAVAILABLE. */
function expectSound(report: LoadReport): void {
  expect(report).toMatchObject({ doubled: 0, misplaced: 0 });
  expect(Object.keys(report.failures).filter((code) => code !== "UNAVAILABLE")).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(100);
}

// At the same time, since each of them mostly waits until somebody notices that the primary is gone.
await describeWithOwn("redis", "a crash in the middle of writing", () => {
  test.concurrent(
    "loses nothing on one server that appends to a file",
    { timeout: timeoutMs },
    async ({ onTestFinished, task }) => {
      const server = await startRedis({ appendfsync: "everysec" });
      onTestFinished(() => server.stop());
      const report = await writtenOver(task.name, opener(server.url, {}, onTestFinished), async () => {
        await server.node.kill();
        await delay(500);
        await server.node.start();
      });
      expectSound(report);
      expect(report.lost).toBe(0);
    },
  );

  // A failover may lose what the replica did not have yet. Only where each write waited for it, losing nothing is a promise.
  const replicas = [
    ["loses nothing that a replica confirmed", 1],
    ["can lose what no replica confirmed, and spoils nothing else", 0],
  ] as const;

  test.concurrent.for(replicas)(
    "of a primary below Sentinels %s",
    { timeout: timeoutMs },
    async ([, count], { onTestFinished, task }) => {
      const server = await startRedisSentinel({ appendfsync: "everysec" });
      onTestFinished(() => server.stop());
      const [url = "", sentinel = ""] = server.url.split("?sentinel=");
      const open = opener(url, { sentinel, replicas: count, timeoutMs: 20_000 }, onTestFinished);
      const report = await writtenOver(task.name, open, async () => {
        await server.primary.kill();
        await isPrimary(server.replica);
        await server.primary.start();
      });
      expectSound(report);
      if (count > 0) expect(report.lost).toBe(0);
    },
  );

  test.concurrent(
    "does not keep a store with a primary that stood still and was replaced, though it takes writes",
    { timeout: timeoutMs },
    async ({ onTestFinished }) => {
      const server = await startRedisSentinel();
      onTestFinished(() => server.stop());
      const [url = "", sentinel = ""] = server.url.split("?sentinel=");
      const store = await opener(url, { sentinel, prefix: "p" }, onTestFinished)();
      await store.write(["a"], 0);
      server.primary.pause();
      await isPrimary(server.replica);
      server.primary.resume();
      const direct = await opener(`redis://127.0.0.1:${server.replica.port}`, { prefix: "p" }, onTestFinished)();
      // The Sentinels demote it only after many seconds.
      for (let i = 1; (await direct.read(["a"])) !== i; i++) {
        expect(await roleOf(server.primary)).toBe("master");
        await store.write(["a"], i + 1);
      }
    },
  );

  test.concurrent.for(replicas)(
    "of a master of a Cluster %s",
    { timeout: timeoutMs },
    async ([, count], { onTestFinished, task }) => {
      const server = await startRedisCluster({ masters: 3, replicas: 1, appendfsync: "everysec" });
      onTestFinished(() => server.stop());
      const open = opener(server.url, { replicas: count, timeoutMs: 20_000 }, onTestFinished);
      const [master, , , replica] = server.nodes as readonly [Node, Node, Node, Node];
      const report = await writtenOver(task.name, open, async () => {
        await master.kill();
        await isPrimary(replica);
        await master.start();
      });
      expectSound(report);
      if (count > 0) expect(report.lost).toBe(0);
    },
  );
});
