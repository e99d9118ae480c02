import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Driver, Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";
import Database from "better-sqlite3";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { digest, startChild, tempFolder } from "./support.ts";

/** A user who owns nothing. */
const nobody = { uid: 65534, gid: 65534 };
const asRoot = process.getuid?.() === 0;

let folder: string;
let path: string;
let copies: string;
beforeEach(() => {
  folder = tempFolder();
  path = join(folder, "store.db");
  copies = tempFolder();
  vi.stubEnv("TMPDIR", copies);
  return () => vi.unstubAllEnvs();
});

/**
 * What there is to see of the files of a folder. Not the time of the last read; nor that of the last change of an owner or a
 * mode, since under root SQLite gives a log to whom it belongs already.
 */
function filesOf(folder: string): readonly string[] {
  return readdirSync(folder).map((name) => {
    const file = join(folder, name);
    const { ino, uid, gid, mode, size, mtimeNs } = statSync(file, { bigint: true });
    return [name, ino, uid, gid, mode, size, mtimeNs, digest(file)].join(" ");
  });
}

async function textsOf(driver: Driver): Promise<Record<string, unknown>> {
  const texts: Record<string, unknown> = {};
  for await (const page of driver.scan?.([{ prefix: "", reverse: false }]) ?? []) {
    for (const { name, stored } of page) texts[name] = JSON.parse(stored.text);
  }
  return texts;
}

async function makeStore(path: string): Promise<void> {
  await using store = new Store(await sqlite({ path }));
  await store.write(["a"], 1);
}

/** A store whose writer was killed, and the numbers of the records that were acknowledged. */
async function killedStore(path: string): Promise<readonly number[]> {
  const child = startChild("write.ts", [path, "0"]);
  await child.started;
  await delay(50);
  child.kill();
  return (await child.ended).split("\n").slice(0, -1).map(Number);
}

async function expectAll(driver: Driver, acknowledged: readonly number[]): Promise<void> {
  const texts = await textsOf(driver);
  expect(acknowledged.map((i) => (texts[`plain/${i}.json`] as { readonly i: number }).i)).toEqual(acknowledged);
  expect(acknowledged.length).toBeGreaterThan(0);
}

describe("reading changes nothing", () => {
  test("in a store that was closed", async () => {
    await makeStore(path);
    const before = filesOf(folder);
    const driver = await sqlite({ path, readonly: true });
    expect(await textsOf(driver)).toEqual({ "a.json": 1 });
    expect(filesOf(folder)).toEqual(before);
    await driver.close?.();
    expect(filesOf(folder)).toEqual(before);
  });

  test("in a store whose writer was killed, and all that was acknowledged is there", async () => {
    const acknowledged = await killedStore(path);
    const before = filesOf(folder);
    expect(before.map((line) => line.split(" ")[0])).toEqual(["store.db", "store.db-shm", "store.db-wal"]);
    const driver = await sqlite({ path, readonly: true });
    await expectAll(driver, acknowledged);
    expect(filesOf(folder)).toEqual(before);
    expect(readdirSync(copies)).toEqual([]);
    await driver.close?.();
    expect(filesOf(folder)).toEqual(before);
  });

  test("in a store with a log alone, which is read in a private copy", async () => {
    const acknowledged = await killedStore(path);
    rmSync(`${path}-shm`);
    const before = filesOf(folder);
    const driver = await sqlite({ path, readonly: true });
    await expectAll(driver, acknowledged);
    const [copy = ""] = readdirSync(copies);
    expect(statSync(join(copies, copy)).mode & 0o777).toBe(0o700);
    await driver.close?.();
    expect(filesOf(folder)).toEqual(before);
    expect(readdirSync(copies)).toEqual([]);
  });

  test.skipIf(!asRoot)("in a log that belongs to another user than the file (needs root to give it away)", async () => {
    const acknowledged = await killedStore(path);
    chownSync(`${path}-wal`, nobody.uid, nobody.gid);
    const before = filesOf(folder);
    const driver = await sqlite({ path, readonly: true });
    await expectAll(driver, acknowledged);
    await driver.close?.();
    expect(filesOf(folder)).toEqual(before);
  });

  test("in a store that was killed in the middle of a transaction with a rollback journal", async () => {
    const original = join(folder, "original.db");
    const database = new Database(original);
    const driver = await sqlite({ database });
    await driver.put("a.json", '"old"');
    // A cache of one page: what is not committed goes to the file.
    database.exec("PRAGMA cache_size = 1; BEGIN");
    const insert = database.prepare("INSERT INTO record (name, text) VALUES (?, ?)");
    for (let i = 0; i < 100; i++) insert.run(`b/${i}.json`, `"${"x".repeat(5_000)}"`);
    const killed = join(folder, "killed");
    mkdirSync(killed);
    for (const end of ["", "-journal"]) copyFileSync(`${original}${end}`, join(killed, `store.db${end}`));
    database.close();
    const before = filesOf(killed);
    const reader = await sqlite({ path: join(killed, "store.db"), readonly: true });
    expect(await textsOf(reader)).toEqual({ "a.json": "old" });
    await reader.close?.();
    expect(filesOf(killed)).toEqual(before);
  });

  test.skipIf(!asRoot)(
    "for a user who may read only, with a log or without (needs root to become another)",
    async () => {
      const acknowledged = await killedStore(path);
      for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
      chmodSync(folder, 0o555);
      chmodSync(copies, 0o777);
      const before = filesOf(folder);
      const values = JSON.parse(await startChild("read.ts", [path], [], nobody).ended) as readonly object[];
      expect(values.length).toBeGreaterThanOrEqual(acknowledged.length);
      expect(filesOf(folder)).toEqual(before);

      await (await sqlite({ path })).close?.();
      const closed = filesOf(folder);
      expect(closed).toHaveLength(1);
      expect(JSON.parse(await startChild("read.ts", [path], [], nobody).ended)).toEqual(values);
      expect(filesOf(folder)).toEqual(closed);
    },
  );

  test("where there is no store, which is refused", async () => {
    writeFileSync(join(folder, "empty.db"), "");
    new Database(join(folder, "other.db")).exec("CREATE TABLE user (id TEXT)").close();
    const before = filesOf(folder);
    const cases = { "none/store.db": "NOT_FOUND", "empty.db": "NOT_FOUND", "other.db": "UNSUPPORTED" };
    for (const [name, code] of Object.entries(cases)) {
      await expect(sqlite({ path: join(folder, name), readonly: true })).rejects.toMatchObject({ code });
    }
    expect(filesOf(folder)).toEqual(before);
  });
});

test("every change is refused, also in memory", async () => {
  await makeStore(path);
  for (const file of [path, ":memory:"]) {
    await using store = new Store(await sqlite({ path: file, readonly: true }));
    const changes = [
      () => store.write(["a"], 2),
      () => store.remove(["a"]),
      () => store.update(["a"], () => 2),
      () => store.batch([{ type: "write", key: ["b"], value: 1 }]),
      () => store.removePrefix([]),
    ];
    for (const change of changes) await expect(change()).rejects.toMatchObject({ code: "UNSUPPORTED" });
  }
});

describe("beside a writer in another process, a reader", () => {
  test("that was there first sees what was written, and again after the writer has gone", async () => {
    await makeStore(path);
    const driver = await sqlite({ path, readonly: true });
    expect((await driver.get("a.json"))?.text).toBe("1");
    const acknowledged = await killedStore(path);
    await expectAll(driver, acknowledged);
    await (await sqlite({ path })).close?.();
    await expectAll(driver, acknowledged);
    await driver.close?.();
  });

  test("sees all that was acknowledged before, and the writer goes on", async () => {
    const child = startChild("write.ts", [path, "0"]);
    await child.started;
    const driver = await sqlite({ path, readonly: true });
    for (let run = 0; run < 20; run++) {
      const acknowledged = child.output().split("\n").slice(0, -1).map(Number);
      await expectAll(driver, acknowledged);
      while (child.output().split("\n").length - 1 === acknowledged.length) await delay(1);
    }
    await driver.close?.();
    child.kill();
    expect((await child.ended).length).toBeGreaterThan(0);
  });

  test("that opens, writes, and closes without end finds no batch by halves", async () => {
    const child = startChild("reopen.ts", [path]);
    await child.started;
    const driver = await sqlite({ path, readonly: true });
    const seen = new Set<unknown>();
    for (let run = 0; run < 300; run++) {
      const texts = await textsOf(driver);
      expect(texts["left.json"]).toEqual(texts["right.json"]);
      seen.add((texts["left.json"] as { readonly i: number }).i);
      await delay(Math.random() * 4);
    }
    await driver.close?.();
    child.kill();
    await child.ended;
    expect(seen.size).toBeGreaterThan(5);
  }, 60_000);

  test("whose one transaction no reader has seen yet needs no change of the shared memory", async () => {
    await makeStore(path);
    const child = startChild("once.ts", [path]);
    await child.started;
    const before = filesOf(folder);
    const driver = await sqlite({ path, readonly: true });
    expect(await textsOf(driver)).toEqual({ "a.json": 1, "once.json": 1 });
    expect(filesOf(folder)).toEqual(before);
    await driver.close?.();
    expect(filesOf(folder)).toEqual(before);
    child.end();
    await child.ended;
  });
});

describe("beside a writer in the same process, a reader", () => {
  test.for(["before", "after"])("that was opened %s it leaves the writer its locks", async (order) => {
    await makeStore(path);
    const early = order === "before" ? await sqlite({ path, readonly: true }) : undefined;
    const writer = await sqlite({ path });
    await writer.put("b.json", "2");
    const reader = early ?? (await sqlite({ path, readonly: true }));
    expect(await textsOf(reader)).toEqual({ "a.json": 1, "b.json": 2 });
    await reader.close?.();
    // Were the locks gone, this process would take itself for the last one, and remove the log that the writer goes on with.
    await startChild("open.ts", [path]).ended;
    await writer.put("c.json", "3");
    expect(JSON.parse(await startChild("read.ts", [path]).ended)).toContain(3);
    await writer.close?.();
    expect(await startChild("read.ts", [path]).ended).toContain("3");
  });
});
