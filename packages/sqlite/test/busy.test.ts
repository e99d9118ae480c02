import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DriverError, Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { startChild, tempFolder } from "./support.ts";

test("a write waits while another process holds the write lock, and reads and timers go on", async () => {
  const path = join(tempFolder(), "store.db");
  await using store = new Store(await sqlite({ path }));
  await store.write(["a"], 1);
  const holder = startChild("hold.ts", [path]);
  await holder.started;
  let written = false;
  const writing = async (): Promise<void> => {
    await Promise.all([store.write(["a"], 2), store.update(["a"], (value: number) => value + 1)]);
    written = true;
  };
  const writes = writing();
  for (let i = 0; i < 20; i++) {
    await delay(15);
    expect(await store.read(["a"])).toBe(1);
  }
  expect(written).toBe(false);
  holder.end();
  await holder.ended;
  await writes;
  expect(await store.read(["a"])).toBe(3);
});

test("writes that wait longer than busyTimeoutMs are BUSY, and so is each that waited behind them", async () => {
  const path = join(tempFolder(), "store.db");
  await using store = new Store(await sqlite({ path, busyTimeoutMs: 100 }));
  const holder = startChild("hold.ts", [path]);
  await holder.started;
  const ends = await Promise.allSettled([
    store.write(["a"], 1),
    store.batch([{ type: "write", key: ["b"], value: 1 }], { atomic: true }),
    store.removePrefix([]),
  ]);
  const message = expect.stringMatching(/the database is locked by another connection, waited \d+ ms$/);
  for (const end of ends) {
    expect(end).toMatchObject({ status: "rejected", reason: { code: "BUSY", retryable: true, message } });
  }
  expect(ends[0]).toMatchObject({ reason: { message: expect.stringMatching(/^Cannot write "a": /) } });
  expect((ends[0] as PromiseRejectedResult).reason.cause).toBeInstanceOf(DriverError);
  expect((ends[0] as PromiseRejectedResult).reason.cause.cause).toMatchObject({ code: "SQLITE_BUSY" });
  holder.end();
  await holder.ended;
  await store.write(["a"], 2);
  expect(await store.list([])).toEqual([["a"]]);
});

test("a call during which another write is waiting keeps its own time", async () => {
  const path = join(tempFolder(), "store.db");
  await using store = new Store(await sqlite({ path, busyTimeoutMs: 1000 }));
  const holder = startChild("hold.ts", [path]);
  await holder.started;
  const first = store.write(["a"], 1);
  await delay(600);
  const second = store.write(["b"], 1);
  await expect(first).rejects.toMatchObject({ code: "BUSY" });
  holder.end();
  await holder.ended;
  await second;
  expect(await store.list([])).toEqual([["b"]]);
});

test("opening fails as BUSY when a new file stays locked", async () => {
  const path = join(tempFolder(), "store.db");
  new Database(path).close();
  const holder = startChild("hold.ts", [path]);
  await holder.started;
  await expect(sqlite({ path, busyTimeoutMs: 50 })).rejects.toMatchObject({
    code: "BUSY",
    message: expect.stringMatching(/^Cannot open ".*": the database is locked by another connection, waited \d+ ms$/),
  });
  holder.end();
  await holder.ended;
});
