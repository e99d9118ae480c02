import { createRequire } from "node:module";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { compareNames, type DriverOp, scope, Store } from "@stowage/core";
import { s3 } from "@stowage/s3";
import { describe, expect, test } from "vitest";
import { describeWith } from "stowage-servers/test";
import { addressOf, makeClient } from "../src/client.ts";
import type { Fault } from "./fake.ts";
import { clientFor, keysBelow, optionsOf } from "./setup.ts";
import { freshPrefix, openStore, startFake } from "./started.ts";

describeWith("s3", "records in a bucket", ({ url }) => {
  const server = optionsOf(url);
  const client = clientFor(server);
  const Bucket = server.bucket;

  test("are objects of the same name, with the text as it is and nothing else", async () => {
    const prefix = freshPrefix(server);
    const store = await openStore({ ...server, prefix });
    await store.write(["session", "ses_1"], { title: "ä" });
    const Key = `${prefix}session/ses_1.json`;
    const { Body, ContentType, Metadata } = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect([await Body?.transformToString(), ContentType, Metadata]).toEqual([
      '{\n  "title": "ä"\n}',
      "application/json",
      {},
    ]);
    expect((await keysBelow(client, Bucket, prefix)).sort()).toEqual([`${prefix}migration`, Key]);
  });

  test("have the ETag in their version", async () => {
    const prefix = freshPrefix(server);
    const store = await openStore({ ...server, prefix });
    const { version } = await store.put(["a"], 1);
    const { ETag } = await client.send(new HeadObjectCommand({ Bucket, Key: `${prefix}a.json` }));
    expect(version).toContain(ETag?.replaceAll('"', ""));
  });

  test("of prefixes beside each other don't mix", async () => {
    const root = freshPrefix(server);
    const stores = await Promise.all(
      ["a", "ab", "a/b", "a/b/"].map((at) => openStore({ ...server, prefix: root + at })),
    );
    const [a, ab, inner, same] = stores as [Store, Store, Store, Store];
    await a.write(["x"], "a");
    await ab.write(["x"], "ab");
    await inner.write(["x"], "a/b");
    expect([await a.list([]), await ab.list([]), await inner.list([])]).toEqual([
      [["b", "x"], ["x"]],
      [["x"]],
      [["x"]],
    ]);
    expect([await a.read(["x"]), await ab.read(["x"]), await same.read(["x"])]).toEqual(["a", "ab", "a/b"]);
    expect(await a.removePrefix([])).toBe(2);
    expect([await ab.list([]), await same.list([])]).toEqual([[["x"]], []]);
  });

  test("whose names don't fit into a key of 1,024 bytes are refused before any request", async () => {
    const prefix = `${freshPrefix(server)}${"p".repeat(700)}/`;
    const store = await openStore({ ...server, prefix });
    const room = store.capabilities.limits.nameBytes;
    expect(room).toBe(1024 - prefix.length);
    // "/" and ".json" take the rest.
    const key = ["a".repeat(200), "b".repeat(room - 206)];
    await store.write(key, 1);
    expect(await store.list([])).toEqual([key]);
    await expect(store.write([`${key[0]}a`, key[1] as string], 1)).rejects.toMatchObject({
      code: "INVALID_KEY",
      message: expect.stringContaining(`the name has ${room + 1} bytes, at most ${room} are allowed`),
    });
  });

  test("with odd names survive a batch of removes", async () => {
    const store = await openStore({ ...server, prefix: freshPrefix(server) });
    const keys = ["\uFFFF", "\uFFFE", "😀", "%2F", "+", "a b", "&<>", "'\"", "é", "e\u0301", "?x#y", "~"].map((one) => [
      "odd",
      one,
    ]);
    await store.batch(keys.map((key) => ({ type: "write", key, value: key })));
    expect(await store.readMany(keys)).toEqual(keys);
    await store.batch(keys.map((key) => ({ type: "remove", key })));
    expect(await store.list([])).toEqual([]);
  });

  test("don't hide what is none", async () => {
    const prefix = freshPrefix(server);
    const store = await openStore({ ...server, prefix });
    await store.write(["a", "b"], 1);
    for (const name of ["", "a/", ".stowage/probe-0", "a/.x.json", "notes.txt", "a//b.json"]) {
      await client.send(new PutObjectCommand({ Bucket, Key: prefix + name, Body: "1" }));
    }
    const found: unknown[] = [];
    for await (const one of store.driver.foreign?.() ?? []) found.push(one);
    expect(found).toEqual([
      { path: "", reason: "it stands for a folder" },
      { path: ".stowage/probe-0", reason: "it is of a probe, which is under way or was interrupted" },
      { path: "a/", reason: "it stands for a folder" },
      { path: "a/.x.json", reason: 'its name starts with "."' },
      { path: "a//b.json", reason: "its path is no legal key" },
      { path: "notes.txt", reason: "its name does not end with .json" },
    ]);
    expect(await store.list([])).toEqual([["a", "b"]]);
    expect(await store.removePrefix([])).toBe(1);
    expect(await keysBelow(client, Bucket, prefix)).toHaveLength(7);
  });
});

describe("a listing", () => {
  const names = Array.from({ length: 2345 }, (_, index) => `a/${String(index).padStart(5, "0")}.json`);

  async function filled(count = names.length): Promise<{ fake: Awaited<ReturnType<typeof startFake>>; store: Store }> {
    const fake = await startFake();
    const store = await openStore(fake.options);
    for (const name of names.slice(0, count))
      fake.objects.set(name, { body: Buffer.from("1"), tag: "t", metadata: {} });
    fake.asked.length = 0;
    return { fake, store };
  }

  async function listed(store: Store, options: Parameters<Store["keys"]>[1]): Promise<string[]> {
    const found: string[] = [];
    for await (const key of store.keys(["a"], options)) found.push(`${key.join("/")}.json`);
    return found;
  }

  test("takes one request for a thousand names", async () => {
    const { fake, store } = await filled();
    expect(await listed(store, {})).toEqual(names);
    expect(fake.asked.map(({ query }) => query.get("start-after"))).toEqual([null, names[999], names[1999]]);
  });

  test("asks for no more than the limit, and stops at the bound", async () => {
    const { fake, store } = await filled();
    expect(await listed(store, { limit: 20 })).toEqual(names.slice(0, 20));
    expect(await listed(store, { before: ["a", "00010"] })).toEqual(names.slice(0, 10));
    expect(fake.asked.map(({ query }) => query.get("max-keys"))).toEqual(["20", "1000"]);
  });

  test("backwards takes one request where a page holds it", async () => {
    const { fake, store } = await filled(800);
    expect(await listed(store, { reverse: true })).toEqual(names.slice(0, 800).reverse());
    expect(fake.asked).toHaveLength(1);
  });

  test("backwards walks once, and then asks for what it left behind alone", async () => {
    const { fake, store } = await filled();
    expect(await listed(store, { reverse: true, limit: 300 })).toEqual(names.toReversed().slice(0, 300));
    expect(fake.asked).toHaveLength(3);
    expect(await listed(store, { reverse: true })).toEqual(names.toReversed());
    const bounds = { reverse: true, after: ["a", "00500"], before: ["a", "02200"] };
    expect(await listed(store, bounds)).toEqual(names.slice(501, 2200).reverse());
  });

  test("backwards gives each once that is there all the while, whatever comes and goes", async () => {
    const { fake, store } = await filled();
    const found: string[] = [];
    for await (const key of store.keys(["a"], { reverse: true })) {
      const name = `${key.join("/")}.json`;
      found.push(name);
      if (found.length % 100 !== 0) continue;
      fake.objects.set(`a/${String(found.length).padStart(5, "0")}-new.json`, {
        body: Buffer.from("1"),
        tag: "t",
        metadata: {},
      });
      fake.objects.delete(name);
    }
    const stayed = found.filter((name) => !name.includes("new"));
    expect(stayed).toEqual(names.toReversed());
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(found.toSorted(compareNames).reverse());
  });

  test("goes on behind a page that is shorter than asked for", async () => {
    const fake = await startFake({ pageMax: 7 });
    const store = await openStore(fake.options);
    for (const name of names.slice(0, 50)) fake.objects.set(name, { body: Buffer.from("1"), tag: "t", metadata: {} });
    expect(await listed(store, {})).toEqual(names.slice(0, 50));
    expect(await listed(store, { reverse: true })).toEqual(names.slice(0, 50).reverse());
  });

  test("goes on behind a page of nothing", async () => {
    const fake = await startFake({ emptyPages: true, pageMax: 7 });
    const store = await openStore({ ...fake.options, prefix: "p" });
    for (const name of names.slice(0, 20))
      fake.objects.set(`p/${name}`, { body: Buffer.from("1"), tag: "t", metadata: {} });
    expect(await listed(store, {})).toEqual(names.slice(0, 20));
  });

  test("ends where a server doesn't come further", async () => {
    const fake = await startFake();
    const store = await openStore({ ...fake.options, timeoutMs: 300 });
    const stuck = await startFake({ stuck: true });
    await expect(s3({ ...stuck.options, timeoutMs: 300 })).rejects.toMatchObject({ code: "UNAVAILABLE" });
    fake.fault = () => ({ type: "page", body: "" });
    await expect(store.list([])).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  test.each(["", "<html><body>Be right back</body></html>", "<?xml version='1.0'?><ListBucketRes"])(
    "that is answered by %o is not an empty one, and neither are removes done",
    async (body) => {
      const fake = await startFake();
      const store = await openStore({ ...fake.options, timeoutMs: 300 });
      await store.batch([1, 2].map((value) => ({ type: "write", key: ["a", String(value)], value })));
      fake.fault = ({ query, method }) =>
        query.has("list-type") || method === "POST" ? { type: "page", body } : undefined;
      const unavailable = { code: "UNAVAILABLE", retryable: true };
      await expect(store.list([])).rejects.toMatchObject(unavailable);
      await expect(store.removePrefix([])).rejects.toMatchObject(unavailable);
      const removes = [1, 2].map((value) => ({ type: "remove", key: ["a", String(value)] }) as const);
      await expect(store.batch(removes)).rejects.toMatchObject(unavailable);
      fake.fault = ({ query, method }) =>
        query.has("list-type") || method === "DELETE" ? { type: "page", body } : undefined;
      await expect(store.remove(["a", "1"])).rejects.toMatchObject(unavailable);
      // A place that can't be looked at is no new store.
      const elsewhere = { ...fake.options, prefix: "elsewhere", timeoutMs: 300 };
      await expect(s3(elsewhere)).rejects.toMatchObject(unavailable);
      expect([...fake.objects.keys()].sort()).toEqual(["a/1.json", "a/2.json", "migration"]);
    },
  );

  test("is refused where the server has another order, as records would be missing", async () => {
    const fake = await startFake({ unordered: true });
    const store = await openStore(fake.options);
    await store.batch([1, 2].map((value) => ({ type: "write", key: ["a", String(value)], value })));
    await expect(store.list(["a"])).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: `Cannot list "a": the server at ${fake.host} lists names out of order or more than once`,
    });
  });
});

describe("removing many", () => {
  const ops = Array.from({ length: 1500 }, (_, index): DriverOp => ({ type: "remove", name: `r/${index}.json` }));

  async function filled(
    behaviour: Parameters<typeof startFake>[0],
  ): Promise<{ fake: Awaited<ReturnType<typeof startFake>>; store: Store }> {
    const fake = await startFake(behaviour);
    const store = await openStore(fake.options);
    for (const { name } of ops) fake.objects.set(name, { body: Buffer.from("1"), tag: "t", metadata: {} });
    fake.asked.length = 0;
    return { fake, store };
  }

  test("takes a request for a thousand", async () => {
    const { fake, store } = await filled({});
    await store.driver.batch?.(ops, false);
    expect(fake.asked.map(({ method }) => method)).toEqual(["POST", "POST"]);
    expect([...fake.objects.keys()]).toEqual(["migration"]);
  });

  test("goes one by one where the server refuses that, and asks once", async () => {
    const { fake, store } = await filled({ removesMany: "refuses" });
    expect(await store.removePrefix(["r"])).toBe(1500);
    expect(fake.asked.filter(({ method }) => method === "POST")).toHaveLength(1);
    expect([...fake.objects.keys()]).toEqual(["migration"]);
  });

  test("is no success where one is left", async () => {
    const { fake, store } = await filled({ keeps: { "r/7.json": "AccessDenied" } });
    const message = `Cannot remove "r": the server at ${fake.host} did not remove 1 of 500 records (AccessDenied)`;
    await expect(store.removePrefix(["r"])).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: false, message });
    expect(fake.objects.has("r/7.json")).toBe(true);
  });

  test("goes on with those alone at which the server met another writer", async () => {
    const { fake, store } = await filled({ keeps: { "r/7.json": "UnknownError", "r/1234.json": "SlowDown" } });
    expect(await store.removePrefix(["r"])).toBe(1500);
    const removes = fake.asked.filter(({ method }) => method === "DELETE").map(({ key }) => key);
    expect(removes.sort()).toEqual(["r/1234.json", "r/7.json"]);
    expect([...fake.objects.keys()]).toEqual(["migration"]);
  });
});

describe("the client", () => {
  test("of the driver leaves no connection after close", async () => {
    const fake = await startFake();
    const store = new Store(await s3(fake.options));
    await Promise.all(Array.from({ length: 20 }, (_, index) => store.write([String(index)], index)));
    expect(fake.connections).toBeGreaterThan(0);
    await store.close();
    await expect.poll(() => fake.connections).toBe(0);
  });

  test("that was handed in stays open, and may be of another copy of the SDK", async () => {
    const fake = await startFake();
    const require = createRequire(import.meta.url);
    const path = require.resolve("@aws-sdk/client-s3");
    // Loaded anew, it is another copy.
    delete require.cache[path];
    const other = require(path) as { readonly S3Client: typeof S3Client };
    expect(other.S3Client).not.toBe(S3Client);
    const { bucket, endpoint = "", region = "" } = fake.options;
    const client = new other.S3Client({ endpoint, region, forcePathStyle: true });
    const store = await openStore({ client, bucket });
    await store.put(["a"], 1, { ifVersion: null });
    await store.update<number>(["a"], (n) => n + 1);
    await store.close();
    const Key = "a.json";
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    expect(await Body?.transformToString()).toBe("2");
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    client.destroy();
  });

  test("sends no more than 64 requests at once, and time counts from when one is sent", async () => {
    const fake = await startFake();
    const store = await openStore({ ...fake.options, timeoutMs: 20_000 });
    await Promise.all(Array.from({ length: 500 }, (_, index) => store.write([String(index)], index)));
    expect(await store.list([])).toHaveLength(500);
    expect(fake.connections).toBeLessThanOrEqual(64);
  });

  test.each([
    [{}, "s3.eu-west-1.amazonaws.com", "/a/b.json", "stowage."],
    [{ forcePathStyle: true }, "s3.eu-west-1.amazonaws.com", "/stowage/a/b.json", ""],
    [{ endpoint: "http://localhost:9000" }, "localhost", "/stowage/a/b.json", ""],
    [{ endpoint: "http://localhost:9000", forcePathStyle: false }, "localhost", "/a/b.json", "stowage."],
  ])("with %o asks the right host for the right path", async (options, host, path, before) => {
    const client = await makeClient({ bucket: "stowage", region: "eu-west-1", ...options }, 1000);
    const sent: object[] = [];
    client.middlewareStack.add(
      () =>
        async ({ request }) => {
          sent.push(request as object);
          throw new Error("seen");
        },
      { step: "finalizeRequest" },
    );
    const get = new GetObjectCommand({ Bucket: "stowage", Key: "a/b.json" });
    await expect(client.send(get)).rejects.toThrow("seen");
    expect(sent).toMatchObject([{ hostname: before + host, path }]);
    const at =
      host === "localhost"
        ? { host: "localhost:9000", url: "http://localhost:9000" }
        : { host, url: `https://${host}` };
    expect(await addressOf(client)).toEqual(at);
    client.destroy();
  });

  test("signs with the time of the server, once that has told it", async () => {
    const fake = await startFake();
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const skewed: Fault = { type: "answer", status: 403, code: "RequestTimeTooSkewed", headers: { date } };
    fake.fault = () => (fake.asked.length === 1 ? skewed : undefined);
    const store = await openStore(fake.options);
    await store.write(["a"], 1);
    fake.fault = () => ({ type: "answer", status: 403, code: "RequestTimeTooSkewed" });
    await expect(store.read(["a"])).rejects.toMatchObject({
      code: "UNAVAILABLE",
      retryable: false,
      message: `Cannot read "a": the clock of this machine is too far from that of the server at ${fake.host}`,
    });
  });

  test("ends a scope with the store that opened it", async () => {
    const fake = await startFake();
    const driver = await s3(fake.options);
    const view = new Store(scope(["x"])(driver));
    await view.write(["a"], 1);
    await view.close();
    expect(await new Store(driver).read(["x", "a"])).toBe(1);
    await driver.close?.();
  });
});
