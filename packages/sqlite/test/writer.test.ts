import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Driver, Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { collect, tempFolder } from "./support.ts";

async function openStore(): Promise<{ readonly path: string; readonly driver: Driver }> {
  const path = join(tempFolder(), "store.db");
  const driver = await sqlite({ path });
  onTestFinished(async () => driver.close?.());
  return { path, driver };
}

/** How many commits a log holds: frames that carry the size of the database (https://sqlite.org/fileformat2.html#the_write_ahead_log). */
function commitsOf(path: string): number {
  // There is no log before the first write.
  if (!existsSync(`${path}-wal`)) return 0;
  const log = readFileSync(`${path}-wal`);
  const pageSize = log.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + 24 + pageSize <= log.length; at += 24 + pageSize) {
    if (log.readUInt32BE(at + 4) !== 0) commits++;
  }
  return commits;
}

async function textOf(driver: Driver, name: string): Promise<string | undefined> {
  return (await driver.get(name))?.text;
}

/** Lets another program make SQLite refuse one name. */
function refuseName(path: string, name: string): void {
  const other = new Database(path);
  other.exec(`CREATE TRIGGER refuse BEFORE INSERT ON record WHEN NEW.name = '${name}'
    BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END`);
  other.close();
}

test("the writes of one tick are one commit", async () => {
  const { path, driver } = await openStore();
  const before = commitsOf(path);
  await Promise.all(Array.from({ length: 100 }, (_, i) => driver.put(`a/${i}.json`, "1")));
  expect(commitsOf(path) - before).toBe(1);
});

test("writes that wait for each other are a commit each", async () => {
  const { path, driver } = await openStore();
  const before = commitsOf(path);
  for (let i = 0; i < 5; i++) await driver.put(`a/${i}.json`, "1");
  expect(commitsOf(path) - before).toBe(5);
});

test("a thousand writes of one tick are all there", async () => {
  const { path, driver } = await openStore();
  await Promise.all(Array.from({ length: 1000 }, (_, i) => driver.put(`a/${i}.json`, String(i))));
  const other = new Database(path, { readonly: true });
  expect(other.prepare("SELECT count(*) AS count, count(DISTINCT text) AS texts FROM record").get()).toEqual({
    count: 1000,
    texts: 1000,
  });
  other.close();
});

test("calls of one tick take effect in their order", async () => {
  const { driver } = await openStore();
  const results = await Promise.all([
    driver.put("a.json", "1"),
    driver.get("a.json").then((stored) => stored?.text),
    driver.put("a.json", "2"),
    driver.update?.("a.json", ({ text }) => `${text}0`),
    driver.get("a.json").then((stored) => stored?.text),
    driver.put("b.json", "3", null).then(({ done }) => done),
    driver.put("b.json", "4", null).then(({ done }) => done),
    driver.remove("a.json"),
    driver.put("a.json", "5"),
    driver.removeRange?.(""),
    driver.put("c.json", "6"),
    collect(driver.list({ prefix: "", reverse: false })),
  ]);
  expect([results[1], results[4], results[5], results[6], results[9], results[11]]).toEqual([
    "1",
    "20",
    true,
    false,
    2,
    [["c.json"]],
  ]);
});

test("one bad write does not fail the others of its tick", async () => {
  const { path, driver } = await openStore();
  refuseName(path, "bad.json");
  const ends = await Promise.allSettled(["a.json", "bad.json", "b.json"].map((name) => driver.put(name, "1")));
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect([await textOf(driver, "a.json"), await textOf(driver, "b.json")]).toEqual(["1", "1"]);
});

test("an edit that throws leaves the record alone, rethrows the very error, and spares the calls around it", async () => {
  const { driver } = await openStore();
  await driver.put("a.json", "1");
  const fault = new Error("the edit's own");
  const ends = await Promise.allSettled([
    driver.put("b.json", "2"),
    driver.update?.("a.json", (): string => {
      throw fault;
    }),
    driver.put("c.json", "3"),
  ]);
  expect(ends[1]).toEqual({ status: "rejected", reason: fault });
  expect(await Promise.all(["a.json", "b.json", "c.json"].map((name) => textOf(driver, name)))).toEqual([
    "1",
    "2",
    "3",
  ]);
});

test("an atomic batch with one bad op changes nothing", async () => {
  const { path, driver } = await openStore();
  await driver.put("a.json", "1");
  refuseName(path, "bad.json");
  const batch = driver.batch?.(
    [
      { type: "put", name: "a.json", text: "2" },
      { type: "remove", name: "a.json" },
      { type: "put", name: "bad.json", text: "3" },
    ],
    true,
  );
  await expect(batch).rejects.toThrow("refused by a trigger");
  expect(await textOf(driver, "a.json")).toBe("1");
});

test("an atomic batch is one commit, another one lets other writers in between", async () => {
  const { path, driver } = await openStore();
  const ops = Array.from({ length: 1200 }, (_, i) => ({ type: "put", name: `a/${i}.json`, text: "1" }) as const);
  const first = commitsOf(path);
  await driver.batch?.(ops, true);
  expect(commitsOf(path) - first).toBe(1);
  const second = commitsOf(path);
  await driver.batch?.(
    ops.map(({ name }) => ({ type: "remove", name })),
    false,
  );
  expect(commitsOf(path) - second).toBe(3);
});

test("removing a range counts and spares its siblings", async () => {
  const { driver } = await openStore();
  for (const name of ["a.json", "a/1.json", "a/2/3.json", "a-b.json", "a0.json", "b/1.json"])
    await driver.put(name, "1");
  expect(await driver.removeRange?.("a/")).toBe(2);
  expect(await collect(driver.list({ prefix: "", reverse: false }))).toEqual([
    ["a-b.json", "a.json", "a0.json", "b/1.json"],
  ]);
});

test("close commits what was called before it", async () => {
  const path = join(tempFolder(), "store.db");
  const driver = await sqlite({ path });
  const write = driver.put("a.json", "1");
  await driver.close?.();
  expect((await write).done).toBe(true);
  const again = await sqlite({ path });
  expect(await textOf(again, "a.json")).toBe("1");
  await again.close?.();
});

test("sync adds no record and leaves the connection as it was", async () => {
  const { path, driver } = await openStore();
  await driver.put("a.json", "1");
  const before = commitsOf(path);
  await driver.sync?.();
  // One commit, whose flush takes along the earlier ones.
  expect(commitsOf(path) - before).toBe(1);
  expect(await collect(driver.list({ prefix: "", reverse: false }))).toEqual([["a.json"]]);
});

test("timers go on under a stream of reads and writes that never waits for anything else", async () => {
  const { driver } = await openStore();
  const calls = [() => driver.get("a.json"), () => driver.put("a.json", "1")];
  for (const call of calls) {
    const timer = new AbortController();
    setTimeout(() => timer.abort(), 1);
    while (!timer.signal.aborted) await call();
    expect(timer.signal.aborted).toBe(true);
  }
});

test("an edit may call the store: what it calls runs when its transaction has ended", async () => {
  const path = join(tempFolder(), "store.db");
  const store = new Store(await sqlite({ path }));
  await store.write(["a"], { n: 0 });
  let read: Promise<unknown> | undefined;
  let written: Promise<void> | undefined;
  const updated = store.update<{ n: number }>(["a"], (draft) => {
    read = store.get(["a"]);
    written = store.write(["log"], "changed");
    draft.n++;
  });
  const beside = store.write(["b"], 1);
  expect(await updated).toEqual({ n: 1 });
  expect(await read).toMatchObject({ value: { n: 1 } });
  await Promise.all([written, beside]);
  expect(await store.list([])).toEqual([["a"], ["b"], ["log"]]);
  await store.close();
});
