import { type BigIntStats, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { DriverError, retry } from "@stowage/core";
import { isTransient, lockedDetail, resultOf } from "./codes.ts";
import type { Connection } from "./connection.ts";
import { copyDatabase, type DatabaseCopy } from "./copy.ts";
import { blockingTimeoutMs, type SqliteDatabase, transaction } from "./database.ts";
import { lease, type Engine, type Lease } from "./engine.ts";
import { hasSchema } from "./schema.ts";
import { type Statements, statementsOf } from "./statements.ts";

/** One way in which the database is open. */
interface View {
  readonly database: SqliteDatabase;
  /**
   * What the files were like when it was opened: it shows them truly as long as they are the same. Absent where SQLite's
   * own locks see to that.
   */
  readonly signature: string | undefined;
  readonly copy: DatabaseCopy | undefined;
  sql: Statements | undefined;
}

/** Something changed while it was looked at: the next look may succeed. */
class Unsettled extends Error {}

/** A file's times may not tell two changes apart that are closer than this: a tick of Linux's clock is 10 ms at most. */
const tickMs = 20;
/** The same on a file system that counts in seconds, as FAT does in twos. */
const coarseTickMs = 2_000;
/** How long a view is looked for at least, however short the wait for locks is. */
const settleMsMin = 5_000;

/**
 * A database that is read, and nothing in or beside it changes. SQLite has no single way for that, so this one goes:
 *
 * - Without a log, SQLite is told that the file is immutable: it takes no lock and makes no file. That is true only as long
 *   as nobody writes, so after each read the files are looked at, and when they have changed the read is done once more.
 * - With a log and its shared memory, SQLite opens the memory for reading. Beside a living writer it takes its usual locks;
 *   if there is none it finds what is committed in the log by itself.
 * - With a log alone, a rollback journal, or a shared memory that a reader would have to write, a private copy is read, as
 *   long as the files are the same.
 *
 * Where this process writes the file too, the database is opened beside that connection in the usual way.
 */
export class ReadonlyConnection implements Connection {
  readonly #file: string;
  readonly #busyTimeoutMs: number;
  readonly #lease: Lease;
  #view: View | undefined;

  /** @param engine - one that takes URIs, for a file that this process does not have open. */
  constructor(file: string, engine: Engine, busyTimeoutMs: number) {
    this.#file = file;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#lease = lease(file, engine);
  }

  get database(): SqliteDatabase {
    return this.#current.database;
  }

  get sql(): Statements {
    return (this.#current.sql ??= statementsOf(this.database));
  }

  run<T>(body: () => T): Promise<T> {
    return retry(() => this.#attempt(body), {
      isTransient: (error) => error instanceof Unsettled || isTransient(error),
      timeoutMs: Math.max(this.#busyTimeoutMs, settleMsMin),
      describe: (error) => (isTransient(error) ? lockedDetail : "other programs change the database all the time"),
    });
  }

  close(): void {
    this.#leave();
    this.#lease.release();
  }

  /** What was read counts only if the view was true until the end; so does what went wrong. */
  #attempt<T>(body: () => T): T {
    try {
      if (this.#view === undefined) this.#enter();
      const result = body();
      if (this.#isTrue()) return result;
    } catch (error) {
      if (error instanceof Unsettled || (this.#isTrue() && !this.#mustLeave(error))) throw error;
    }
    this.#leave();
    throw new Unsettled();
  }

  get #current(): View {
    if (this.#view === undefined) throw new Error("a read-only connection is used inside `run` only");
    return this.#view;
  }

  /** Synchronous as a whole: nothing else of this process can open the file while it is copied. */
  #enter(): void {
    const files = filesOf(this.#file);
    this.#view = this.#share(files) ?? this.#freeze(files);
    try {
      this.database.exec(`PRAGMA busy_timeout = ${blockingTimeoutMs}`);
      if (transaction(this.database, "BEGIN", () => hasSchema(this.database))) return;
      throw new DriverError("NOT_FOUND", "the database is empty");
    } catch (error) {
      // What is no store now may be one at the next look.
      if (this.#isTrue()) this.#leave();
      throw error;
    }
  }

  #leave(): void {
    const view = this.#view;
    this.#view = undefined;
    view?.database.close();
    view?.copy?.remove();
  }

  #isTrue(): boolean {
    const signature = this.#view?.signature;
    return signature === undefined || signature === signatureOf(filesOf(this.#file));
  }

  /** Whether a writer came or was killed, and left the shared memory in a state that a reader would have to mend. */
  #mustLeave(error: unknown): boolean {
    return this.#lease.engine.openUri !== undefined && resultOf(error) === "READONLY";
  }

  /** Opens the database beside others, who may write. */
  #share(files: Files): View | undefined {
    const { engine } = this.#lease;
    if (engine.openUri === undefined) return viewOf(engine.open(this.#file, { readonly: true }));
    if (files.log === undefined || files.memory === undefined || files.journal !== undefined) return undefined;
    // Under root, SQLite gives both to the owner of the database when it opens them.
    if (process.geteuid?.() === 0 && !haveOneOwner(files)) return undefined;
    const database = engine.openUri(uriOf(this.#file, "mode=ro&readonly_shm=1"));
    try {
      database.prepare("SELECT 1 FROM sqlite_schema").get();
      return viewOf(database);
    } catch (error) {
      database.close();
      const result = resultOf(error);
      // No reader has left a mark in the memory yet, or the memory is gone.
      if (result === "READONLY" || result === "CANTOPEN") return undefined;
      throw error;
    }
  }

  /** Opens the database as it is at this moment. */
  #freeze(files: Files): View {
    if (!isSettled(files)) throw new Unsettled();
    const { engine } = this.#lease;
    const signature = signatureOf(files);
    if (files.log === undefined && files.journal === undefined && engine.openUri !== undefined) {
      return viewOf(engine.openUri(uriOf(this.#file, "immutable=1")), signature);
    }
    let copy: DatabaseCopy | undefined;
    try {
      copy = copyDatabase(this.#file);
      return viewOf(engine.open(copy.file), signature, copy);
    } catch (error) {
      copy?.remove();
      if (signature !== signatureOf(filesOf(this.#file))) throw new Unsettled();
      throw error;
    }
  }
}

function viewOf(database: SqliteDatabase, signature?: string, copy?: DatabaseCopy): View {
  return { database, signature, copy, sql: undefined };
}

function uriOf(file: string, parameters: string): string {
  return `${pathToFileURL(file).href}?${parameters}`;
}

/** A database and what lies beside it; an empty log or journal counts as none. */
interface Files {
  readonly main: BigIntStats | undefined;
  readonly log: BigIntStats | undefined;
  readonly memory: BigIntStats | undefined;
  readonly journal: BigIntStats | undefined;
}

function filesOf(file: string): Files {
  return {
    main: filled(file),
    log: filled(`${file}-wal`),
    memory: filled(`${file}-shm`),
    journal: filled(`${file}-journal`),
  };
}

function filled(file: string): BigIntStats | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats !== undefined && stats.size > 0n ? stats : undefined;
}

function haveOneOwner({ main, log, memory }: Files): boolean {
  return [log, memory].every((file) => file?.uid === main?.uid && file?.gid === main?.gid);
}

/** Differs whenever the content does, if the files were settled. Shared memory holds no content. */
function signatureOf({ main, log, journal }: Files): string {
  return [main, log, journal]
    .map((file) => file && [file.dev, file.ino, file.size, file.mtimeNs, file.ctimeNs].join(":"))
    .join(" ");
}

/** Whether the next change of any file will show in its times. */
function isSettled({ main, log, journal }: Files): boolean {
  return [main, log, journal].every((file) => {
    if (file === undefined) return true;
    const ageMs = Date.now() - Number(file.ctimeMs);
    return ageMs < 0 || ageMs > (file.ctimeNs % 1_000_000_000n === 0n ? coarseTickMs : tickMs);
  });
}
