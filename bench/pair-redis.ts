import { randomBytes } from "node:crypto";

import { redis } from "@stowage/redis";
import { Cluster, Redis } from "ioredis";
import { ensure, startRedis, startRedisCluster } from "stowage-servers";

import type { LargeContender, ServerPair, Side } from "./contender.ts";
import { RawRedis } from "./raw-redis.ts";
import { StowageContender } from "./stowage.ts";
import { type Target, Wire } from "./wire.ts";

/** One server: that of REDIS_URL, or one of our own. */
export async function redisPair(): Promise<ServerPair> {
  const { url, stop } = await serverOf("redis", process.env["REDIS_URL"], startRedis);
  const root = newRoot();
  const admin = new Redis(url);
  const wire = url.startsWith("redis:") ? await Wire.start("redis", [targetOf(url)]) : undefined;
  const open = (side: Side, prefix: string, at: string): Promise<LargeContender> => {
    if (side === "stowage") return StowageContender.open((prefix) => redis({ url: at, prefix }), prefix);
    return Promise.resolve(new RawRedis(new Redis(at, { enableAutoPipelining: true }), prefix));
  };
  const wireUrl = new URL(url);
  if (wire !== undefined) wireUrl.host = `127.0.0.1:${wire.ports[0]}`;
  return {
    name: "redis",
    place: (label) => `${root}-${label}`,
    open: (side, prefix) => open(side, prefix, url),
    ...(wire !== undefined && { counted: { wire, open: (side, prefix) => open(side, prefix, wireUrl.href) } }),
    memory: () => memoryOf([admin]),
    end: async () => {
      wire?.close();
      if (stop === undefined) await removeAll([admin], root);
      await admin.quit();
      await stop?.();
    },
  };
}

/** A Cluster: that of REDIS_CLUSTER_URL (`redis://host:port,host:port`), or one of our own with three masters. */
export async function clusterPair(): Promise<ServerPair> {
  const { url, stop } = await serverOf("cluster", process.env["REDIS_CLUSTER_URL"], startRedisCluster);
  const root = newRoot();
  const seeds = url
    .replace(/^redis:\/\/|\/$/g, "")
    .split(",")
    .map((host) => targetOf(`redis://${host}`));
  const admin = new Cluster(seeds);
  await admin.ping();
  const masters = admin.nodes("master");
  const targets = masters.map(({ options }) => ({ host: options.host as string, port: options.port as number }));
  const wire = await Wire.start("redis", targets);
  const natMap = Object.fromEntries(
    targets.map(({ host, port }, i) => [`${host}:${port}`, { host: "127.0.0.1", port: wire.ports[i] as number }]),
  );
  const connect = (nodes: readonly Target[], options: object): Cluster =>
    new Cluster([...nodes], { enableAutoPipelining: true, ...options });
  return {
    name: "cluster",
    place: (label) => `${root}-${label}`,
    open: async (side, prefix) => {
      if (side === "stowage") return StowageContender.open((prefix) => redis({ url, prefix }), prefix);
      return new RawRedis(connect(seeds, {}), prefix);
    },
    counted: {
      wire,
      open: async (side, prefix) => {
        const client = connect(Object.values(natMap), { natMap });
        if (side === "raw") return new RawRedis(client, prefix);
        return StowageContender.open(
          (prefix) => redis({ client, prefix }),
          prefix,
          () => client.quit(),
        );
      },
    },
    memory: () => memoryOf(masters),
    end: async () => {
      wire.close();
      if (stop === undefined) await removeAll(masters, root);
      await admin.quit();
      await stop?.();
    },
  };
}

interface Started {
  readonly url: string;
  /** Absent for a server that was there before. */
  readonly stop?: () => Promise<void>;
}

async function serverOf(
  name: string,
  url: string | undefined,
  start: () => Promise<Required<Started>>,
): Promise<Started> {
  if (url !== undefined) return { url };
  const ensured = await ensure("redis");
  if (!ensured.ok) throw new Error(`Cannot measure "${name}": ${ensured.missing}`);
  return start();
}

function newRoot(): string {
  return `bench-${randomBytes(6).toString("hex")}`;
}

function targetOf(url: string): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 6_379) };
}

async function memoryOf(nodes: readonly Redis[]): Promise<number> {
  let bytes = 0;
  for (const node of nodes) bytes += Number(/^used_memory:(\d+)/m.exec(await node.info("memory"))?.[1]);
  return bytes;
}

/** Both sides put the place, and so the root, into each of their keys. */
async function removeAll(nodes: readonly Redis[], root: string): Promise<void> {
  for (const node of nodes) {
    for await (const keys of node.scanStream({ match: `*${root}*`, count: 1_000 })) {
      await Promise.all((keys as string[]).map((key) => node.unlink(key)));
    }
  }
}
