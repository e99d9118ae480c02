import { retry } from "@stowage/core";
import { isTransient, lockedDetail } from "./codes.ts";
import { checkpoint, type SqliteDatabase } from "./database.ts";
import { type Statements, statementsOf } from "./statements.ts";

/** A database with its statements. What it gives belongs to one call of `run`: another call may meet another database. */
export interface Connection {
  readonly database: SqliteDatabase;
  readonly sql: Statements;
  /** Resolves to what the body returns. The body is synchronous, and may run again when others were in the way. */
  run<T>(body: () => T): Promise<T>;
  close(): void;
}

/** A database that may be written. */
export class WritableConnection implements Connection {
  readonly database: SqliteDatabase;
  readonly sql: Statements;
  readonly #busyTimeoutMs: number;
  readonly #release: (() => void) | undefined;

  /**
   * The database is a store already: it has the tables.
   *
   * @param release - called when the database is closed. Absent for a database that was handed in, which stays open.
   */
  constructor(database: SqliteDatabase, busyTimeoutMs: number, release?: () => void) {
    this.database = database;
    this.sql = statementsOf(database);
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#release = release;
  }

  run<T>(body: () => T): Promise<T> {
    return retry(body, { isTransient, timeoutMs: this.#busyTimeoutMs, describe: () => lockedDetail });
  }

  close(): void {
    if (this.#release === undefined) return;
    try {
      // The last connection does this by itself when it closes. Here it is for a copy that is taken of the file alone
      // while other connections go on; what they keep from being copied now will be later.
      checkpoint(this.database);
    } catch {
      // A full disk, as a rule. All that was acknowledged is in the log, where the next opening finds it.
    } finally {
      this.database.close();
      this.#release();
    }
  }
}
