import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isStorageError, Store } from "@stowage/core";
import { sqlite, type SqliteDatabase } from "@stowage/sqlite";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { collect, startChild, tempFolder } from "./support.ts";

const clients: readonly (readonly [name: string, open: (path: string) => SqliteDatabase])[] = [
  ["better-sqlite3", (path) => new Database(path)],
  ["better-sqlite3 with bigints", (path) => new Database(path).defaultSafeIntegers()],
  ["node:sqlite", (path) => new DatabaseSync(path)],
  ["a client without iterate", (path) => withoutIterate(new DatabaseSync(path))],
];

/** As `node:sqlite` was in Node 22.12. */
function withoutIterate(database: DatabaseSync): SqliteDatabase {
  return {
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        run: (...parameters) => statement.run(...parameters),
        get: (...parameters) => statement.get(...parameters),
        all: (...parameters) => statement.all(...parameters),
      };
    },
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
  };
}

describe.for(clients)("a database of %s that is handed in", ([, open]) => {
  test("does all that a store does", async () => {
    const database = open(join(tempFolder(), "app.db"));
    const store = new Store(await sqlite({ database }));
    await store.batch(Array.from({ length: 600 }, (_, i) => ({ type: "write", key: ["a", `${1000 + i}`], value: i })));
    expect(await store.update(["a", "1005"], (value: number) => value * 2)).toBe(10);
    const entries = await collect(store.entries(["a"], { reverse: true }));
    expect(entries.map(({ key }) => key[1])).toEqual(Array.from({ length: 600 }, (_, i) => `${1599 - i}`));
    expect(await store.keys(["a"], { after: ["a", "1598"] }).next()).toEqual({ value: ["a", "1599"], done: false });
    await store.put(["b"], 1, { ifVersion: null });
    await expect(store.put(["b"], 2, { ifVersion: null })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await store.readMany([["b"], ["none"], ["a", "1000"]])).toEqual([1, undefined, 0]);
    expect(await store.removePrefix(["a"])).toBe(600);
    await store.sync();
    await store.close();
    database.close();
  });

  test("stays open when the store is closed, and is found again", async () => {
    const database = open(":memory:");
    const first = new Store(await sqlite({ database }));
    await first.write(["a"], 1);
    await first.close();
    const second = new Store(await sqlite({ database }));
    expect(await second.read(["a"])).toBe(1);
    await second.close();
    database.close();
  });

  test("that its owner has closed is CLOSED", async () => {
    const database = open(join(tempFolder(), "app.db"));
    const store = new Store(await sqlite({ database }));
    database.close();
    await expect(store.write(["a"], 1)).rejects.toMatchObject({ code: "CLOSED" });
    await expect(store.read(["a"])).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("that is locked is BUSY", async () => {
    const path = join(tempFolder(), "app.db");
    const database = open(path);
    database.exec("PRAGMA busy_timeout = 0");
    const store = new Store(await sqlite({ database, busyTimeoutMs: 20 }));
    const holder = startChild("hold.ts", [path]);
    await holder.started;
    await expect(store.write(["a"], 1)).rejects.toMatchObject({ code: "BUSY" });
    holder.end();
    await holder.ended;
    await store.write(["a"], 1);
    await store.close();
    database.close();
  });

  test("that is full is UNAVAILABLE, loses nothing, and goes on when there is room", async () => {
    const database = open(join(tempFolder(), "app.db"));
    const store = new Store(await sqlite({ database }));
    await store.write(["a"], 1);
    database.exec("PRAGMA max_page_count = 10");
    const ends = await Promise.allSettled([store.write(["b"], "x".repeat(100_000)), store.write(["c"], 3)]);
    expect(ends).toMatchObject([{ status: "rejected", reason: { code: "UNAVAILABLE" } }, { status: "fulfilled" }]);
    database.exec("PRAGMA max_page_count = 1000");
    await store.write(["b"], 2);
    expect(await store.readMany([["a"], ["b"], ["c"]])).toEqual([1, 2, 3]);
    await store.close();
    database.close();
  });
});

describe("a database that is handed in", () => {
  test("of another program is refused", async () => {
    const database = new Database(":memory:");
    database.exec("CREATE TABLE user (id TEXT)");
    await expect(sqlite({ database })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message:
        'Cannot open a SQLite database: it is another program\'s database (it holds "user"): a store needs a database of its own',
    });
    expect(database.open).toBe(true);
    database.close();
  });

  test("keeps its settings, and the capabilities say what they mean", async () => {
    const path = join(tempFolder(), "app.db");
    const database = new Database(path);
    const settings = (): unknown[] =>
      ["journal_mode", "synchronous", "busy_timeout"].map((name) => database.pragma(name, { simple: true }));
    const before = settings();
    const full = await sqlite({ database });
    database.pragma("synchronous = NORMAL");
    const normal = await sqlite({ database });
    await normal.sync?.();
    expect([full.capabilities.durability, normal.capabilities.durability]).toEqual(["power", "process"]);
    expect(settings()).toEqual([before[0], 1, before[2]]);
    const asked = await sqlite({ database, durability: "power" });
    expect([asked.capabilities.durability, database.pragma("synchronous", { simple: true })]).toEqual(["power", 2]);
    database.close();
  });

  test("in memory has no durability, whatever is asked", async () => {
    const database = new DatabaseSync(":memory:");
    expect((await sqlite({ database, durability: "power" })).capabilities.durability).toBe("memory");
    database.close();
  });

  test("that can't undo half a write is refused", async () => {
    const database = new Database(join(tempFolder(), "app.db"));
    database.pragma("journal_mode = MEMORY");
    await expect(sqlite({ database })).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect(database.prepare("SELECT count(*) AS count FROM sqlite_schema").get()).toEqual({ count: 0 });
    database.close();
  });

  test("that keeps texts as UTF-16 is refused, since it orders names differently", async () => {
    const database = new Database(":memory:");
    database.pragma("encoding = 'UTF-16le'");
    await expect(sqlite({ database })).rejects.toMatchObject({ code: "UNSUPPORTED" });
    database.close();
  });
});

describe("without better-sqlite3's native part", () => {
  test("Node's own SQLite is taken", async () => {
    const path = join(tempFolder(), "store.db");
    const child = startChild("open.ts", [path], ["--no-addons"]);
    expect(JSON.parse(await child.ended)).toEqual({ value: { pid: child.pid } });
    await using store = new Store(await sqlite({ path }));
    expect(await store.read(["session", String(child.pid)])).toEqual({ pid: child.pid });
  });

  test("and without that, opening says what to do", async () => {
    const child = startChild("open.ts", ["store.db"], ["--no-addons", "--no-experimental-sqlite"]);
    const { code, message } = JSON.parse(await child.ended);
    expect(code).toBe("UNSUPPORTED");
    expect(message).toMatch(
      /^Cannot open "store.db": better-sqlite3 can't be loaded \(.+\), and this runtime has no node:sqlite: reinstall better-sqlite3 for this runtime, or hand in an open database as `database`$/,
    );
  });
});

test("bytes that are not UTF-8 are CORRUPT with their count, and spare the other records", async () => {
  const path = join(tempFolder(), "store.db");
  await using store = new Store(await sqlite({ path }));
  await store.write(["a"], "\uFFFD");
  await store.write(["b"], 1);
  const other = new Database(path);
  other.exec("UPDATE record SET text = CAST(x'22ff22' AS TEXT) WHERE name = 'b.json'");
  other.close();
  const error: unknown = await store.read(["b"]).catch((error: unknown) => error);
  expect(isStorageError(error, "CORRUPT") && error.bytes).toBe(3);
  const skipped: unknown[] = [];
  const entries = await collect(store.entries([], { onCorrupt: ({ key }) => skipped.push(key) }));
  expect([entries.map(({ value }) => value), skipped]).toEqual([["\uFFFD"], [["b"]]]);
});
