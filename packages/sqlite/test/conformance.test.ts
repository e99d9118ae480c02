import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { conformance, type Harness, memoryHarness, modelTest, sameStream, scoped } from "@stowage/conformance";
import { sqlite, type SqliteDatabase, type SqliteFileOptions } from "@stowage/sqlite";
import Database from "better-sqlite3";
import { describe, it } from "vitest";

const module = new URL("../src/index.ts", import.meta.url).href;
const disk = tmpdir();
/** Where flushing costs nothing, if there is such a place: the laws are the same there, and a thousand flushes are not. */
const ram = existsSync("/dev/shm") ? "/dev/shm" : disk;

/** Puts bytes into the table of records as they are: SQLite keeps a text that is not UTF-8 when it comes from a blob. */
function plant(database: SqliteDatabase, name: string, bytes: Uint8Array): void {
  const sql =
    "INSERT INTO record (name, text) VALUES (?, CAST(? AS TEXT)) ON CONFLICT (name) DO UPDATE SET text = excluded.text";
  database.prepare(sql).run(name, bytes);
}

/** A file, each handle with a connection of its own. */
function fileHarness(name: string, parent: string, more: Partial<SqliteFileOptions> = {}): Harness {
  return {
    name,
    async create() {
      const folder = mkdtempSync(join(parent, "stowage-sqlite-"));
      const options: SqliteFileOptions = { path: join(folder, "store.db"), ...more };
      return {
        open: () => sqlite(options),
        process: { module, factory: "sqlite", options },
        plant: async (record, bytes) => {
          const database = new Database(options.path);
          plant(database, record, bytes);
          database.close();
        },
        destroy: async () => rmSync(folder, { recursive: true }),
      };
    },
  };
}

/** A database in memory, which all handles share: it is gone when its one connection is closed. */
function sharedHarness(name: string, makeDatabase: () => SqliteDatabase): Harness {
  return {
    name,
    async create() {
      const database = makeDatabase();
      return {
        open: () => sqlite({ database }),
        plant: async (record, bytes) => plant(database, record, bytes),
        destroy: async () => void database.close(),
      };
    },
  };
}

const memory = sharedHarness("sqlite in memory, better-sqlite3 handed in", () => new Database(":memory:"));
// The cast: the types of node:sqlite promise more than the few methods that the driver asks for.
const node = sharedHarness(
  "sqlite in memory, node:sqlite handed in",
  () => new DatabaseSync(":memory:") as SqliteDatabase,
);
const harnesses: readonly Harness[] = [
  fileHarness("sqlite", disk),
  scoped(fileHarness("sqlite", ram)),
  fileHarness("sqlite, durability power", ram, { durability: "power" }),
  memory,
  scoped(memory),
  node,
];
for (const harness of harnesses) conformance(harness, { describe, it });

describe("sqlite", () => {
  const harness = fileHarness("sqlite", ram);

  it("agrees with the model", () => modelTest(harness, { seed: 1, runs: 60 }));
  it("agrees with the model in a scope", () => modelTest(scoped(memory), { seed: 2, runs: 100 }));
  it("agrees with the model on node:sqlite", () => modelTest(node, { seed: 3, runs: 100 }));
  it("gives what memory gives", () => sameStream([memoryHarness(), harness, memory, node], 4));
});
