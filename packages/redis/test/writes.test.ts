import { setImmediate as turn } from "node:timers/promises";
import { redis } from "@stowage/redis";
import { Redis } from "ioredis";
import { type RedisServer, startRedis } from "stowage-servers";
import { describeWith, describeWithOwn } from "stowage-servers/test";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { clientOf, keysOf } from "./harness.ts";
import { failureOf, openStore, prefixOn } from "./support.ts";

describeWith("redis", "writing", ({ url }) => {
  const client = clientOf(url);

  test("gives every write a version of its own, also for the same text", async () => {
    const prefix = prefixOn(client);
    const store = await openStore({ url, prefix });
    const { version: first } = await store.put(["a"], 1);
    const { version: second } = await store.put(["a"], 1);
    await store.remove(["a"]);
    const { version: third } = await store.put(["a"], 1, { ifVersion: null });
    expect(new Set([first, second, third]).size).toBe(3);
    await expect(store.put(["a"], 2, { ifVersion: first })).rejects.toMatchObject({ currentVersion: third });
  });

  test("takes any text as a version, and none of them for a condition of another kind", async () => {
    const prefix = prefixOn(client);
    const store = await openStore({ url, prefix });
    for (const ifVersion of ["", "none", "=", "sha1:"]) {
      await expect(store.put(["a"], 1, { ifVersion })).rejects.toMatchObject({
        code: "CONFLICT",
        currentVersion: null,
      });
      await expect(store.remove(["a"], { ifVersion })).rejects.toMatchObject({
        code: "CONFLICT",
        currentVersion: null,
      });
    }
    expect(await keysOf(client, prefix)).toEqual([`{${prefix}}:store`]);
  });

  test("an atomic batch that no command can carry is refused before anything is sent", async () => {
    const prefix = prefixOn(client);
    const driver = await redis({ url, prefix });
    onTestFinished(async () => driver.close?.());
    const ops = Array.from({ length: 500_001 }, (_, i) => ({ type: "remove", name: `${i}.json` }) as const);
    await expect(driver.batch?.(ops, true)).rejects.toMatchObject({ code: "TOO_LARGE" });
  });

  test("an atomic batch of 20,000 is one step", async () => {
    const prefix = prefixOn(client);
    const store = await openStore({ url, prefix });
    const ops = Array.from({ length: 20_000 }, (_, i) => ({ type: "write", key: ["k", `${i}`], value: i }) as const);
    await store.batch(ops, { atomic: true });
    expect(await store.removePrefix(["k"])).toBe(20_000);
  });

  test("markers don't take part in listings or removals", async () => {
    const prefix = prefixOn(client);
    const store = await openStore({ url, prefix });
    await store.driver.putMarker("other", "\u{1f600}\n");
    await store.removePrefix([]);
    expect(await store.driver.getMarker("other")).toBe("\u{1f600}\n");
    expect(await store.driver.getMarker("none")).toBeUndefined();
    expect(await store.list([])).toEqual([]);
  });
});

describeWithOwn("redis", "a server of its own", () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    // A replica is sent the data at once, not after the five seconds in which others may come along.
    server = await startRedis({ args: ["--repl-diskless-sync-delay", "0"] });
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  test("that forgets its scripts is taught them again", async () => {
    const store = await openStore({ url: server.url, prefix: "scripts" });
    for (const act of [
      () => store.write(["a"], 1),
      () => store.remove(["a"]),
      () => store.batch([{ type: "write", key: ["b"], value: 2 }]),
      () => store.removePrefix([]),
      () => store.driver.putMarker("m", "1"),
      () => store.sync(),
    ]) {
      await admin.script("FLUSH");
      await act();
    }
    expect(await keysOf(admin, "scripts")).toEqual(["{scripts}:store"]);
  });

  test("that is full refuses a write whole, lets records be removed, and goes on when there is room", async () => {
    const store = await openStore({ url: server.url, prefix: "full" });
    await store.batch([
      { type: "write", key: ["a"], value: 1 },
      { type: "write", key: ["b"], value: 2 },
    ]);
    await admin.config("SET", "maxmemory", "1");
    onTestFinished(async () => void (await admin.config("SET", "maxmemory", "0")));
    const before = await keysOf(admin, "full");
    for (const act of [
      () => store.write(["c"], 3),
      () => store.update(["a"], () => 3),
      () =>
        store.batch(
          [
            { type: "write", key: ["c"], value: 3 },
            { type: "write", key: ["d"], value: 4 },
          ],
          { atomic: true },
        ),
    ]) {
      expect(await failureOf(act())).toMatchObject({
        code: "UNAVAILABLE",
        retryable: true,
        message: expect.stringMatching(/: OOM command not allowed/),
      });
    }
    expect(await keysOf(admin, "full")).toEqual(before);
    expect(await store.readMany([["a"], ["b"]])).toEqual([1, 2]);
    await store.remove(["a"]);
    expect(await store.removePrefix([])).toBe(1);
    await admin.config("SET", "maxmemory", "0");
    await store.write(["c"], 3);
    expect(await store.list([])).toEqual([["c"]]);
  });

  test("without the replicas that were asked for leaves writes applied and unconfirmed, and says so", async () => {
    const reader = await openStore({ url: server.url, prefix: "replicas" });
    const store = await openStore({ url: server.url, prefix: "replicas", timeoutMs: 1000, replicas: 2 });
    await expect(store.write(["a"], 1)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      retryable: true,
      message: 'Cannot write "a": 0 of 2 replicas confirmed the write within 250 ms, it may have been applied',
    });
    expect(await reader.read(["a"])).toBe(1);
  });

  test("that waits for replicas in vain still lets others read", async () => {
    await openStore({ url: server.url, prefix: "vain" });
    const store = await openStore({ url: server.url, prefix: "vain", timeoutMs: 2000, replicas: 2 });
    expect(store.driver.notices).toContain("a server has 0 of the 2 replicas that must confirm writes");
    const writes: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      writes.push(failureOf(store.write(["k", `${i}`], i)));
      await turn();
    }
    expect(await store.list(["none"])).toEqual([]);
    for (const failure of await Promise.all(writes)) {
      expect(failure).toMatchObject({ message: expect.stringContaining(": 0 of 2 replicas confirmed the write") });
    }
  });

  test("with replicas confirms writes that were called together, in the order of the calls", async () => {
    const replica = await startRedis({ args: ["--replicaof", "127.0.0.1", `${server.node.port}`] });
    onTestFinished(() => replica.stop());
    const copy = new Redis(replica.url);
    onTestFinished(() => copy.disconnect());
    await expect.poll(() => copy.info("replication"), { timeout: 20_000 }).toContain("master_link_status:up");
    const plain = await openStore({ url: server.url, prefix: "confirmed" });
    expect(plain.driver.notices?.join()).toContain("a failover can lose the last writes");
    const store = await openStore({ url: server.url, prefix: "confirmed", replicas: 1 });
    expect(store.driver.notices?.join()).not.toContain("failover");
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.write(["k", `${i % 5}`], i)));
    const versions = await Promise.all([0, 1, 2, 3, 4].map((i) => copy.get(`{confirmed.0}/k/${i}.json`)));
    expect(versions.map((value) => value?.split("\n")[1])).toEqual(["45", "46", "47", "48", "49"]);
    await store.removePrefix([]);
    expect(await keysOf(copy, "confirmed")).toEqual(["{confirmed}:store"]);
  });
});
