import { closeSync, mkdirSync, openSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type Capabilities,
  type Driver,
  DriverError,
  readonly as refuseChanges,
  retry,
  StorageError,
  type StorageErrorCode,
} from "@stowage/core";
import { codeOf, isTransient, lockedDetail, resultOf } from "./codes.ts";
import { WritableConnection } from "./connection.ts";
import {
  blockingTimeoutMs,
  type Durability,
  isInMemory,
  pragma,
  type SqliteDatabase,
  synchronousFull,
  transaction,
} from "./database.ts";
import { SqliteDriver } from "./driver.ts";
import { lease, loadEngine, loadUriEngine } from "./engine.ts";
import { refuseNetwork } from "./filesystem.ts";
import {
  checkSqliteOptions,
  type SqliteDatabaseOptions,
  type SqliteFileOptions,
  type SqliteOptions,
  targetOf,
} from "./options.ts";
import { ReadonlyConnection } from "./readonly.ts";
import { ensureSchema, hasSchema } from "./schema.ts";

interface FileSettings {
  readonly durability: Durability;
  readonly busyTimeoutMs: number;
}

const busyTimeoutMsDefault = 10_000;
/** What the log is cut back to after a large transaction. */
const logBytesMax = 64 * 1024 * 1024;

/**
 * Opens a store in a SQLite database, and makes it where there is none. Any number of processes on one machine may have
 * it open; several may make it at once.
 *
 * @throws StorageError INVALID_VALUE for options that are unknown or wrong. NOT_FOUND when `create` is `false` and there is
 * no store. UNSUPPORTED, and nothing is changed, when the file is no SQLite database, another program's, or made by a newer
 * version; when it is on a network file system; when no SQLite library can be loaded. CORRUPT when it is damaged. BUSY when
 * it stays locked. UNAVAILABLE when it can't be opened or written; with `readonly`, also when there is no room for a copy that is needed.
 */
export async function sqlite(options: SqliteOptions): Promise<Driver> {
  checkSqliteOptions(options);
  const busyTimeoutMs = options.busyTimeoutMs ?? busyTimeoutMsDefault;
  try {
    return "path" in options ? await openPath(options, busyTimeoutMs) : await useDatabase(options, busyTimeoutMs);
  } catch (error) {
    throw openError(targetOf(options), error);
  }
}

async function openPath(options: SqliteFileOptions, busyTimeoutMs: number): Promise<Driver> {
  const { path, create = true, readonly = false, durability = "process" } = options;
  // An absolute path is never taken for a URI, which SQLite accepts too.
  const file = resolve(path);
  const settings = { durability, busyTimeoutMs };
  if (path === ":memory:") {
    const driver = await openMemory(busyTimeoutMs);
    return readonly ? refuseChanges(driver) : driver;
  }
  await refuseNetwork(dirname(file));
  return readonly ? refuseChanges(await openReadonly(file, settings)) : openFile(file, create, settings);
}

async function openFile(file: string, create: boolean, settings: FileSettings): Promise<Driver> {
  const { durability, busyTimeoutMs } = settings;
  const preferred = await loadEngine();
  prepareFile(file, create);
  const { engine, release } = lease(file, preferred);
  try {
    // Whoever closes the last writable connection moves what is left in the log to the file. In a database that is not
    // ours nothing may be moved, so a log is looked at through a connection that can't.
    if (fileSize(`${realpathSync(file)}-wal`) > 0) {
      await withDatabase(engine.open(file, { readonly: true }), false, (database) => check(database, busyTimeoutMs));
    }
    return await withDatabase(engine.open(file), true, async (database) => {
      database.exec(`PRAGMA busy_timeout = ${blockingTimeoutMs}`);
      await retryLocked(busyTimeoutMs, () => ensureSchema(database, create));
      await retryLocked(busyTimeoutMs, () => useLog(database));
      database.exec(`PRAGMA journal_size_limit = ${logBytesMax}`);
      setDurability(database, durability);
      const connection = new WritableConnection(database, busyTimeoutMs, release);
      return new SqliteDriver(connection, { ...settings, location: locationOf(file) });
    });
  } catch (error) {
    release();
    throw error;
  }
}

async function openReadonly(file: string, settings: FileSettings): Promise<Driver> {
  const engine = await loadUriEngine();
  // Reading is worth more than leaving the log where it is.
  if (engine === undefined) return openFile(file, false, settings);
  prepareFile(file, false);
  const connection = new ReadonlyConnection(file, engine, settings.busyTimeoutMs);
  try {
    await connection.run(() => connection.sql);
    return new SqliteDriver(connection, { ...settings, location: locationOf(file) });
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function openMemory(busyTimeoutMs: number): Promise<Driver> {
  const database = (await loadEngine()).open(":memory:");
  ensureSchema(database, true);
  const connection = new WritableConnection(database, busyTimeoutMs, () => undefined);
  return new SqliteDriver(connection, { durability: "memory", busyTimeoutMs });
}

async function useDatabase(options: SqliteDatabaseOptions, busyTimeoutMs: number): Promise<Driver> {
  const { database, durability } = options;
  const inMemory = isInMemory(database);
  if (!inMemory) refuseUnsafe(database);
  await retryLocked(busyTimeoutMs, () => ensureSchema(database, true));
  if (durability !== undefined) setDurability(database, durability);
  return new SqliteDriver(new WritableConnection(database, busyTimeoutMs), {
    durability: inMemory ? "memory" : durabilityOf(database),
    busyTimeoutMs,
  });
}

/** Finds or makes the file. What SQLite puts beside it gets the same permissions. */
function prepareFile(file: string, create: boolean): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile()) throw new DriverError("UNSUPPORTED", "it is not a file");
  if (stats !== undefined) return;
  if (!create) throw new DriverError("NOT_FOUND", "there is no such file");
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    // Closing a file gives up all locks that the process has on it, SQLite's too. So this is done in one go, and only
    // where there was no file: nobody can have it open.
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    // Another process was faster: it opened its file the same way.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** The same for a file and for a link to it. */
function locationOf(file: string): string {
  return `sqlite:${realpathSync(file)}`;
}

function fileSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Closes the database when the body fails, or in any case. */
async function withDatabase<T>(
  database: SqliteDatabase,
  keep: boolean,
  body: (database: SqliteDatabase) => Promise<T>,
): Promise<T> {
  let kept = false;
  try {
    const result = await body(database);
    kept = keep;
    return result;
  } finally {
    if (!kept) database.close();
  }
}

async function check(database: SqliteDatabase, busyTimeoutMs: number): Promise<void> {
  await retryLocked(busyTimeoutMs, () => transaction(database, "BEGIN", () => hasSchema(database)));
}

function retryLocked<T>(timeoutMs: number, attempt: () => T): Promise<T> {
  return retry(attempt, { isTransient, timeoutMs, describe: () => lockedDetail });
}

function useLog(database: SqliteDatabase): void {
  if (pragma(database, "journal_mode") === "wal") return;
  const mode = pragma(database, "journal_mode = WAL");
  if (mode !== "wal") {
    throw new DriverError("UNSUPPORTED", `SQLite can't keep a write-ahead log there (journal mode "${mode}")`);
  }
}

function setDurability(database: SqliteDatabase, durability: Durability): void {
  database.exec(`PRAGMA synchronous = ${durability === "power" ? "FULL" : "NORMAL"}`);
}

function durabilityOf(database: SqliteDatabase): Capabilities["durability"] {
  return Number(pragma(database, "synchronous")) >= synchronousFull ? "power" : "process";
}

/** A database that was handed in keeps its owner's settings, unless a law of the contract would be broken under them. */
function refuseUnsafe(database: SqliteDatabase): void {
  const mode = pragma(database, "journal_mode");
  if (mode === "off" || mode === "memory") {
    const detail = `under journal mode "${mode}" a killed process leaves half a write: set "wal" or "delete"`;
    throw new DriverError("UNSUPPORTED", detail);
  }
}

/** A storage error for what kept a store from being opened. */
function openError(what: string, error: unknown): StorageError {
  const message = error instanceof Error ? error.message : String(error);
  let code = error instanceof DriverError ? error.code : (codeOf(error) ?? codeOfFile(error));
  let detail = message;
  if (resultOf(error) === "NOTADB") {
    code = "UNSUPPORTED";
    detail = "it is not a SQLite database: choose another file, or restore this one from a backup if it was a store";
  } else if (resultOf(error) === "CORRUPT") {
    detail =
      `the database is damaged (${message}): keep a copy of it and of the files beside it, then restore a backup, or ` +
      "try `stowage migrate` from the copy, which saves every record that can be read";
  }
  return new StorageError({ code, verb: "open", what, detail, driver: "sqlite", cause: error });
}

/** What a raw error of the file system means. */
function codeOfFile(error: unknown): StorageErrorCode {
  return error instanceof Error && "syscall" in error ? "UNAVAILABLE" : "UNKNOWN";
}
