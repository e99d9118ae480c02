import { redis } from "@stowage/redis";
import { expect, test } from "vitest";
import { parseUrl, shownUrl, type Target } from "../src/url.ts";

const plain = { database: 0, isTls: false, user: undefined, password: undefined };
const local = [{ host: "localhost", port: 6379 }];

test.for<[url: string, target: Target]>([
  ["redis://localhost", { ...plain, hosts: local }],
  ["redis://", { ...plain, hosts: local }],
  ["redis:///3", { ...plain, hosts: local, database: 3 }],
  ["redis://10.0.0.7:7000/", { ...plain, hosts: [{ host: "10.0.0.7", port: 7000 }] }],
  ["redis://[::1]:7000", { ...plain, hosts: [{ host: "::1", port: 7000 }] }],
  ["rediss://cache.example.org", { ...plain, isTls: true, hosts: [{ host: "cache.example.org", port: 6379 }] }],
  [
    "redis://a:7000,b,c:7002/0",
    {
      ...plain,
      hosts: [
        { host: "a", port: 7000 },
        { host: "b", port: 6379 },
        { host: "c", port: 7002 },
      ],
    },
  ],
  ["redis://:p%40ss%2C@localhost", { ...plain, hosts: local, password: "p@ss," }],
  ["redis://me@localhost", { ...plain, hosts: local, user: "me" }],
  ["redis://me:a:b@localhost", { ...plain, hosts: local, user: "me", password: "a:b" }],
])("%s is understood", ([url, target]) => {
  expect(parseUrl(url, false)).toEqual(target);
});

test("hosts that are Sentinels have another port", () => {
  expect(parseUrl("redis://a,b:7000", true)).toMatchObject({ hosts: [{ port: 26379 }, { port: 7000 }] });
});

test.for([
  "localhost:6379",
  "http://localhost",
  "redis:localhost",
  "redis://localhost/zero",
  "redis://localhost/-1",
  "redis://localhost:0",
  "redis://localhost:65536",
  "redis://localhost:port",
  "redis://a,,b",
  "redis://localhost/0?sentinel=mymaster",
  "redis://localhost#stowage",
  "redis://:100%@localhost",
])("%s is refused before anything is touched", async (url) => {
  await expect(redis({ url })).rejects.toMatchObject({
    code: "INVALID_VALUE",
    message: expect.stringMatching(/^Cannot open a store of redis: the option "url" \w/),
  });
});

test("what is refused is not quoted, since a password may be in it", async () => {
  const url = "redis://me:open,sesame@localhost:port";
  await expect(redis({ url })).rejects.toMatchObject({ message: expect.not.stringContaining("sesame") });
});

test("a URL is shown without user and password", () => {
  expect(shownUrl(parseUrl("rediss://me:sesame@[::1]:7000,b/2", false) as Target)).toBe(
    '"rediss://[::1]:7000,b:6379/2"',
  );
});

test.for<[options: Readonly<Record<string, unknown>>, detail: string]>([
  [{ prefix: "" }, 'the option "prefix" is a text that is not empty'],
  [{ prefix: "a{b" }, 'the option "prefix" has no braces, white space, or control characters'],
  [{ prefix: "a b" }, 'the option "prefix" has no braces, white space, or control characters'],
  [{ prefix: "\u00e9".repeat(33) }, 'the option "prefix" has at most 64 bytes of UTF-8'],
  [{ shards: 257 }, 'the option "shards" is a whole number from 1 to 256, got 257'],
  [{ replicas: -1 }, 'the option "replicas" is a whole number from 0, got -1'],
  [{ timeoutMs: "10" }, 'the option "timeoutMs" is a number of milliseconds from 0 to 2147483647, got "10"'],
  [{ sentinel: "" }, 'the option "sentinel" is the name of a primary'],
  [{ tls: {} }, 'the option "tls" goes with a URL that begins with rediss:'],
  [{ shrads: 1 }, 'unknown option "shrads", did you mean "shards"'],
])("the options %j are refused", async ([options, detail]) => {
  await expect(redis({ url: "redis://localhost:1", ...options })).rejects.toMatchObject({
    code: "INVALID_VALUE",
    message: `Cannot open a store of redis: ${detail}`,
  });
});

test("either a URL or a client is given", async () => {
  const message = "Cannot open a store of redis: the options have either `url` or `client`";
  // The casts: programs without types get here.
  await expect(redis({} as { url: string })).rejects.toMatchObject({ code: "INVALID_VALUE", message });
  const client = { call() {} } as never;
  await expect(redis({ client })).rejects.toMatchObject({
    code: "INVALID_VALUE",
    message: 'Cannot open a store of redis: the option "client" is a Redis or Cluster of ioredis',
  });
});
