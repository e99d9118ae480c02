import { randomInt } from "node:crypto";
import type { Store } from "@stowage/core";
import type { S3Server } from "stowage-servers";
import { endOf, increment, race } from "stowage-servers/calls";
import { cutDuring, Proxy } from "stowage-servers/proxy";
import { describeWithOwn } from "stowage-servers/test";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { opener, startOwn } from "./own.ts";

/** How many rounds the races with lost answers take; more for a long proof. */
const rounds = Number(process.env["STOWAGE_FAULT_ROUNDS"] ?? 10);

await describeWithOwn("s3", "a real gateway behind a network that fails", () => {
  let server: S3Server;
  let proxy: Proxy;

  beforeAll(async () => {
    server = await startOwn();
    proxy = await Proxy.start("http", server.gateway.port);
  }, 60_000);
  beforeEach(() => proxy.heal());
  afterAll(() => proxy?.close());

  const open = (timeoutMs = 10_000): (() => Promise<Store>) => opener(server, proxy.port, { timeoutMs });
  const isWrite = (request: string): boolean => /^(PUT|POST|DELETE) /.test(request);

  test.for(["cut before", "cut after", { truncate: 20 }, { truncate: 20_000 }] as const)(
    "reads that meet %j are whole",
    async (action) => {
      const store = await open()();
      const keys = Array.from({ length: 20 }, (_, i) => ["a", String(i).padStart(2, "0")]);
      await store.batch(keys.map((key) => ({ type: "write", key, value: "x".repeat(40_000) }) as const));
      const fault = proxy.fault({ on: (request) => /^GET \S+\.json/.test(request), action, times: 3 });
      expect(await store.readMany(keys)).toEqual(keys.map(() => "x".repeat(40_000)));
      expect(fault.hits).toBe(3);
    },
  );

  test.for(["cut before", "cut after", { truncate: 200 }] as const)(
    "listings that meet %j are whole",
    async (action) => {
      const store = await open()();
      const keys = Array.from({ length: 20 }, (_, i) => ["a", String(i).padStart(2, "0")]);
      await store.batch(keys.map((key) => ({ type: "write", key, value: 1 }) as const));
      const fault = proxy.fault({ on: (request) => request.includes("list-type=2"), action });
      expect(await store.list(["a"])).toEqual(keys);
      expect(fault.hits).toBe(1);
    },
  );

  test("a text that comes so slowly that it can't be whole in time is given up, and read when it comes faster", async () => {
    const store = await open(1000)();
    await store.write(["a"], "x".repeat(100_000));
    const isText = (request: string): boolean => /^GET \S+\.json/.test(request);
    const fault = proxy.fault({ on: isText, action: { trickle: 1000, everyMs: 50 }, times: Infinity });
    const failure = store.read(["a"]);
    await expect(failure).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    await expect(failure).rejects.toThrow(/waited \d+ ms$/);
    fault.disarm();
    proxy.fault({ on: isText, action: { trickle: 20_000, everyMs: 10 } });
    expect(await store.read(["a"])).toBe("x".repeat(100_000));
  });

  test("while nobody listens, a call ends as UNAVAILABLE and was not applied; afterwards the store goes on", async () => {
    const store = await open(1000)();
    await proxy.refuse();
    expect(await endOf(store.read(["a"]))).toBe("UNAVAILABLE");
    const failure = store.write(["a"], 1);
    expect(await endOf(failure)).toBe("UNAVAILABLE");
    await expect(failure).rejects.not.toThrow("applied");
    await proxy.accept();
    await store.write(["b"], 1);
    expect(await store.list([])).toEqual([["b"]]);
  });

  test("updates count once or not at all while connections are cut at any moment", async () => {
    const opened = open();
    const stores: Store[] = [await opened(), await opened()];
    const isUnlucky = (request: string): boolean => isWrite(request) && randomInt(5) === 0;
    proxy.fault({ on: isUnlucky, action: "cut after", times: Infinity });
    const { acknowledged, unknown, found } = await cutDuring([proxy], 200, increment(stores, 6, rounds));
    expect(found.filter((id) => !unknown.includes(id)).toSorted()).toEqual(acknowledged.toSorted());
    expect(new Set(found).size).toBe(found.length);
    expect(acknowledged.length).toBeGreaterThan(0);
  });

  test("of racing creators whose answers are lost exactly one wins, and nobody is refused because of himself", async () => {
    const opened = open();
    const stores: Store[] = [await opened(), await opened(), await opened(), await opened()];
    proxy.fault({ on: (request) => isWrite(request) && randomInt(3) === 0, action: "cut after", times: Infinity });
    for (let round = 0; round < rounds; round++) {
      const { winner, ends } = await race(stores, ["race", String(round)]);
      expect(["done", "UNAVAILABLE"]).toContain(ends[winner]);
      for (const end of ends.toSpliced(winner, 1)) expect(["CONFLICT", "UNAVAILABLE"]).toContain(end);
    }
  });
});
