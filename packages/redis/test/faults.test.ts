import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { isStorageError, Store } from "@stowage/core";
import { redis } from "@stowage/redis";
import { Redis } from "ioredis";
import { type RedisServer, startRedis } from "stowage-servers";
import { endOf, increment, race } from "stowage-servers/calls";
import { cutDuring, Proxy } from "stowage-servers/proxy";
import { describeWithOwn } from "stowage-servers/test";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { isScript, opener } from "./faulty.ts";
import { freshPrefix } from "./harness.ts";
import { failureOf } from "./support.ts";

/** How many rounds the races with lost answers take; more for a long proof. */
const rounds = Number(process.env["STOWAGE_FAULT_ROUNDS"] ?? 20);

await describeWithOwn("redis", "one server behind a network that fails", () => {
  let server: RedisServer;
  let proxy: Proxy;
  let url: string;

  beforeAll(async () => {
    server = await startRedis();
    proxy = await Proxy.start("redis", server.node.port);
    url = `redis://127.0.0.1:${proxy.port}`;
  });
  beforeEach(() => proxy.heal());
  afterAll(async () => {
    await proxy?.close();
    await server?.stop();
  });

  test("a write that a client which was handed in sends again by itself is no CONFLICT", async () => {
    const client = new Redis(proxy.port);
    client.on("error", () => {});
    onTestFinished(() => client.disconnect());
    const store = new Store(await redis({ client, prefix: freshPrefix() }));
    const { version } = await store.put(["a"], "old");
    // From now on the server knows the script.
    await store.remove(["b"]);
    const fault = proxy.fault({ on: isScript, action: "cut after" });
    await expect(store.remove(["a"], { ifVersion: version })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("the write may have been applied"),
    });
    expect(fault.hits).toBe(1);
    expect(await store.get(["a"])).toBeUndefined();
  });

  test("a write on a condition that another one overtook while its answer was lost says that it may have been applied", async () => {
    const open = opener(url);
    const store = await open();
    const other = await open();
    const { version } = await store.put(["a"], 1);
    proxy.fault({ on: isScript, action: "cut after" });
    // The repetition waits until the other write is done.
    const { promise: after, resolve: release } = Promise.withResolvers<void>();
    const held = proxy.fault({ on: isScript, action: { after } });
    const failure = store.put(["a"], 2, { ifVersion: version });
    const end = endOf(failure);
    while (held.hits === 0) await delay(1);
    await other.update(["a"], () => 3);
    release();
    expect(await end).toBe("UNAVAILABLE");
    await expect(failure).rejects.toThrow(/may have been applied$/);
    expect(await store.read(["a"])).toBe(3);
  });

  test.for(["cut before", "cut after", { truncate: 10 }] as const)("reads that meet %j are whole", async (action) => {
    const store = await opener(url)();
    const keys = Array.from({ length: 50 }, (_, i) => ["a", String(i).padStart(2, "0")]);
    await store.batch(keys.map((key) => ({ type: "write", key, value: "x".repeat(5000) }) as const));
    const faults = ["get ", "mget ", "zrange "].map((verb) =>
      proxy.fault({ on: (request) => request.toLowerCase().startsWith(verb), action }),
    );
    expect(await store.read(["a", "00"])).toBe("x".repeat(5000));
    expect(await store.readMany(keys)).toEqual(keys.map(() => "x".repeat(5000)));
    expect(await store.list(["a"])).toEqual(keys);
    expect(faults.map(({ hits }) => hits)).toEqual([1, 1, 1]);
  });

  test("a call that meets all that a server says while another takes its place is done, once", async () => {
    const store = await opener(url, { timeoutMs: 4000 })();
    await store.write(["n"], 0);
    const faults = [
      { action: "cut after" },
      { action: { error: "READONLY You can't write against a read only replica." }, times: 2 },
      { action: { error: "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'." } },
      { action: "hang before" },
      { action: { error: "LOADING Redis is loading the dataset in memory" }, times: 2 },
      { action: { error: "NOSCRIPT No matching script. Please use EVAL." } },
      { action: "cut before" },
    ] as const;
    // Each is used up before the next one counts.
    const armed = faults.map((fault) => proxy.fault({ on: isScript, ...fault }));
    await store.update<number>(["n"], (n) => n + 1);
    expect(armed.map(({ hits }) => hits)).toEqual([1, 2, 1, 1, 2, 1, 1]);
    expect(await store.read(["n"])).toBe(1);
  });

  test("opening waits for a server that is loading", async () => {
    const action = { error: "LOADING Redis is loading the dataset in memory" };
    // A server that is loading still answers these.
    const isAllowed = (request: string): boolean => /^(client|hello|info|config|select)\b/i.test(request);
    const fault = proxy.fault({ on: (request) => !isAllowed(request), action, times: 6 });
    const store = await opener(url)();
    expect(fault.hits).toBe(6);
    expect(await store.list([])).toEqual([]);
  });

  test("with a server that stands still, every call ends as UNAVAILABLE; afterwards the store goes on", async () => {
    const store = await opener(url, { timeoutMs: 1000 })();
    await store.write(["a"], 1);
    server.node.pause();
    try {
      const calls = [
        store.read(["a"]),
        store.write(["a"], 2),
        store.update(["a"], () => 3),
        store.list([]),
        store.readMany([["a"]]),
        store.batch([{ type: "write", key: ["b"], value: 1 }]),
        store.remove(["c"]),
      ];
      const ends = await Promise.allSettled(calls);
      const codes = ends.map((end) =>
        end.status === "rejected" && isStorageError(end.reason) ? end.reason.code : end,
      );
      expect(codes).toEqual(calls.map(() => "UNAVAILABLE"));
      const message = (index: number): string => String((ends[index] as PromiseRejectedResult).reason);
      expect(message(1)).toContain("may have been applied");
      expect(message(0)).not.toContain("may have been applied");
    } finally {
      server.node.resume();
    }
    await store.write(["d"], 1);
    expect(await store.read(["d"])).toBe(1);
  });

  test("while nobody listens, a call ends as UNAVAILABLE and was not applied; afterwards the store goes on", async () => {
    const store = await opener(url, { timeoutMs: 600 })();
    await proxy.refuse();
    // A call that finds out that the connection is gone may have been sent over it.
    expect(await endOf(store.read(["a"]))).toBe("UNAVAILABLE");
    const failure = store.write(["a"], 1);
    expect(await endOf(failure)).toBe("UNAVAILABLE");
    await expect(failure).rejects.not.toThrow("applied");
    await proxy.accept();
    await store.write(["b"], 1);
    expect(await store.list([])).toEqual([["b"]]);
  });

  test("a call that is under way when its driver is closed ends, and none connects again", async () => {
    const driver = await redis({ url, prefix: freshPrefix() });
    await proxy.refuse();
    const call = failureOf(driver.get("a"));
    await driver.close?.();
    await proxy.accept();
    expect(await call).toMatchObject({ code: "CLOSED" });
    expect(await failureOf(driver.get("a"))).toMatchObject({ code: "CLOSED" });
  });

  test("closing ends while nobody listens", async () => {
    const store = await opener(url, { timeoutMs: 600 })();
    await proxy.refuse();
    expect(await endOf(store.read(["a"]))).toBe("UNAVAILABLE");
    await store.close();
    expect(await endOf(store.read(["a"]))).toBe("CLOSED");
    await proxy.accept();
  });

  test("updates of one store are exact while its connections are cut at any moment", async () => {
    const store = await opener(url)();
    const { acknowledged, unknown, found } = await cutDuring([proxy], 60, increment([store], 8, rounds));
    expect(unknown).toEqual([]);
    expect(found.toSorted()).toEqual(acknowledged.toSorted());
  });

  test("updates of several stores count once or not at all while connections are cut at any moment", async () => {
    const open = opener(url);
    const stores: Store[] = [await open(), await open(), await open(), await open()];
    proxy.fault({ on: (request) => isScript(request) && randomInt(20) === 0, action: "cut after", times: Infinity });
    const { acknowledged, unknown, found } = await cutDuring([proxy], 60, increment(stores, 8, rounds));
    // What was acknowledged is there once; of the rest, what is there is there once.
    expect(found.filter((id) => !unknown.includes(id)).toSorted()).toEqual(acknowledged.toSorted());
    expect(new Set(found).size).toBe(found.length);
    expect(acknowledged.length).toBeGreaterThan(0);
  });

  test("of racing creators whose answers are lost exactly one wins, and nobody is refused because of himself", async () => {
    const open = opener(url);
    const stores: Store[] = [await open(), await open(), await open(), await open()];
    proxy.fault({ on: (request) => isScript(request) && randomInt(3) === 0, action: "cut after", times: Infinity });
    for (let round = 0; round < rounds; round++) {
      const { winner, ends } = await race(stores, ["race", String(round)]);
      expect(["done", "UNAVAILABLE"]).toContain(ends[winner]);
      for (const end of ends.toSpliced(winner, 1)) expect(["CONFLICT", "UNAVAILABLE"]).toContain(end);
    }
  });
});
