/**
 * What the driver needs of a database connection. The `Database` of better-sqlite3, the `DatabaseSync` of `node:sqlite`,
 * and the `Database` of `bun:sqlite` all have it.
 */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  close(): unknown;
}

/** A prepared statement; parameters are given by position. */
export interface SqliteStatement {
  run(...parameters: SqliteValue[]): unknown;
  /** The first row as an object; `undefined` or `null` when there is none. */
  get(...parameters: SqliteValue[]): unknown;
  all(...parameters: SqliteValue[]): unknown[];
  /** Absent in Node 22.12: then a scan takes fewer rows at a time. */
  iterate?(...parameters: SqliteValue[]): Iterable<unknown>;
}

/** What the driver binds. */
export type SqliteValue = string | number | Uint8Array;

/** How the driver sets a connection that it opened itself. */
export type Durability = "process" | "power";

/**
 * How long SQLite itself may block the thread for a lock, in milliseconds. What goes beyond waits in timers, so that the
 * event loop goes on.
 */
export const blockingTimeoutMs = 5;

/** The level of `PRAGMA synchronous` from which a commit waits for the disk. */
export const synchronousFull = 2;

/** The first column of the first row of a pragma, as text: connections may be set to give integers as bigints. */
export function pragma(database: SqliteDatabase, name: string): string {
  const row = database.prepare(`PRAGMA ${name}`).get();
  // A pragma that gives no row is unknown to this SQLite.
  return row === undefined || row === null ? "" : String(Object.values(row)[0]);
}

/** Runs the body in a transaction of its own; what the body throws undoes all of it. */
export function transaction<T>(database: SqliteDatabase, begin: "BEGIN" | "BEGIN IMMEDIATE", body: () => T): T {
  database.exec(begin);
  try {
    const result = body();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    rollback(() => database.exec("ROLLBACK"));
    throw error;
  }
}

/** Undoes a transaction. After some faults, such as a full disk, SQLite has done so already, and refuses to again. */
export function rollback(run: () => void): void {
  try {
    run();
  } catch {
    // The fault that led here is the one to report.
  }
}

/** Whether the database is in memory, or a temporary one: gone when it is closed. */
export function isInMemory(database: SqliteDatabase): boolean {
  const rows = database.prepare("PRAGMA database_list").all() as { readonly name: string; readonly file: unknown }[];
  const file = rows.find((row) => row.name === "main")?.file;
  return file === undefined || file === null || file === "";
}

/**
 * Makes durable what was committed until now: the flush that ends a commit under `synchronous = FULL` takes along all that
 * lies in the same log.
 */
export function syncCommits(database: SqliteDatabase): void {
  const level = pragma(database, "synchronous");
  if (Number(level) >= synchronousFull || isInMemory(database)) return;
  database.exec("PRAGMA synchronous = FULL");
  try {
    // A commit that changes nothing writes nothing. This writes the value that is there.
    database.exec(`PRAGMA application_id = ${pragma(database, "application_id")}`);
  } finally {
    database.exec(`PRAGMA synchronous = ${level}`);
  }
}

/** Moves the log to the database file as far as other connections let it; then the file alone is whole. */
export function checkpoint(database: SqliteDatabase): void {
  database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
}
