import { statSync } from "node:fs";
import { DriverError } from "@stowage/core";
import type { SqliteDatabase } from "./database.ts";

/** A SQLite library that can open files. */
export interface Engine {
  /** Opens a file that exists, or `":memory:"`. */
  open(file: string, options?: { readonly readonly: boolean }): SqliteDatabase;
  /** Opens a `file:` URI for reading. Absent where the library takes none: better-sqlite3 is built without them. */
  openUri?(uri: string): SqliteDatabase;
}

/** An engine that holds a file, until `release`. */
export interface Lease {
  readonly engine: Engine;
  readonly release: () => void;
}

/** The engines of the files that are open, by device and inode. */
const engines = new Map<string, { readonly engine: Engine; count: number }>();

/**
 * The engine for a file: the one that has it open already, else the given one. Closing a file gives up all locks that the
 * process has on it; a SQLite library heeds that for its own connections, and knows nothing of another library's.
 */
export function lease(file: string, preferred: Engine): Lease {
  const { dev, ino } = statSync(file, { bigint: true });
  const id = `${dev}:${ino}`;
  const held = engines.get(id) ?? { engine: preferred, count: 0 };
  engines.set(id, held);
  held.count++;
  return {
    engine: held.engine,
    release: () => {
      held.count--;
      if (held.count === 0) engines.delete(id);
    },
  };
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

/** Loads the library that can open a file without a change beside it; `undefined` where there is none. */
export async function loadUriEngine(): Promise<Engine | undefined> {
  try {
    const engine = await loadNodeSqlite();
    // Before Node 22.15 it takes the URI for the name of a file, which it may not make.
    engine.openUri?.("file:?mode=memory").close();
    return engine;
  } catch {
    return undefined;
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
  return {
    open: (file, { readonly } = { readonly: false }) => new DatabaseSync(file, { readOnly: readonly }),
    openUri: (uri) => new DatabaseSync(uri, { readOnly: true }),
  };
}
