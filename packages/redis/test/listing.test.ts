import { compareNames, nameOf } from "@stowage/core";
import { redis, type RedisClient } from "@stowage/redis";
import { Redis } from "ioredis";
import { describeWith } from "stowage-servers/test";
import { describe, expect, onTestFinished, test } from "vitest";
import { Layout } from "../src/layout.ts";
import { clientOf, settingsOf } from "./harness.ts";
import { collect, openStore, prefixOn } from "./support.ts";

/** A client that counts what the driver reads of indexes. */
function countingClient(url: string): { readonly client: RedisClient; readonly counts: number[] } {
  const { host, options } = settingsOf(url);
  const client = new Redis({ ...options, ...host, enableAutoPipelining: true });
  onTestFinished(() => client.disconnect());
  const counts: number[] = [];
  const counting = new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (name !== "zrangeBuffer") return typeof member === "function" ? member.bind(target) : member;
      return (...args: unknown[]) => {
        counts.push(args.at(-1) as number);
        return (member as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  return { client: counting, counts };
}

/** Names whose order differs between bytes, UTF-16 units, and folders. */
const words = ["a", "a!", "a0", "aa", "Z", "\u00e9", "\uff01", "\u{1f600}", "~"];
const keys = words.flatMap((a) => [[a], ...words.flatMap((b) => [[a, b], ...words.map((c) => [a, b, c])])]);

describeWith("redis", "listing", ({ url }) => {
  const client = clientOf(url);

  describe.for([1, 2, 7, 64])("over %i shards", (shards) => {
    test("keeps the order of bytes, within bounds, forward and backward", async () => {
      const prefix = prefixOn(client);
      const store = await openStore({ url, prefix, shards });
      await store.batch(keys.map((key) => ({ type: "write", key, value: 0 })));
      const sorted = [...keys].sort((a, b) => compareNames(nameOf(a), nameOf(b)));
      expect(await store.list([])).toEqual(sorted);
      expect(await collect(store.keys([], { reverse: true }))).toEqual([...sorted].reverse());
      const [after, before] = [sorted[100] as string[], sorted[700] as string[]];
      expect(await collect(store.keys([], { after, before }))).toEqual(sorted.slice(101, 700));
      expect(await collect(store.keys([], { after, before, reverse: true }))).toEqual(sorted.slice(101, 700).reverse());
      expect(await collect(store.keys([], { after, limit: 33 }))).toEqual(sorted.slice(101, 134));
      expect(await collect(store.keys([], { before, limit: 33, reverse: true }))).toEqual(
        sorted.slice(667, 700).reverse(),
      );
      const below = sorted.filter((key) => key[0] === "a" && key.length > 1);
      expect(await store.list(["a"])).toEqual(below);
      expect(await store.list(["a", "~"])).toEqual(below.filter((key) => key[1] === "~" && key.length > 2));
    });

    test("goes past names that are not UTF-8", async () => {
      const prefix = prefixOn(client);
      const store = await openStore({ url, prefix, shards });
      await store.batch(Array.from({ length: 40 }, (_, i) => ({ type: "write", key: ["k", `${100 + i}`], value: i })));
      for (let shard = 0; shard < shards; shard++) {
        const strange = [0xff, 0xfe, 0x80].map((byte) => Buffer.from([0x6b, 0x2f, 0x31, byte]));
        for (const name of strange) await client.zadd(`{${prefix}.${shard}}`, 0, name);
      }
      expect(await collect(store.keys(["k"], { limit: 1 }))).toEqual([["k", "100"]]);
      expect(await store.list(["k"])).toHaveLength(40);
    });

    test("does not take bytes that are not UTF-8 for a name, however many there are, and leaves them", async () => {
      const prefix = prefixOn(client);
      const driver = await redis({ url, prefix, shards });
      onTestFinished(() => driver.close?.());
      const names = Array.from({ length: 1100 }, (_, i) => `a\u0120${1000 + i}.json`);
      // They stand before the names, and become one name that stands behind them once they are taken for text.
      const strange = names.map((_, i) => Buffer.concat([Buffer.from("a\xc3", "latin1"), Buffer.from(`${i}.json`)]));
      const layout = new Layout(prefix, shards);
      await client.zadd(layout.indexes[0] as string, ...strange.flatMap((name) => [0, name]));
      await driver.batch?.(
        [...names, "a\ufffd.json"].map((name) => ({ type: "put", name, text: "0" })),
        false,
      );
      const range = { prefix: "", reverse: false };
      expect((await collect(driver.list(range))).flat()).toEqual([...names, "a\ufffd.json"]);
      const backward = (await collect(driver.list({ ...range, reverse: true }))).flat();
      expect(backward).toEqual(["a\ufffd.json", ...names.toReversed()]);
      expect(await driver.removeRange?.("")).toBe(names.length + 1);
      expect(await client.zcard(layout.indexes[0] as string)).toBe(strange.length);
    });
  });

  test("a folder of 100,000 is read in pages, and a part of it costs what the part holds", async () => {
    const prefix = prefixOn(client);
    const counting = countingClient(url);
    const driver = await redis({ client: counting.client, prefix });
    const names = Array.from({ length: 100_000 }, (_, i) => `part/msg/${1_000_000 + i}.json`);
    await driver.batch?.(
      names.map((name) => ({ type: "put", name, text: "0" })),
      false,
    );
    let listed = 0;
    for await (const page of driver.list({ prefix: "part/msg/", reverse: false })) {
      expect(page.length).toBeLessThanOrEqual(1000);
      expect(page[0]).toBe(names[listed]);
      listed += page.length;
    }
    expect(listed).toBe(names.length);
    expect(counting.counts.length).toBeLessThanOrEqual(101);
    counting.counts.length = 0;
    const after = names[50_000] as string;
    const part = driver.list({ prefix: "part/msg/", after, reverse: true, limit: 20 });
    expect((await part[Symbol.asyncIterator]().next()).value).toEqual(names.slice(-20).reverse());
    expect(counting.counts).toEqual([20]);
    expect(await driver.removeRange?.("part/")).toBe(100_000);
  });

  test("a merge holds few names of each shard, and begins with fewer", async () => {
    const prefix = prefixOn(client);
    const counting = countingClient(url);
    const driver = await redis({ client: counting.client, prefix, shards: 64 });
    const names = Array.from({ length: 20_000 }, (_, i) => `message/ses_${i % 500}/${100_000 + i}.json`).sort(
      compareNames,
    );
    await driver.batch?.(
      names.map((name) => ({ type: "put", name, text: "0" })),
      false,
    );
    const pages = await collect(driver.list({ prefix: "message/", reverse: false }));
    expect(pages.flat()).toEqual(names);
    expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(64 * 2 * 256);
    expect(Math.max(...counting.counts)).toBeLessThanOrEqual(256);
    expect(Math.max(...counting.counts.slice(0, 64))).toBeLessThanOrEqual(16);
    counting.counts.length = 0;
    const first = await driver.list({ prefix: "message/", reverse: false, limit: 20 })[Symbol.asyncIterator]().next();
    expect((first.value as string[]).length).toBeGreaterThan(0);
    expect(counting.counts).toEqual(Array.from({ length: 64 }, () => 4));
    counting.counts.length = 0;
    expect((await collect(driver.list({ prefix: "message/ses_7/", reverse: false }))).flat()).toHaveLength(40);
    expect(counting.counts).toEqual([1000]);
  });
});
