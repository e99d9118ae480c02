import { setTimeout as delay } from "node:timers/promises";
import { Load, type LoadReport } from "@stowage/conformance";
import type { Store } from "@stowage/core";
import type { Node, S3Server } from "stowage-servers";
import { describeWithOwn } from "stowage-servers/test";
import { beforeAll, expect, test } from "vitest";
import { opener, startOwn } from "./own.ts";

/** How long the writers write beside the crash, in milliseconds; 30,000 for a long proof, which prints what it found. */
const writingMs = Number(process.env["STOWAGE_FAILOVER_MS"] ?? 3000);
const isLong = "STOWAGE_FAILOVER_MS" in process.env;

await describeWithOwn("s3", "a crash in the middle of writing", () => {
  let server: S3Server;

  beforeAll(async () => {
    server = await startOwn({ store: "bluestore" });
  }, 60_000);

  /** Writers write while these processes are killed and started again, through stores that are not opened again. */
  async function writtenOver(nodes: readonly Node[]): Promise<LoadReport> {
    const open = opener(server, server.gateway.port, { timeoutMs: 60_000 });
    const stores: Store[] = [await open(), await open()];
    const load = new Load(stores);
    await load.progress();
    await delay(writingMs / 2);
    await Promise.all(nodes.map((node) => node.kill()));
    for (const node of nodes) await node.start();
    await load.progress();
    await delay(writingMs / 2);
    return load.end(stores[0] as Store);
  }

  test.for([
    ["the gateway", (): Node[] => [server.gateway]],
    ["the whole cluster", (): Node[] => [server.monitor, ...server.osds, server.gateway]],
  ] as const)("of %s loses nothing", { timeout: writingMs + 120_000 }, async ([name, nodes]) => {
    const report = await writtenOver(nodes());
    if (isLong) console.info(name, report);
    expect(report).toMatchObject({ lost: 0, doubled: 0, misplaced: 0 });
    expect(Object.keys(report.failures).filter((code) => code !== "UNAVAILABLE")).toEqual([]);
    expect(report.acknowledged).toBeGreaterThan(50);
  });
});
