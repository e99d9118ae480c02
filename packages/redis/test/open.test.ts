import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Store } from "@stowage/core";
import { redis } from "@stowage/redis";
import { Redis } from "ioredis";
import { type RedisServer, startRedis } from "stowage-servers";
import { describeWith, describeWithOwn } from "stowage-servers/test";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { clientOf, keysOf } from "./harness.ts";
import { failureOf, openStore, prefixOn, shownOf } from "./support.ts";

describeWith("redis", "opening", ({ url }) => {
  const client = clientOf(url);

  test("makes a store where there is none, and finds it again", async () => {
    const prefix = prefixOn(client);
    const first = await openStore({ url, prefix });
    await first.write(["a"], 1);
    const second = await openStore({ url, prefix, create: false });
    expect(await second.read(["a"])).toBe(1);
    expect(await second.driver.getMarker("migration")).toBe("2");
  });

  test.for([{ create: false }, { readonly: true }])("with %j makes no store", async (options) => {
    const prefix = prefixOn(client);
    await expect(redis({ url, prefix, ...options })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining(`: there is no store with the prefix "${prefix}"`),
    });
    expect(await keysOf(client, prefix)).toEqual([]);
  });

  test("for reading only refuses every change", async () => {
    const prefix = prefixOn(client);
    const writer = await openStore({ url, prefix });
    await writer.write(["a"], 1);
    const reader = await openStore({ url, prefix, readonly: true });
    for (const change of [
      () => reader.write(["a"], 2),
      () => reader.remove(["a"]),
      () => reader.update(["a"], () => 2),
      () => reader.removePrefix([]),
      () => reader.batch([{ type: "remove", key: ["a"] }]),
      () => reader.driver.putMarker("migration", "3"),
    ]) {
      await expect(change()).rejects.toMatchObject({ code: "UNSUPPORTED" });
    }
    expect(await reader.read(["a"])).toBe(1);
    expect(await reader.driver.getMarker("migration")).toBe("2");
  });

  test("takes the shards that the store has, and refuses other ones", async () => {
    const prefix = prefixOn(client);
    await openStore({ url, prefix, shards: 5 });
    await openStore({ url, prefix });
    await expect(redis({ url, prefix, shards: 6 })).rejects.toMatchObject({
      code: "INVALID_VALUE",
      message: expect.stringMatching(
        /: the store's number of shards is 5, which can't be changed, and 6 were asked for$/,
      ),
    });
  });

  test("by many at once makes one store", async () => {
    const prefix = prefixOn(client);
    const stores = await Promise.all(Array.from({ length: 8 }, () => openStore({ url, prefix })));
    expect(new Set(stores.map(({ driver }) => driver.location)).size).toBe(1);
  });

  test.for<[what: string, fields: Readonly<Record<string, string>>, detail: RegExp]>([
    [
      "a newer format",
      { format: "2", shards: "1", id: "x" },
      /: the store has format 2, and this version of Stowage knows format 1 only: upgrade Stowage to open it$/,
    ],
    ["no format", { shards: "1" }, /" is a hash of another program: choose another prefix$/],
    [
      "no sound number of shards",
      { format: "1", shards: "0", id: "x" },
      /" is a hash of another program: choose another prefix$/,
    ],
  ])("refuses a hash with %s, and leaves it alone", async ([, fields, detail]) => {
    const prefix = prefixOn(client);
    await client.hset(`{${prefix}}:store`, fields);
    await expect(redis({ url, prefix })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(detail),
    });
    expect(await client.hgetall(`{${prefix}}:store`)).toEqual(fields);
    expect(await keysOf(client, prefix)).toEqual([`{${prefix}}:store`]);
  });

  test("refuses a key of another kind", async () => {
    const prefix = prefixOn(client);
    await client.set(`{${prefix}}:store`, "x");
    await expect(redis({ url, prefix })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(/" is a string of another program: choose another prefix$/),
    });
  });

  test("fails at once when nobody listens", async () => {
    const error = await failureOf(redis({ url: "redis://me:sesame@127.0.0.1:1" }));
    expect(error).toMatchObject({
      code: "UNAVAILABLE",
      retryable: true,
      message: 'Cannot open "redis://127.0.0.1:1/0": connect ECONNREFUSED 127.0.0.1:1',
    });
    expect(shownOf(error)).not.toContain("sesame");
  });

  test("goes past hosts that don't answer", async () => {
    await expect(redis({ url: `redis://127.0.0.1:1,${new URL(url).host}` })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining("the hosts are no Cluster"),
    });
  });

  test("says that a server is something else, in a sentence", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(redis({ url: `redis://127.0.0.1:${port}` })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      retryable: false,
      message: `Cannot open "redis://127.0.0.1:${port}/0": the server does not speak the protocol of Redis`,
    });
    await expect(redis({ url: `rediss://127.0.0.1:${port}` })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: `Cannot open "rediss://127.0.0.1:${port}/0": TLS failed: wrong version number`,
    });
  });

  test("says that a server is no Sentinel, or that none answers", async () => {
    await expect(redis({ url, sentinel: "mymaster" })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(/: the hosts are no Sentinels$/),
    });
    await expect(redis({ url: "redis://127.0.0.1:1", sentinel: "mymaster" })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: 'Cannot open "redis://127.0.0.1:1/0": no Sentinel answers',
    });
  });
});

describeWithOwn("redis", "a server of its own kind", () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  /** Sets the server for one test. */
  async function configure(settings: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, value] of Object.entries(settings)) {
      const [, before = ""] = (await admin.config("GET", name)) as string[];
      await admin.config("SET", name, value);
      onTestFinished(async () => void (await admin.config("SET", name, before)));
    }
  }

  test("that evicts records is refused, or warned of", async () => {
    const { url } = server;
    await configure({ maxmemory: "100mb", "maxmemory-policy": "allkeys-lru" });
    await expect(redis({ url, prefix: "evicts" })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(
        /: the server may drop records: its maxmemory-policy is allkeys-lru; set it to noeviction, or open the store with allowEviction$/,
      ),
    });
    expect(await keysOf(admin, "evicts")).toEqual([]);
    const store = await openStore({ url, prefix: "evicts", allowEviction: true });
    expect(store.driver.notices).toContain("the server may drop records: its maxmemory-policy is allkeys-lru");
  });

  test("that would evict if it had a limit is warned of, and one that evicts others' keys is not", async () => {
    const { url } = server;
    await configure({ "maxmemory-policy": "allkeys-lfu" });
    expect((await openStore({ url })).driver.notices?.join()).toContain("the maxmemory-policy is allkeys-lfu");
    await configure({ "maxmemory-policy": "volatile-lru", maxmemory: "100mb" });
    expect((await openStore({ url })).driver.notices?.join()).not.toContain("maxmemory");
  });

  test.for<[settings: Readonly<Record<string, string>>, durability: string, notice: RegExp | undefined]>([
    [{ appendonly: "no", save: "" }, "process", /^the server keeps nothing over a restart/],
    [
      { appendonly: "no", save: "3600 1" },
      "server",
      /^a crash of the server loses what was written since its last snapshot/,
    ],
    [
      { appendonly: "yes", appendfsync: "everysec" },
      "server",
      /lose about the last second of writes \(appendfsync everysec\)$/,
    ],
    [{ appendonly: "yes", appendfsync: "no" }, "server", /lose the last writes \(appendfsync no\)$/],
    [{ appendonly: "yes", appendfsync: "always" }, "power", undefined],
    [
      { appendonly: "yes", appendfsync: "always", "no-appendfsync-on-rewrite": "yes" },
      "server",
      /lose the last writes while it rewrites its file \(no-appendfsync-on-rewrite yes\)$/,
    ],
  ])("with %j says what a write survives: %s", async ([settings, durability, notice]) => {
    await configure(settings);
    const store = await openStore({ url: server.url });
    expect(store.capabilities.durability).toBe(durability);
    expect(store.driver.notices).toEqual(notice === undefined ? [] : [expect.stringMatching(notice)]);
    await store.write(["a"], 1);
    await store.sync();
  });

  test("that flushes each write and has a replica survives no failover, and the replica is refused", async () => {
    await configure({ appendonly: "yes", appendfsync: "always" });
    const replica = await startRedis({ args: ["--replicaof", "127.0.0.1", `${server.node.port}`] });
    onTestFinished(() => replica.stop());
    await expect.poll(() => admin.info("replication"), { timeout: 20_000 }).toContain("state=online");
    const store = await openStore({ url: server.url });
    expect(store.capabilities.durability).toBe("server");
    expect(store.driver.notices).toEqual([expect.stringMatching(/^a failover can lose the last writes/)]);
    await expect(redis({ url: replica.url, readonly: true })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(
        /: the server is a replica, which may be behind and takes no writes: give its primary$/,
      ),
    });
  });

  test("whose user may see neither INFO nor CONFIG opens, and says what it can't tell", async () => {
    await admin.acl("SETUSER", "app", "on", ">sesame", "~{acl*", "+@all", "-@admin", "-@dangerous");
    onTestFinished(async () => void (await admin.acl("DELUSER", "app")));
    const url = server.url.replace("//", "//app:sesame@");
    const store = await openStore({ url, prefix: "acl" });
    await store.write(["a"], 1);
    expect(await store.read(["a"])).toBe(1);
    expect(store.capabilities.durability).toBe("server");
    expect(store.driver.notices).toEqual([expect.stringMatching(/can't be told: INFO is not permitted$/)]);
    const error = await failureOf(redis({ url, prefix: "other" }));
    expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: false, message: expect.stringContaining("NOPERM") });
  });

  test("whose user may do what the README says, and nothing else, does all", async () => {
    const rules = "+@read +@write +@connection +@scripting +info +config|get -keys -scan -@dangerous +info +config|get";
    await admin.acl("SETUSER", "least", "on", ">sesame", "~{least*", ...rules.split(" "));
    onTestFinished(async () => void (await admin.acl("DELUSER", "least")));
    const store = await openStore({ url: server.url.replace("//", "//least:sesame@"), prefix: "least" });
    expect(store.driver.notices?.join()).not.toContain("can't be told");
    await store.batch([{ type: "write", key: ["a", "b"], value: 1 }]);
    await store.update(["a", "b"], (value: number) => value + 1);
    await store.driver.putMarker("m", "1");
    await store.sync();
    expect(await store.list([])).toEqual([["a", "b"]]);
    expect(await store.readMany([["a", "b"]])).toEqual([2]);
    expect(await store.removePrefix([])).toBe(1);
  });

  test("never shows a password, nor a text that was to be written", async () => {
    const url = server.url.replace("//", "//nobody:open%20sesame@");
    const error = await failureOf(redis({ url }));
    expect(error).toMatchObject({
      code: "UNAVAILABLE",
      retryable: false,
      message: expect.stringContaining("WRONGPASS"),
    });
    expect(shownOf(error)).not.toContain("sesame");
    await configure({ maxmemory: "1" });
    const store = await openStore({ url: server.url });
    const failure = await failureOf(store.write(["a"], "a secret text"));
    const full = "OOM command not allowed when used memory > 'maxmemory'";
    expect(failure).toMatchObject({ code: "UNAVAILABLE", message: `Cannot write "a": ${full}` });
    expect(shownOf(failure)).not.toContain("secret text");
  });

  test("a database that the server doesn't have is refused, not taken for another one", async () => {
    await expect(redis({ url: `${server.url}/99` })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("DB index is out of range"),
    });
    const store = await openStore({ url: `${server.url}/3`, prefix: "third" });
    await store.write(["a"], 1);
    expect(await keysOf(admin, "third")).toEqual([]);
  });
});

describeWithOwn("redis", "a server that speaks TLS", () => {
  test("is believed with its certificate only", async () => {
    const server = await startRedis({ tls: true });
    onTestFinished(() => server.stop());
    const { url, ca = "" } = server;
    await expect(redis({ url, timeoutMs: 2000 })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("certificate"),
    });
    const store = new Store(await redis({ url, tls: { ca } }));
    await store.write(["a"], 1);
    expect(await store.read(["a"])).toBe(1);
    await store.close();
  });
});
