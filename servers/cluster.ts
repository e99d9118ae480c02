import type { Redis } from "ioredis";
import type { Daemon } from "./daemon.ts";
import { type Group, inGroup } from "./group.ts";
import { onFreePorts } from "./ports.ts";
import { ask, promptReplication, redisCommand } from "./redis-node.ts";
import type { RedisCluster, RedisClusterOptions } from "./types.ts";
import { until } from "./until.ts";

const slots = 16_384;

/** Starts a Redis Cluster on loopback, empty, and resolves when each of its nodes knows that all slots are served. */
export function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 0 } = options;
  return onFreePorts(masters * (1 + replicas), (ports) =>
    inGroup("cluster", async (group) => {
      const nodes = await Promise.all(ports.map((port) => startNode(group, port, options)));
      await join(nodes.slice(0, masters), nodes.slice(masters));
      const addresses = nodes.slice(0, masters).map(({ port }) => `127.0.0.1:${port}`);
      return {
        ...group.server("cluster", `redis://${addresses.join(",")}`),
        nodes,
      };
    }),
  );
}

function startNode(group: Group, port: number, { appendfsync }: RedisClusterOptions): Promise<Daemon> {
  const settings = {
    port: `${port}`,
    "cluster-enabled": "yes",
    "cluster-announce-ip": "127.0.0.1",
    "cluster-node-timeout": "3000",
    ...promptReplication,
  };
  return group.start(redisCommand(group, { port, appendfsync, settings }));
}

/** Makes a cluster of nodes that don't know of each other. */
async function join(masters: readonly Daemon[], replicas: readonly Daemon[]): Promise<void> {
  const nodes = [...masters, ...replicas];
  const [first] = masters as [Daemon];
  await each(nodes, async (client, index) => {
    // Nodes that claim to be equally new would first have to settle which is newer. It is refused to a node that has met another.
    await client.cluster("SET-CONFIG-EPOCH", index + 1);
    if (index < masters.length) await client.cluster("ADDSLOTS", ...slotsOf(index, masters.length));
  });
  await each(nodes.slice(1), (client) => client.cluster("MEET", "127.0.0.1", first.port));
  await untilEach(nodes, async (client) => (await client.cluster("INFO")).includes(`known_nodes:${nodes.length}\r\n`));
  const ids = await each(masters, (client) => client.cluster("MYID"));
  await each(replicas, (client, index) =>
    client.cluster("REPLICATE", ids[Math.floor((index * masters.length) / replicas.length)] as string),
  );
  await untilEach(nodes, (client) => isComplete(client, replicas.length));
}

function slotsOf(master: number, masters: number): number[] {
  const from = Math.floor((slots * master) / masters);
  const to = Math.floor((slots * (master + 1)) / masters);
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Whether a node serves, has its master's data if it is a replica, and knows of all replicas, which it may have to elect. */
async function isComplete(client: Redis, replicas: number): Promise<boolean> {
  if (!(await client.cluster("INFO")).includes("cluster_state:ok")) return false;
  const replication = await client.info("replication");
  if (replication.includes("role:slave") && !replication.includes("master_link_status:up")) return false;
  const known = (await client.cluster("NODES")) as string;
  return known.split("\n").filter((line) => /\bslave\b/.test(line)).length === replicas;
}

function each<T>(nodes: readonly Daemon[], act: (client: Redis, index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(nodes.map(({ port }, index) => ask(port, (client) => act(client, index))));
}

async function untilEach(nodes: readonly Daemon[], test: (client: Redis) => Promise<boolean>): Promise<void> {
  await Promise.all(
    nodes.map(({ port }) =>
      until(
        () => ask(port, test),
        () => new Error(`Cannot start a cluster: node 127.0.0.1:${port} did not join`),
      ),
    ),
  );
}
