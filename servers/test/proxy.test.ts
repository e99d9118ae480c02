import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type RedisServer, startRedis } from "../index.ts";
import type { Latency } from "../link.ts";
import { Proxy } from "../proxy.ts";

async function startProxy(kind: "redis" | "http", port: number, latency?: Latency): Promise<Proxy> {
  const proxy = await Proxy.start(kind, port, latency);
  onTestFinished(() => proxy.close());
  return proxy;
}

describe("before Redis", () => {
  let server: RedisServer;
  let direct: Redis;

  beforeAll(async () => {
    server = await startRedis();
    direct = new Redis(server.node.port);
  });
  afterAll(async () => {
    direct.disconnect();
    await server.stop();
  });

  /** A client that neither connects again nor repeats anything. */
  async function connected(proxy: Proxy): Promise<Redis> {
    await direct.flushall();
    const client = new Redis(proxy.port, { retryStrategy: null, maxRetriesPerRequest: 0, lazyConnect: true });
    client.on("error", () => {});
    onTestFinished(() => client.disconnect());
    await client.connect();
    return client;
  }

  const isSet = (request: string): boolean => request.startsWith("set ");

  test("passes everything on where no fault is armed, in order and whole", async () => {
    const client = await connected(await startProxy("redis", server.node.port, { latencyMs: 2, jitterMs: 5 }));
    const long = "é\r\n".repeat(300_000);
    const answers = await Promise.all([client.set("a", long), client.get("a"), client.incr("n"), client.incr("n")]);
    expect(answers).toEqual(["OK", long, 1, 2]);
  });

  test("cuts before a request, which the server never sees", async () => {
    const proxy = await startProxy("redis", server.node.port);
    const client = await connected(proxy);
    const fault = proxy.fault({ on: isSet, action: "cut before" });
    await expect(client.set("a", "1")).rejects.toThrow();
    expect(fault.hits).toBe(1);
    expect(await direct.get("a")).toBeNull();
  });

  test("cuts after a request, which the server has applied by then", async () => {
    const proxy = await startProxy("redis", server.node.port);
    const client = await connected(proxy);
    proxy.fault({ on: (request) => request === "incr n", action: "cut after", skip: 2 });
    const ends = await Promise.allSettled([client.incr("n"), client.incr("n"), client.incr("n")]);
    expect(ends.at(-1)?.status).toBe("rejected");
    expect(await direct.get("n")).toBe("3");
  });

  test.for([
    ["hang before", null],
    ["hang after", "1"],
  ] as const)("with %s, no answer comes, and the connection stays", async ([action, found]) => {
    const proxy = await startProxy("redis", server.node.port);
    const client = await connected(proxy);
    proxy.fault({ on: isSet, action });
    const written = client.set("a", "1").then(String, String);
    const later = client.get("a").then(String, String);
    expect(await Promise.race([written, later, delay(100, "silence")])).toBe("silence");
    expect(client.status).toBe("ready");
    expect(await direct.get("a")).toBe(found);
  });

  test("passes a part of an answer on and ends the connection", async () => {
    const proxy = await startProxy("redis", server.node.port);
    await direct.set("a", "x".repeat(100));
    proxy.fault({ on: (request) => request === "get a", action: { truncate: 50 } });
    const socket = connect(proxy.port, "127.0.0.1").setEncoding("latin1");
    let answer = "";
    socket.on("data", (text: string) => (answer += text));
    socket.write("*2\r\n$3\r\nget\r\n$1\r\na\r\n");
    await once(socket, "close");
    expect(answer).toBe(`$100\r\n${"x".repeat(44)}`);
  });

  test("lets a part of a request through, which the server does not take for one", async () => {
    const proxy = await startProxy("redis", server.node.port);
    const client = await connected(proxy);
    proxy.fault({ on: isSet, action: { pass: 500 } });
    await expect(client.set("a", "x".repeat(1000))).rejects.toThrow();
    expect(await direct.get("a")).toBeNull();
  });

  test("says when a fault has befallen a request, and the server has answered it before", async () => {
    const proxy = await startProxy("redis", server.node.port);
    const client = await connected(proxy);
    const fault = proxy.fault({ on: isSet, action: "hang after" });
    client.set("a", "1").catch(() => {});
    await fault.befallen;
    expect(await direct.get("a")).toBe("1");
  });

  test("makes the server refuse a request at its place among others", async () => {
    const proxy = await startProxy("redis", server.node.port);
    const client = await connected(proxy);
    const action = { error: "LOADING Redis is loading the dataset in memory" };
    proxy.fault({ on: isSet, action, skip: 1, times: 2 });
    const ends = await Promise.allSettled(["1", "2", "3", "4"].map((value) => client.set("a", value)));
    expect(ends.map((end) => (end.status === "fulfilled" ? end.value : String(end.reason)))).toEqual([
      "OK",
      `ReplyError: ${action.error}`,
      `ReplyError: ${action.error}`,
      "OK",
    ]);
  });

  test("holds a request up, and what comes behind it", async () => {
    const proxy = await startProxy("redis", server.node.port);
    const client = await connected(proxy);
    const { promise: after, resolve: release } = Promise.withResolvers<void>();
    const fault = proxy.fault({ on: isSet, action: { after } });
    const answers = Promise.all([client.set("a", "1"), client.get("a")]);
    while (fault.hits === 0) await delay(1);
    expect(await direct.get("a")).toBeNull();
    release();
    expect(await answers).toEqual(["OK", "1"]);
  });

  test("refuses connections and takes them again at the same port", async () => {
    const proxy = await startProxy("redis", server.node.port);
    const { port } = proxy;
    const first = await connected(proxy);
    const closed = new Promise((resolve) => first.once("end", resolve));
    await proxy.refuse();
    await closed;
    const [error] = await once(connect(port, "127.0.0.1"), "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
    await proxy.accept();
    expect(await (await connected(proxy)).ping()).toBe("PONG");
  });

  test("disarms one fault, or all", async () => {
    const proxy = await startProxy("redis", server.node.port);
    const client = await connected(proxy);
    const first = proxy.fault({ on: isSet, action: "cut before" });
    first.disarm();
    proxy.fault({ on: isSet, action: "cut before" });
    proxy.heal();
    expect(await client.set("a", "1")).toBe("OK");
  });
});

describe("before an HTTP server", () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const { "x-condition": condition } = request.headers;
      seen.push(`${request.method} ${request.url} ${body.length}${condition === undefined ? "" : ` if ${condition}`}`);
      response.end("y".repeat(1000));
    });
  });

  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => server.close());

  async function start(): Promise<{ proxy: Proxy; url: string }> {
    // Cast: it listens on a port.
    const proxy = await startProxy("http", (server.address() as AddressInfo).port);
    seen.length = 0;
    return { proxy, url: `http://127.0.0.1:${proxy.port}` };
  }

  const isPut = (request: string): boolean => request.startsWith("PUT /a ");
  const put = { method: "PUT", body: "x".repeat(200_000) };

  test("passes everything on where no fault is armed", async () => {
    const { url } = await start();
    expect(await (await fetch(`${url}/a`, put)).text()).toHaveLength(1000);
    expect(seen).toEqual(["PUT /a 200000"]);
  });

  test("cuts before a request, and after the next", async () => {
    const { proxy, url } = await start();
    proxy.fault({ on: isPut, action: "cut before" });
    await expect(fetch(`${url}/a`, put)).rejects.toThrow();
    expect(seen).toEqual([]);
    proxy.fault({ on: isPut, action: "cut after" });
    await expect(fetch(`${url}/a`, put)).rejects.toThrow();
    expect(seen).toEqual(["PUT /a 200000"]);
  });

  test("passes a part of an answer on", async () => {
    const { proxy, url } = await start();
    proxy.fault({ on: isPut, action: { truncate: 500 } });
    const response = await fetch(`${url}/a`, put);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test.for([
    ["before", []],
    ["after", ["PUT /a 200000"]],
  ] as const)("answers itself %s the server has", async ([when, asked]) => {
    const { proxy, url } = await start();
    proxy.fault({ on: isPut, action: { answer: { status: 503, body: "<?xml?>" }, when } });
    const response = await fetch(`${url}/a`, put);
    expect([response.status, response.statusText]).toEqual([503, "Service Unavailable"]);
    expect(response.headers.get("content-type")).toBe("application/xml");
    expect(await response.text()).toBe("<?xml?>");
    expect(seen).toEqual(asked);
    // The connection is gone, and another one works.
    expect((await fetch(`${url}/a`, put)).status).toBe(200);
  });

  test("answers a request for a head without a body", async () => {
    const { proxy, url } = await start();
    proxy.fault({ on: () => true, action: { answer: { status: 404, body: "gone" }, when: "before" } });
    const response = await fetch(`${url}/a`, { method: "HEAD" });
    expect([response.status, response.headers.get("content-length")]).toEqual([404, "4"]);
  });

  test("keeps headers from the server", async () => {
    const { proxy, url } = await start();
    const headers = { "x-condition": "1" };
    proxy.fault({ on: isPut, action: { without: ["x-condition"] } });
    for (let i = 0; i < 2; i++) await fetch(`${url}/a`, { ...put, headers });
    expect(seen).toEqual(["PUT /a 200000", "PUT /a 200000 if 1"]);
  });

  test("lets a part of a body through, and the server never has the whole", async () => {
    const { proxy, url } = await start();
    proxy.fault({ on: isPut, action: { pass: 100_000 } });
    await expect(fetch(`${url}/a`, put)).rejects.toThrow();
    expect(seen).toEqual([]);
  });

  test("passes an answer on bit by bit, and whole", async () => {
    const { proxy, url } = await start();
    proxy.fault({ on: isPut, action: { trickle: 300, everyMs: 5 } });
    const response = await fetch(`${url}/a`, put);
    const sizes: number[] = [];
    for await (const bytes of response.body ?? []) sizes.push(bytes.length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(1000);
  });

  test("can't do what belongs to the other protocol", async () => {
    const { proxy } = await start();
    expect(() => proxy.fault({ on: isPut, action: { error: "LOADING" } })).toThrow("Only a Redis server");
    const other = await startProxy("redis", proxy.port);
    expect(() => other.fault({ on: isPut, action: { without: ["etag"] } })).toThrow("Only what speaks HTTP");
  });
});
