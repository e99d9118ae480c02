import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Daemon } from "./daemon.ts";
import { type Group, inGroup } from "./group.ts";
import { onFreePorts } from "./ports.ts";
import { ask, makeFolder, promptReplication, redisCommand, sentinelCommand, type Settings } from "./redis-node.ts";
import type { RedisSentinel, RedisSentinelOptions } from "./types.ts";
import { until } from "./until.ts";

const masterName = "mymaster";

/** Starts a Redis with a replica and three sentinels on loopback, and resolves when the sentinels agree and know the replica. */
export function startRedisSentinel(options: RedisSentinelOptions = {}): Promise<RedisSentinel> {
  const { appendfsync } = options;
  return onFreePorts(5, ([primaryPort, replicaPort, ...sentinelPorts]) =>
    inGroup("sentinel", async (group) => {
      const start = (port: number, more: Settings = {}): Promise<Daemon> => {
        const settings = { port: `${port}`, ...promptReplication, ...more };
        return group.start(redisCommand(group, { port, appendfsync, settings }));
      };
      const primary = await start(primaryPort as number);
      const replica = await start(replicaPort as number, { replicaof: `127.0.0.1 ${primaryPort}` });
      const sentinels = await Promise.all(sentinelPorts.map((port) => startSentinel(group, port, primary)));
      await Promise.all(sentinels.map((sentinel) => untilAgreed(sentinel)));
      return {
        ...group.server(
          "sentinel",
          `redis://${sentinelPorts.map((port) => `127.0.0.1:${port}`).join(",")}/0?sentinel=${masterName}`,
        ),
        primary,
        replica,
        sentinels,
      };
    }),
  );
}

function startSentinel(group: Group, port: number, primary: Daemon): Promise<Daemon> {
  const dir = makeFolder(group, port);
  // A sentinel keeps what it learns in its configuration, so this can't be given on the command line.
  const file = join(dir, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir "${dir}"`,
    `sentinel monitor ${masterName} 127.0.0.1 ${primary.port} 2`,
    `sentinel down-after-milliseconds ${masterName} 1500`,
    `sentinel failover-timeout ${masterName} 6000`,
    `sentinel parallel-syncs ${masterName} 1`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  return group.start(sentinelCommand(port, file));
}

async function untilAgreed(sentinel: Daemon): Promise<void> {
  await until(
    () =>
      ask(sentinel.port, async (client) => {
        const replicas = (await client.call("SENTINEL", "REPLICAS", masterName)) as unknown[];
        const others = (await client.call("SENTINEL", "SENTINELS", masterName)) as unknown[];
        return replicas.length === 1 && others.length === 2;
      }),
    () => new Error(`Cannot start the sentinels: 127.0.0.1:${sentinel.port} does not know the others`),
  );
}
