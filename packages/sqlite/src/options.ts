import { checkOptions, type OptionRule, StorageError } from "@stowage/core";
import type { Durability, SqliteDatabase } from "./database.ts";

/** A database file, or a database that is open already. */
export type SqliteOptions = SqliteFileOptions | SqliteDatabaseOptions;

export interface SqliteFileOptions extends CommonOptions {
  /** The file, relative to the working directory; its folder is made if need be. `":memory:"`: no file, gone at `close`. */
  readonly path: string;
  /** `false`: a file that is missing is refused (NOT_FOUND), and nothing is made. Default `true`. */
  readonly create?: boolean;
  /**
   * Whether nothing in or beside the file may change, not even for a moment, and every change is refused (UNSUPPORTED): for
   * the source of a migration, for a file or folder that can't be written, and for a store that another process is
   * writing. A file that is missing is refused then too. Default false.
   *
   * Before Node 22.15 the database is opened in the usual way: changes are refused, but SQLite may tidy up its log.
   */
  readonly readonly?: boolean;
}

export interface SqliteDatabaseOptions extends CommonOptions {
  /**
   * A connection of better-sqlite3, `node:sqlite`, or `bun:sqlite`, empty or a store already. `close` leaves it open. No
   * transaction of yours may be open while a call of the store is under way, and its own busy timeout blocks the event loop,
   * so it should be short.
   */
  readonly database: SqliteDatabase;
}

interface CommonOptions {
  /**
   * What a resolved write survives: the end of the process, or a power cut as well, which takes a disk flush a commit.
   * Default `"process"`; for a database that was handed in, what it is set to.
   */
  readonly durability?: Durability;
  /** How long a call waits for a lock that another connection holds, in milliseconds; then BUSY. Default 10,000. */
  readonly busyTimeoutMs?: number;
}

const common: Readonly<Record<string, OptionRule>> = {
  durability: ["process", "power"],
  busyTimeoutMs: "milliseconds",
};
const fileRules: Readonly<Record<string, OptionRule>> = {
  path: "path",
  create: "boolean",
  readonly: "boolean",
  ...common,
};
const databaseRules: Readonly<Record<string, OptionRule>> = { database: databaseProblem, ...common };

/** @throws StorageError INVALID_VALUE, before anything is touched. */
export function checkSqliteOptions(options: SqliteOptions): void {
  const given: object = Object(options);
  if ("path" in given === "database" in given) {
    const detail = "the options have either `path` or `database`";
    throw new StorageError({ code: "INVALID_VALUE", verb: "open", what: targetOf(options), detail, driver: "sqlite" });
  }
  checkOptions("sqlite", options, "path" in given ? fileRules : databaseRules);
}

/** What is to be opened, for messages. */
export function targetOf(options: SqliteOptions): string {
  const path: unknown = Object(options).path;
  return typeof path === "string" ? JSON.stringify(path) : "a SQLite database";
}

function databaseProblem(value: unknown): string | undefined {
  const members = Object(value) as Readonly<Record<string, unknown>>;
  const isDatabase = ["prepare", "exec", "close"].every((name) => typeof members[name] === "function");
  return isDatabase ? undefined : "is an open database of better-sqlite3, node:sqlite, or bun:sqlite";
}
