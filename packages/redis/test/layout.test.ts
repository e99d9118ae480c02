import { Store } from "@stowage/core";
import { redis } from "@stowage/redis";
import { describeWith } from "stowage-servers/test";
import { expect, test } from "vitest";
import { Layout } from "../src/layout.ts";
import { clientOf, clusterOf, keysOf } from "./harness.ts";
import { collect, openStore, prefixOn } from "./support.ts";

describeWith("redis", "the layout on the server", ({ url }) => {
  const client = clientOf(url);

  test("is a hash, and for each shard a sorted set of names beside the records", async () => {
    const prefix = prefixOn(client);
    const store = await openStore({ url, prefix });
    const { version } = await store.put(["session", "ses_1"], { a: 1 });
    expect(await keysOf(client, prefix)).toEqual([
      `{${prefix}.0}`,
      `{${prefix}.0}/session/ses_1.json`,
      `{${prefix}}:store`,
    ]);
    expect(version).toMatch(/^[\w-]{16}$/);
    expect(await client.get(`{${prefix}.0}/session/ses_1.json`)).toBe(`${version}\n{\n  "a": 1\n}`);
    expect(await client.zrange(`{${prefix}.0}`, 0, "-1", "WITHSCORES")).toEqual(["session/ses_1.json", "0"]);
    expect(await client.hgetall(`{${prefix}}:store`)).toEqual({
      format: "1",
      shards: "1",
      id: expect.stringMatching(/^[\w-]{16}$/),
      "marker:migration": "2",
    });
  });

  test("keeps what agrees up to the second slash in one of many shards", async () => {
    const prefix = prefixOn(client);
    const store = await openStore({ url, prefix, shards: 64 });
    expect(store.capabilities.atomicBatch).toBe("none");
    await store.batch([
      { type: "write", key: ["message", "ses_1", "msg_1"], value: 1 },
      { type: "write", key: ["message", "ses_1", "msg_2"], value: 2 },
      { type: "write", key: ["message", "ses_2", "msg_3"], value: 3 },
      { type: "write", key: ["session", "x"], value: 4 },
    ]);
    const shard = (group: string): string => `{${prefix}.${shardOf(group)}}`;
    const expected = [
      `{${prefix}}:store`,
      shard("message/ses_1"),
      `${shard("message/ses_1")}/message/ses_1/msg_1.json`,
      `${shard("message/ses_1")}/message/ses_1/msg_2.json`,
      shard("message/ses_2"),
      `${shard("message/ses_2")}/message/ses_2/msg_3.json`,
      shard("session/x.json"),
      `${shard("session/x.json")}/session/x.json`,
    ];
    expect(await keysOf(client, prefix)).toEqual(expected.sort());
  });

  test("is no other for braces in keys", async () => {
    const prefix = prefixOn(client);
    const store = await openStore({ url, prefix });
    const keys = [
      ["{", "a"],
      ["{}", "b"],
      ["}{", "c"],
      ["{x}", "{y}"],
    ];
    await store.batch(
      keys.map((key) => ({ type: "write", key, value: key })),
      { atomic: true },
    );
    expect(await store.readMany(keys)).toEqual(keys);
  });

  test("keeps stores apart whose prefixes look alike", async () => {
    const prefix = prefixOn(client);
    const stores = await Promise.all(
      [prefix, `${prefix}.1`, `${prefix}.1.0`, `${prefix}/a.json`].map((one) =>
        openStore({ url, prefix: one, shards: 3 }),
      ),
    );
    for (const [i, store] of stores.entries()) {
      await store.batch(Array.from({ length: 9 }, (_, n) => ({ type: "write", key: ["k", `${n}`], value: i })));
    }
    expect(new Set(stores.map(({ driver }) => driver.location)).size).toBe(stores.length);
    expect(await stores[0]?.removePrefix([])).toBe(9);
    for (const [i, store] of stores.entries()) {
      const values = (await collect(store.entries([]))).map(({ value }) => value);
      expect(values).toEqual(i === 0 ? [] : Array.from({ length: 9 }, () => i));
    }
  });

  test("lets two handles on one store know that it is one, and stores apart", async () => {
    const prefix = prefixOn(client);
    const [a, b, other] = [
      await openStore({ url, prefix }),
      await openStore({ url: url.replace("127.0.0.1", "localhost"), prefix }),
      await openStore({ url, prefix: prefixOn(client) }),
    ];
    expect(b.driver.location).toBe(a.driver.location);
    expect(other.driver.location).not.toBe(a.driver.location);
  });

  test("finds a value that another program has put there, and its version is that of its text", async () => {
    const prefix = prefixOn(client);
    const store = await openStore({ url, prefix });
    const key = `{${prefix}.0}/a.json`;
    await client.set(key, '{"a":1}');
    const first = await store.get(["a"]);
    expect(first?.value).toEqual({ a: 1 });
    await client.set(key, '{"a":2}');
    await expect(store.put(["a"], 3, { ifVersion: first?.version as string })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await expect(store.put(["a"], 3, { ifVersion: null })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await store.update(["a"], (value: { a: number }) => ({ a: value.a + 1 }))).toEqual({ a: 3 });
    expect(await store.list([])).toEqual([["a"]]);
  });

  test.for(["", "\n", "0123456789abcde\n{}", "{\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"])(
    "keeps and reports a value without a header of ours: %j",
    async (value) => {
      const prefix = prefixOn(client);
      const store = await openStore({ url, prefix });
      await client.set(`{${prefix}.0}/a.json`, value);
      await client.zadd(`{${prefix}.0}`, 0, "a.json");
      await expect(store.read(["a"])).rejects.toMatchObject({ code: "CORRUPT", bytes: value.length });
      await expect(store.put(["a"], 1, { ifVersion: null })).rejects.toMatchObject({ code: "CONFLICT" });
      const { version } = (await store.driver.get("a.json")) ?? {};
      await store.remove(["a"], { ifVersion: version as string });
      expect(await keysOf(client, prefix)).toEqual([`{${prefix}}:store`]);
    },
  );

  test("that has something else in place of an index changes nothing", async () => {
    const prefix = prefixOn(client);
    const store = await openStore({ url, prefix });
    await store.write(["a"], 1);
    await client.set(`{${prefix}.0}`, "x");
    for (const change of [
      () => store.write(["a"], 2),
      () => store.remove(["a"]),
      () => store.batch([{ type: "remove", key: ["a"] }], { atomic: true }),
    ]) {
      await expect(change()).rejects.toMatchObject({ code: "CORRUPT" });
    }
    expect(await store.read(["a"])).toBe(1);
    expect(await client.get(`{${prefix}.0}`)).toBe("x");
  });

  test("reports a key of another kind as CORRUPT, and leaves it alone", async () => {
    const prefix = prefixOn(client);
    const store = await openStore({ url, prefix });
    await client.lpush(`{${prefix}.0}/a.json`, "x");
    await expect(store.read(["a"])).rejects.toMatchObject({ code: "CORRUPT" });
    await expect(store.put(["a"], 1, { ifVersion: null })).rejects.toMatchObject({ code: "CORRUPT" });
    expect(await client.lrange(`{${prefix}.0}/a.json`, 0, -1)).toEqual(["x"]);
  });
});

describeWith("cluster", "the layout in a Cluster", ({ url }) => {
  const client = clusterOf(url);

  test("has 64 shards, and every call stays within one slot", async () => {
    const prefix = prefixOn(client);
    const store = await openStore({ url, prefix });
    const keys = Array.from({ length: 300 }, (_, i) => ["{a}", `{${i % 100}}`, `}${i}`]);
    await store.batch(keys.map((key, value) => ({ type: "write", key, value })));
    expect(await store.readMany(keys)).toEqual(keys.map((_, i) => i));
    expect(await store.list(["{a}"])).toHaveLength(300);
    expect(await store.removePrefix(["{a}", "{7}"])).toBe(3);
    expect(await store.removePrefix(["{a}"])).toBe(297);
    expect((await keysOf(client, prefix)).filter((key) => key.includes("/"))).toEqual([]);
    expect(await client.hget(`{${prefix}}:store`, "shards")).toBe("64");
  });

  test("with one shard has atomic batches", async () => {
    const prefix = prefixOn(client);
    const store = new Store(await redis({ url, prefix, shards: 1 }));
    await store.batch(
      [
        { type: "write", key: ["a"], value: 1 },
        { type: "write", key: ["b", "c", "d"], value: 2 },
      ],
      { atomic: true },
    );
    expect(await store.list([])).toEqual([["a"], ["b", "c", "d"]]);
    await store.close();
  });
});

test("names spread evenly over shards, and the same way for ever", () => {
  const layout = new Layout("p", 64);
  const counts = new Array<number>(64).fill(0);
  for (let i = 0; i < 6400; i++) counts[layout.shardOf(`message/ses_${i}/x.json`)]!++;
  expect(Math.min(...counts)).toBeGreaterThan(60);
  expect(Math.max(...counts)).toBeLessThan(150);
  // These numbers are the layout: a store of today must be found by every later version.
  expect(
    ["message/ses_1/a.json", "message/ses_2/a.json", "session/x.json", "a.json"].map((name) => layout.shardOf(name)),
  ).toEqual([57, 56, 62, 28]);
});

function shardOf(group: string): number {
  return new Layout("", 64).shardOf(group.endsWith(".json") ? group : `${group}/x`);
}
