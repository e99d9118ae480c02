import type { SqliteDatabase, SqliteStatement } from "./database.ts";

/** The driver's statements, prepared once. */
export interface Statements {
  readonly text: SqliteStatement;
  readonly bytes: SqliteStatement;
  readonly put: SqliteStatement;
  readonly replace: SqliteStatement;
  readonly remove: SqliteStatement;
  readonly removeRange: SqliteStatement;
  readonly changes: SqliteStatement;
  readonly names: SqliteStatement;
  readonly namesBackward: SqliteStatement;
  readonly records: SqliteStatement;
  readonly recordsBackward: SqliteStatement;
  readonly marker: SqliteStatement;
  readonly putMarker: SqliteStatement;
  readonly begin: SqliteStatement;
  readonly commit: SqliteStatement;
  readonly rollback: SqliteStatement;
}

const inRange = "WHERE name > ? AND name < ?";

export function statementsOf(database: SqliteDatabase): Statements {
  return {
    text: database.prepare("SELECT text FROM record WHERE name = ?"),
    bytes: database.prepare("SELECT CAST(text AS BLOB) AS bytes FROM record WHERE name = ?"),
    put: database.prepare(upsert("record")),
    replace: database.prepare("UPDATE record SET text = ? WHERE name = ?"),
    remove: database.prepare("DELETE FROM record WHERE name = ?"),
    removeRange: database.prepare(`DELETE FROM record ${inRange}`),
    changes: database.prepare("SELECT changes() AS changes"),
    names: database.prepare(`SELECT name FROM record ${inRange} ORDER BY name LIMIT ?`),
    namesBackward: database.prepare(`SELECT name FROM record ${inRange} ORDER BY name DESC LIMIT ?`),
    records: database.prepare(`SELECT name, text FROM record ${inRange} ORDER BY name LIMIT ?`),
    recordsBackward: database.prepare(`SELECT name, text FROM record ${inRange} ORDER BY name DESC LIMIT ?`),
    marker: database.prepare("SELECT text FROM marker WHERE name = ?"),
    putMarker: database.prepare(upsert("marker")),
    begin: database.prepare("BEGIN IMMEDIATE"),
    commit: database.prepare("COMMIT"),
    rollback: database.prepare("ROLLBACK"),
  };
}

function upsert(table: string): string {
  return `INSERT INTO ${table} (name, text) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET text = excluded.text`;
}
