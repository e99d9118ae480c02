import { isStorageError, type Storage, Store } from "@stowage/core";
import { s3 } from "@stowage/s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Asked, type Behaviour, type Fault, type FakeS3 } from "./fake.ts";
import { clientFor } from "./setup.ts";
import { openStore, startFake } from "./started.ts";

/** A store on a fake that has been probed already. */
async function opened(
  behaviour: Behaviour = {},
  timeoutMs = 5000,
): Promise<{ readonly fake: FakeS3; readonly store: Store }> {
  const fake = await startFake(behaviour);
  return { fake, store: await openStore({ ...fake.options, timeoutMs }) };
}

/** Does this to the first so many requests of a kind. */
function first(times: number, method: string, fault: Fault, also: (asked: Asked) => void = () => {}): FakeS3["fault"] {
  let left = times;
  return (asked) => {
    if (asked.method !== method || left === 0) return undefined;
    left--;
    also(asked);
    return fault;
  };
}

const unclear: readonly (readonly [name: string, fault: Fault])[] = [
  ["the connection was cut after it was done", { type: "lose" }],
  ["the connection was cut before it was done", { type: "cut" }],
  ["500 was the answer, and it was done", { type: "deny", status: 500, code: "InternalError" }],
  ["500 was the answer, and it was not done", { type: "answer", status: 500, code: "InternalError" }],
  ["504 was the answer, and it was done", { type: "deny", status: 504, code: "GatewayTimeout" }],
];

const notDone: readonly (readonly [name: string, fault: Fault])[] = [
  ["503 SlowDown", { type: "answer", status: 503, code: "SlowDown" }],
  ["429", { type: "answer", status: 429, code: "TooManyRequests" }],
  ["409 ConditionalRequestConflict", { type: "answer", status: 409, code: "ConditionalRequestConflict" }],
  ["409 OperationAborted", { type: "answer", status: 409, code: "OperationAborted" }],
  ["500 UnknownError, as Ceph says where two writers meet", { type: "answer", status: 500, code: "UnknownError" }],
];

/** What may be asked of a store, each with what must be there afterwards. */
const writes: readonly (readonly [name: string, write: (store: Storage) => Promise<unknown>, left: unknown])[] = [
  ["a write", (store) => store.write(["n"], 1), 1],
  ["a creation", (store) => store.put(["n"], 1, { ifVersion: null }), 1],
];

describe.each([...unclear, ...notDone])("after a request where %s", (_, fault) => {
  test.each(writes)("%s succeeds", async (_, write, left) => {
    const { fake, store } = await opened();
    fake.fault = first(2, "PUT", fault);
    await write(store);
    expect(await store.read(["n"])).toBe(left);
  });

  test("an update counts once", async () => {
    const { fake, store } = await opened();
    await store.write(["n"], 1);
    fake.fault = first(2, "PUT", fault);
    expect(await store.update<number>(["n"], (n) => n + 1)).toBe(2);
    expect(await store.read(["n"])).toBe(2);
  });

  test("a remove succeeds", async () => {
    const { fake, store } = await opened();
    await store.write(["n"], 1);
    fake.fault = first(2, "DELETE", fault);
    await store.remove(["n"]);
    expect(await store.get(["n"])).toBeUndefined();
  });
});

describe("a conditional write whose answer was lost", () => {
  test("and that another writer overwrote is neither a success nor a conflict", async () => {
    const { fake, store } = await opened();
    const other = await openStore(fake.options);
    let overwritten: Promise<void> | undefined;
    fake.fault = ({ method, headers }) => {
      if (method !== "PUT" || headers["if-none-match"] === undefined || overwritten !== undefined) return undefined;
      // The fake carries the write out at once, so this one comes after it.
      overwritten = new Promise((resolve, reject) =>
        setImmediate(() => other.write(["n"], "other").then(resolve, reject)),
      );
      return { type: "lose" };
    };
    const creation = store.put(["n"], "mine", { ifVersion: null });
    await expect(creation).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    await expect(creation).rejects.toThrow("lost an answer; the write may have been applied");
    await overwritten;
    expect(await store.read(["n"])).toBe("other");
  });

  test("is found by its id, also when a client that was handed in repeated it by itself", async () => {
    const fake = await startFake();
    const client = clientFor(fake.options);
    onTestFinished(() => client.destroy());
    const store = await openStore({ client, bucket: fake.options.bucket });
    fake.fault = first(1, "PUT", { type: "lose" });
    const { version } = await store.put(["n"], 1, { ifVersion: null });
    expect(await store.get(["n"])).toEqual({ key: ["n"], value: 1, version });
    expect(fake.asked.filter(({ method, key }) => method === "PUT" && key === "n.json")).toHaveLength(2);
  });

  test("is a conflict when it was refused the first time", async () => {
    const { store } = await opened();
    const { version } = await store.put(["n"], 1);
    const refused = store.put(["n"], 2, { ifVersion: null });
    await expect(refused).rejects.toMatchObject({ code: "CONFLICT", currentVersion: version });
  });

  test("is a conflict when Ceph says 500 because another writer came first", async () => {
    const { fake, store } = await opened();
    const { version } = await store.put(["n"], 1);
    const { version: now } = await store.put(["n"], 2);
    fake.fault = first(1, "PUT", { type: "answer", status: 500, code: "UnknownError" });
    const refused = store.put(["n"], 3, { ifVersion: version });
    await expect(refused).rejects.toMatchObject({ code: "CONFLICT", currentVersion: now });
  });

  test("can't be told from another's remove", async () => {
    const { fake, store } = await opened();
    const { version } = await store.put(["n"], 1);
    fake.fault = first(1, "DELETE", { type: "lose" });
    const removal = store.remove(["n"], { ifVersion: version });
    await expect(removal).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    await expect(removal).rejects.toThrow("the write may have been applied");
  });
});

test("updates of several stores count exactly while every third answer is lost, or say that they may have been applied", async () => {
  const fake = await startFake();
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(fake.options)));
  await stores[0]?.write(["n"], 0);
  let writes = 0;
  fake.fault = ({ method }) => {
    if (method !== "PUT" || ++writes % 3 !== 0) return undefined;
    return { type: writes % 2 === 0 ? "lose" : "cut" };
  };
  let done = 0;
  let unclear = 0;
  const updaters = stores.map(async (store) => {
    for (let i = 0; i < 40; i++) {
      try {
        await store.update<number>(["n"], (n) => n + 1);
        done++;
      } catch (error) {
        if (!isStorageError(error, "UNAVAILABLE") || !error.message.includes("may have been applied")) throw error;
        unclear++;
      }
    }
  });
  await Promise.all(updaters);
  const count = await stores[0]?.read<number>(["n"]);
  expect(done + unclear).toBe(160);
  expect(count).toBeGreaterThanOrEqual(done);
  expect(count).toBeLessThanOrEqual(done + unclear);
  expect(done).toBeGreaterThan(0);
});

describe("a server that doesn't come to its senses", () => {
  const lasting: readonly (readonly [fault: Fault, detail: string])[] = [
    [{ type: "answer", status: 503, code: "SlowDown" }, "answered 503 SlowDown, waited"],
    [
      { type: "answer", status: 500, code: "InternalError" },
      "answered 500 InternalError; the write may have been applied, waited",
    ],
    [{ type: "lose" }, "(ECONNRESET); the write may have been applied, waited"],
    [{ type: "hang" }, "did not answer in time; the write may have been applied, waited"],
  ];

  test.each(lasting)("%o: a write ends with UNAVAILABLE", async (fault, detail) => {
    const { fake, store } = await opened({}, 2000);
    fake.fault = () => fault;
    const write = store.write(["n"], 1);
    await expect(write).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
    await expect(write).rejects.toThrow(detail);
  });

  test("a read and a listing end too, and say nothing of writes", async () => {
    const { fake, store } = await opened({}, 1000);
    fake.fault = () => ({ type: "hang" });
    for (const call of [store.read(["n"]), store.list([])]) {
      await expect(call).rejects.toMatchObject({
        code: "UNAVAILABLE",
        message: expect.not.stringContaining("applied"),
      });
    }
  });

  test("a client that was handed in and that heeds no time is not waited for", async () => {
    const fake = await startFake();
    const client = clientFor(fake.options);
    onTestFinished(() => client.destroy());
    const deaf = { send: (command: never) => client.send(command) };
    const store = await openStore({ client: deaf, bucket: fake.options.bucket, timeoutMs: 300 });
    fake.fault = () => ({ type: "hang" });
    await expect(store.read(["n"])).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  test("calls that stood in line for nothing end with the first ones, and ask for nothing", async () => {
    const { fake, store } = await opened({}, 500);
    fake.asked.length = 0;
    fake.fault = () => ({ type: "hang" });
    const writes = await Promise.allSettled(
      Array.from({ length: 300 }, (_, index) => store.write([String(index)], index)),
    );
    expect(writes.every((end) => end.status === "rejected" && isStorageError(end.reason, "UNAVAILABLE"))).toBe(true);
    // Those that came a moment after the first ones may be let in when these end; nobody after them.
    expect(new Set(fake.asked.map(({ key }) => key)).size).toBeLessThanOrEqual(2 * 64);
  });

  test("nobody there is told at once when a store is opened", async () => {
    const options = { bucket: "stowage", endpoint: "http://127.0.0.1:1", region: "us-east-1", timeoutMs: 600_000 };
    const message = 'Cannot open "s3://stowage/": no answer from the server at 127.0.0.1:1 (ECONNREFUSED)';
    await expect(s3(options)).rejects.toMatchObject({ code: "UNAVAILABLE", message, retryable: true });
  });
});

describe("an answer that ends in the middle", () => {
  test("is asked for again", async () => {
    const { fake, store } = await opened();
    const value = "x".repeat(100_000);
    await store.write(["n"], value);
    fake.fault = first(3, "GET", { type: "truncate" });
    expect(await store.read(["n"])).toBe(value);
    fake.fault = first(3, "GET", { type: "truncate" });
    expect(await store.list([])).toEqual([["n"]]);
  });

  test("is never taken for the text", async () => {
    const { fake, store } = await opened({}, 1000);
    await store.write(["n"], "x".repeat(100_000));
    fake.fault = () => ({ type: "truncate" });
    await expect(store.read(["n"])).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
