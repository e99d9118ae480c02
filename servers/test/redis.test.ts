import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { startRedis, startRedisCluster, startRedisSentinel } from "../index.ts";
import { ask } from "../redis-node.ts";
import { describeInstalled } from "./setup.ts";
import { remains, tracesOf } from "./traces.ts";

await describeInstalled("redis", "redis", () => {
  it("listens on loopback, keeps nothing on disk, and leaves nothing", async () => {
    const server = await startRedis();
    const traces = tracesOf(server);
    expect(server.url).toBe(`redis://127.0.0.1:${server.node.port}`);
    expect(await configOf(server.node.port, "bind", "appendonly", "save")).toEqual(["127.0.0.1", "no", ""]);
    await Promise.all([server.stop(), server.stop()]);
    expect(remains(traces)).toEqual([]);
    await expect(ask(server.node.port, (client) => client.ping())).rejects.toThrow();
  });

  it("starts several at once", async () => {
    const servers = await Promise.all(Array.from({ length: 4 }, () => startRedis()));
    expect(new Set(servers.map(({ url }) => url)).size).toBe(4);
    await Promise.all(servers.map((server) => server.stop()));
    expect(servers.map(tracesOf).flatMap(remains)).toEqual([]);
  });

  it("has its data after a crash when it appends them to a file", async () => {
    const { node, stop } = await startRedis({ appendfsync: "everysec", args: ["--maxmemory", "100mb"] });
    const pid = node.pid;
    await ask(node.port, (client) => client.set("key", "value"));
    await node.kill();
    expect(node.pid).toBeUndefined();
    await node.start();
    expect(node.pid).not.toBe(pid);
    expect(await ask(node.port, (client) => client.get("key"))).toBe("value");
    expect(await configOf(node.port, "maxmemory", "appendfsync")).toEqual([`${100 * 1024 ** 2}`, "everysec"]);
    await stop();
  });

  it("hangs while it is paused", async () => {
    const { node, url, stop } = await startRedis();
    const client = new Redis(url, { commandTimeout: 200 });
    await client.ping();
    node.pause();
    await expect(client.ping()).rejects.toThrow("Command timed out");
    node.resume();
    await expect.poll(() => client.ping().catch(() => "")).toBe("PONG");
    client.disconnect();
    node.pause();
    await stop();
    expect(node.pid).toBeUndefined();
  });

  it("speaks TLS with a certificate to trust", async () => {
    const { node, url, ca, stop } = await startRedis({ tls: true });
    expect(url).toBe(`rediss://127.0.0.1:${node.port}`);
    expect(await ask(node.port, (client) => client.ping(), ca)).toBe("PONG");
    await expect(ask(node.port, (client) => client.ping())).rejects.toThrow();
    await node.kill();
    await node.start();
    expect(await ask(node.port, (client) => client.ping(), ca)).toBe("PONG");
    await stop();
  });

  it("says why it can't start, and leaves nothing", async () => {
    const { node, stop } = await startRedis();
    await expect(startRedis({ port: node.port })).rejects.toThrow(/^Cannot start "redis-server": .*already in use/s);
    await stop();
    await expect(startRedis({ args: ["--no-such-option", "1"] })).rejects.toThrow(/ended with code 1/);
  });
});

await describeInstalled("redis", "a Cluster", () => {
  it("serves all slots by masters that have replicas", async () => {
    const server = await startRedisCluster({ replicas: 1 });
    const traces = tracesOf(server);
    const ports = server.nodes.map(({ port }) => port);
    expect(server.url).toBe(`redis://${ports.slice(0, 3).map((port) => `127.0.0.1:${port}`)}`);
    for (const [index, port] of ports.entries()) {
      const [role, second] = (await ask(port, (client) => client.role())) as unknown[];
      expect(index < 3 ? role : [role, second]).toEqual(index < 3 ? "master" : ["slave", "127.0.0.1"]);
    }
    const masters = await Promise.all(ports.slice(3).map(masterPort));
    expect(masters).toEqual(ports.slice(0, 3));
    await server.stop();
    expect(remains(traces)).toEqual([]);
  });
});

await describeInstalled("redis", "Sentinel", () => {
  it("knows the primary and its replica", async () => {
    const { primary, replica, sentinels, url, stop, ...server } = await startRedisSentinel();
    const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`);
    expect(url).toBe(`redis://${hosts.join(",")}/0?sentinel=mymaster`);
    for (const { port } of sentinels) {
      const address = await ask(port, (client) => client.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster"));
      expect(address).toEqual(["127.0.0.1", `${primary.port}`]);
    }
    expect(await masterPort(replica.port)).toBe(primary.port);
    expect(server.processes()).toHaveLength(5);
    await stop();
    expect(server.processes()).toEqual([]);
  });
});

function configOf(port: number, ...names: readonly string[]): Promise<readonly (string | undefined)[]> {
  return ask(port, async (client) => {
    const pairs = await Promise.all(names.map((name) => client.config("GET", name) as Promise<string[]>));
    return pairs.map(([, value]) => value);
  });
}

async function masterPort(replica: number): Promise<number> {
  const [, , port] = (await ask(replica, (client) => client.role())) as [string, string, number];
  return port;
}
