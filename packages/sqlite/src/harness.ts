import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import type { Backend, Harness } from "@stowage/conformance";
import Database from "better-sqlite3";
import type { SqliteDatabase } from "./database.ts";
import { sqliteCases } from "./harness-cases.ts";
import { sqlite } from "./open.ts";
import type { SqliteDatabaseOptions, SqliteFileOptions } from "./options.ts";

/** Files, or databases that are open already. */
export type SqliteHarnessOptions = SqliteFileHarnessOptions | SqliteDatabaseHarnessOptions;

export interface SqliteFileHarnessOptions extends Omit<SqliteFileOptions, "create" | "readonly"> {
  /**
   * A folder, made if need be. Each case gets a fresh one in it, with a database and what SQLite puts beside it. Nothing else
   * there is touched. `":memory:"`: a database without a file for each case.
   */
  readonly path: string;
  /** Part of the titles. Default `"sqlite"`, with the durability if one is asked for. */
  readonly name?: string;
}

export interface SqliteDatabaseHarnessOptions extends Omit<SqliteDatabaseOptions, "database"> {
  /** Makes an empty database for each case, which all handles share. It is closed when the case is over. */
  readonly makeDatabase: () => SqliteDatabase;
  /** Part of the titles. Default `"sqlite, handed in"`. */
  readonly name?: string;
}

// The sources run as they are, and a build runs its own output.
const module = new URL(`./index${extname(import.meta.url)}`, import.meta.url).href;
const file = "store.db";

/** How `@stowage/conformance` gets at this driver: for tests of the driver, and of a database or a disk under it. */
export function harness(options: SqliteHarnessOptions): Harness {
  if ("makeDatabase" in options) {
    const { makeDatabase, name = "sqlite, handed in", ...more } = options;
    return { name, create: async () => sharedBackend(makeDatabase(), more) };
  }
  const { path, name, ...more } = options;
  if (path === ":memory:") {
    return { name: name ?? "sqlite in memory", create: async () => sharedBackend(new Database(path), more) };
  }
  const { durability } = more;
  return {
    name: name ?? (durability === undefined ? "sqlite" : `sqlite, durability ${durability}`),
    create: async () => fileBackend(resolve(path), more),
    cases: sqliteCases,
  };
}

/** A file, each handle with a connection of its own. */
function fileBackend(parent: string, more: Omit<SqliteFileOptions, "path">): Backend {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, ".conformance-"));
  const options: SqliteFileOptions = { path: join(folder, file), ...more };
  return {
    open: () => sqlite(options),
    process: { module, factory: "sqlite", options },
    plant: async (record, bytes) => {
      const database = new Database(options.path);
      plant(database, record, bytes);
      database.close();
    },
    destroy: async () => {
      const known = [file, `${file}-wal`, `${file}-shm`];
      const strange = readdirSync(folder).filter((entry) => !known.includes(entry));
      rmSync(folder, { recursive: true });
      assert.deepEqual(strange, [], "something was left beside the database");
    },
  };
}

/** A database that is gone when its one connection is closed. */
function sharedBackend(database: SqliteDatabase, more: Omit<SqliteDatabaseOptions, "database">): Backend {
  return {
    open: () => sqlite({ database, ...more }),
    plant: async (record, bytes) => plant(database, record, bytes),
    destroy: async () => void database.close(),
  };
}

/** Puts bytes into the table of records as they are: SQLite keeps a text that is not UTF-8 when it comes from a blob. */
function plant(database: SqliteDatabase, name: string, bytes: Uint8Array): void {
  const sql =
    "INSERT INTO record (name, text) VALUES (?, CAST(? AS TEXT)) ON CONFLICT (name) DO UPDATE SET text = excluded.text";
  database.prepare(sql).run(name, bytes);
}
