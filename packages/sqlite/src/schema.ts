import { DriverError, markerName, markerText } from "@stowage/core";
import { pragma, type SqliteDatabase, transaction } from "./database.ts";

/** "Stow" in ASCII, in the header of every database of ours (`PRAGMA application_id`). */
const applicationId = 0x53746f77;
/** The layout of the tables (`PRAGMA user_version`). */
const formatVersion = 1;

/**
 * An ordinary table with a unique index on the name: a listing reads index pages, which hold nothing but names. A table
 * without row ids would make it read through all texts. Texts compare by their UTF-8 bytes, the order of all listings.
 * The marker is OpenCode's count of applied migrations: what a store is when it goes back to a folder.
 */
const ddl = `
CREATE TABLE record (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, text TEXT NOT NULL) STRICT;
CREATE TABLE marker (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, text TEXT NOT NULL) STRICT;
INSERT INTO marker (name, text) VALUES ('${markerName}', '${markerText}');
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${formatVersion};
`;

/** OpenCode's own database has these, among others. */
const openCodeTables: readonly string[] = ["message", "part", "session"];
const tablesShown = 3;

/**
 * Makes the tables where there are none. Any number of processes may do so at once: one does, the others see it.
 *
 * @throws DriverError UNSUPPORTED as {@link hasSchema} says, and for UTF-16; NOT_FOUND when the database is empty and shall not be made.
 */
export function ensureSchema(database: SqliteDatabase, create: boolean): void {
  // A store that is there is opened without the write lock, which another process may hold for long.
  if (transaction(database, "BEGIN", () => hasSchema(database))) return;
  if (!create) throw new DriverError("NOT_FOUND", "the database is empty");
  const encoding = pragma(database, "encoding");
  if (encoding !== "UTF-8") {
    throw new DriverError("UNSUPPORTED", `it keeps texts as ${encoding}, which orders names differently: use UTF-8`);
  }
  transaction(database, "BEGIN IMMEDIATE", () => {
    if (!hasSchema(database)) database.exec(ddl);
  });
}

/**
 * Whether the database is a store (`true`) or empty (`false`). Reads only; inside a transaction, what it sees is of one
 * moment.
 *
 * @throws DriverError UNSUPPORTED when it is another program's, or was made by a newer version of this package.
 */
export function hasSchema(database: SqliteDatabase): boolean {
  const id = Number(pragma(database, "application_id"));
  const version = Number(pragma(database, "user_version"));
  if (id === applicationId) {
    if (version === formatVersion) return true;
    const detail = `it has format ${version}, and this version of Stowage knows format ${formatVersion} only`;
    throw new DriverError("UNSUPPORTED", `${detail}: upgrade Stowage to open it`);
  }
  const tables = tablesOf(database);
  if (id === 0 && version === 0 && tables.length === 0) return false;
  throw new DriverError("UNSUPPORTED", `it is ${ownerOf(tables, id)}: a store needs a database of its own`);
}

function tablesOf(database: SqliteDatabase): readonly string[] {
  const rows = database.prepare("SELECT name FROM sqlite_schema ORDER BY type <> 'table', name").all();
  return (rows as { readonly name: string }[]).map(({ name }) => name);
}

function ownerOf(tables: readonly string[], id: number): string {
  if (openCodeTables.every((table) => tables.includes(table))) return "OpenCode's own database";
  if (tables.length === 0) return `another program's database (application id ${id})`;
  const shown = tables.slice(0, tablesShown).map((table) => JSON.stringify(table));
  return `another program's database (it holds ${shown.join(", ")}${tables.length > tablesShown ? ", …" : ""})`;
}
