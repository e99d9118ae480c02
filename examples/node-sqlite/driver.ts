import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import * as core from "@stowage/core";

/** Opens the store in a file, and makes it where there is none. Any number of processes may have it open. */
export async function nodeSqlite({ path }: { readonly path: string }): Promise<core.Driver> {
  let database: DatabaseSync | undefined;
  try {
    const opened = (database = new DatabaseSync(path));
    // With a log, readers wait for nobody. FULL: the log is flushed to the disk before a write counts as done.
    await patiently(() => opened.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
    await patiently(() => transaction(opened, () => makeTable(opened)));
    return driverOver(opened);
  } catch (error) {
    database?.close();
    const code = error instanceof core.DriverError ? error.code : (codeOf(error) ?? "UNKNOWN");
    const [what, detail] = [JSON.stringify(path), (error as Error).message];
    throw new core.StorageError({ code, verb: "open", what, detail, driver: "node-sqlite", cause: error });
  }
}

function driverOver(database: DatabaseSync): core.Driver {
  const write = <T>(body: () => T): Promise<T> => patiently(() => transaction(database, body));
  return {
    name: "node-sqlite",
    capabilities: core.declareCapabilities({ compareAndSwap: "store", atomicBatch: "store", durability: "power" }),
    codeOf,
    get: (name) => patiently(() => storedIn(database, name)),
    put: (name, text, ifVersion) => write(() => change(database, name, text, ifVersion)),
    remove: (name, ifVersion) => write(() => change(database, name, null, ifVersion)),
    batch: (ops) => write(() => ops.forEach((op) => change(database, op.name, op.type === "put" ? op.text : null))),
    async *list({ prefix, after, before, reverse }) {
      const page = database.prepare(
        `SELECT name FROM entry WHERE name > ? AND name < ? AND name GLOB '*.json'
        ORDER BY name ${reverse ? "DESC" : "ASC"} LIMIT 500`,
      );
      // "0" comes behind "/", so `end` is behind all that start with the prefix. A blob is behind every text.
      const end = prefix === "" ? Uint8Array.of(0) : `${prefix.slice(0, -1)}0`;
      let low = after !== undefined && core.compareNames(after, prefix) > 0 ? after : prefix;
      let high = before !== undefined && (typeof end !== "string" || core.compareNames(before, end) < 0) ? before : end;
      for (;;) {
        const names = (await patiently(() => page.all(low, high))).map((row) => row["name"] as string);
        const last = names.at(-1);
        if (last === undefined) return;
        yield names;
        // A page starts from the last name of the former one: records may have come and gone meanwhile.
        if (reverse) high = last;
        else low = last;
      }
    },
    // No name of a record is that of a marker, which does not end with ".json": one table holds both.
    getMarker: async (name) => (await patiently(() => storedIn(database, name)))?.text,
    putMarker: (name, text) => write(() => void change(database, name, text)),
    close: async () => database.close(),
  };
}

/** Bytes instead of a TEXT, so that a damaged record shows as what it is. Names are ordered by the bytes of their UTF-8. */
function makeTable(database: DatabaseSync): void {
  const format = database.prepare("PRAGMA user_version").get()?.["user_version"];
  if (format === 1) return;
  if (format !== 0) throw new core.DriverError("UNSUPPORTED", `it has format ${format}, and 1 is the last known`);
  database.exec("CREATE TABLE entry (name TEXT PRIMARY KEY, text BLOB NOT NULL) STRICT; PRAGMA user_version = 1");
  change(database, core.markerName, core.markerText);
}

function storedIn(database: DatabaseSync, name: string): core.Stored | undefined {
  const row = database.prepare("SELECT text FROM entry WHERE name = ?").get(name);
  if (row === undefined) return undefined;
  const bytes = Buffer.from(row["text"] as Uint8Array);
  return { text: bytes.toString(), version: hash("sha256", bytes), ...(!isUtf8(bytes) && { bytes }) };
}

/** Puts a text, or removes what is there, unless there is a condition that does not hold. */
function change(database: DatabaseSync, name: string, text: string | null, ifVersion?: string | null): core.Outcome {
  if (ifVersion !== undefined) {
    const version = storedIn(database, name)?.version ?? null;
    if (version !== ifVersion) return { done: false, version };
  }
  if (text === null) database.prepare("DELETE FROM entry WHERE name = ?").run(name);
  else database.prepare("REPLACE INTO entry VALUES (?, ?)").run(name, Buffer.from(text));
  return { done: true, version: text === null ? null : hash("sha256", text) };
}

/** IMMEDIATE takes the lock of the one writer, so what the body reads is still true when it writes. */
function transaction<T>(database: DatabaseSync, body: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = body();
    database.exec("COMMIT");
    return result;
  } finally {
    if (database.isTransaction) database.exec("ROLLBACK");
  }
}

/** Tries again while another process holds the lock. SQLite itself would wait by stopping the event loop. */
async function patiently<T>(body: () => T): Promise<T> {
  // A stream of calls would stop it, too, where none of them ever waits for anything.
  await setImmediate();
  const isTransient = (error: unknown): boolean => codeOf(error) === "BUSY";
  return core.retry(body, { isTransient, timeoutMs: 10_000, describe: () => "the database is locked" });
}

/** What SQLite's primary result codes mean: BUSY, LOCKED; TOOBIG; CORRUPT, NOTADB; READONLY, IOERR, FULL, CANTOPEN. */
function codeOf(error: unknown): core.StorageErrorCode | undefined {
  const result = ((error as { readonly errcode?: number } | undefined | null)?.errcode ?? 0) & 0xff;
  if (result === 5 || result === 6) return "BUSY";
  if (result === 18) return "TOO_LARGE";
  if (result === 11 || result === 26) return "CORRUPT";
  return [8, 10, 13, 14].includes(result) ? "UNAVAILABLE" : undefined;
}
