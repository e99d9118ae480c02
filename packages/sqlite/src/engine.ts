import { DriverError } from "@stowage/core";
import type { SqliteDatabase } from "./database.ts";

/** A SQLite library that can open files. */
export interface Engine {
  /** Opens a file that exists, or `":memory:"`. */
  open(file: string, options?: { readonly readonly: boolean }): SqliteDatabase;
}

/**
 * Loads better-sqlite3, or Node's own SQLite where its native part can't be loaded: built for another version of Node,
 * inside Electron, native modules not allowed, not installed.
 *
 * @throws DriverError UNSUPPORTED when there is neither.
 */
export async function loadEngine(): Promise<Engine> {
  try {
    return await loadBetterSqlite();
  } catch (cause) {
    try {
      return await loadNodeSqlite();
    } catch {
      const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
      throw new DriverError(
        "UNSUPPORTED",
        `better-sqlite3 can't be loaded (${reason}), and this runtime has no node:sqlite: ` +
          "reinstall better-sqlite3 for this runtime, or hand in an open database as `database`",
        { cause },
      );
    }
  }
}

async function loadBetterSqlite(): Promise<Engine> {
  const { default: Database } = await import("better-sqlite3");
  // The native part is loaded with the first database, not with the module.
  new Database(":memory:").close();
  return { open: (file, { readonly } = { readonly: false }) => new Database(file, { readonly }) };
}

async function loadNodeSqlite(): Promise<Engine> {
  const { DatabaseSync } = await import("node:sqlite");
  return { open: (file, { readonly } = { readonly: false }) => new DatabaseSync(file, { readOnly: readonly }) };
}
