import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SqliteDatabase } from "@stowage/sqlite";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { codeOf } from "../src/codes.ts";
import { tempFolder } from "./support.ts";

const clients: readonly (readonly [name: string, open: (path: string) => SqliteDatabase])[] = [
  ["better-sqlite3", (path) => new Database(path)],
  ["node:sqlite", (path) => new DatabaseSync(path)],
];

function thrownBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe.for(clients)("errors of %s", ([, open]) => {
  const cases: readonly (readonly [what: string, sql: string, code: string | undefined])[] = [
    ["a write that is not allowed", "PRAGMA query_only = 1; CREATE TABLE t (a)", "UNAVAILABLE"],
    ["a file that can't be opened", "ATTACH '/no/such/folder/a.db' AS a", "UNAVAILABLE"],
    ["a value that is too large", "SELECT zeroblob(2000000000)", "TOO_LARGE"],
    ["a broken rule", "CREATE TABLE t (a NOT NULL); INSERT INTO t VALUES (NULL)", undefined],
    ["wrong SQL", "SELEKT 1", undefined],
  ];
  test.for(cases)("%s", ([, sql, code]) => {
    const database = open(":memory:");
    expect(codeOf(thrownBy(() => database.exec(sql)))).toBe(code);
    database.close();
  });

  test("a file that is none of SQLite's is CORRUPT", () => {
    const path = join(tempFolder(), "text.db");
    writeFileSync(path, "no database at all ".repeat(100));
    const database = open(path);
    expect(codeOf(thrownBy(() => database.prepare("SELECT * FROM sqlite_schema").all()))).toBe("CORRUPT");
    database.close();
  });

  test("a parameter of a type that SQLite lacks is none of SQLite's errors", () => {
    const database = open(":memory:");
    expect(codeOf(thrownBy(() => database.prepare("SELECT ?").get(Symbol() as never)))).toBeUndefined();
    database.close();
  });
});

test("a value that is no error has no code", () => {
  expect([undefined, null, "SQLITE_BUSY", { code: "SQLITE_BUSY" }].map(codeOf)).toEqual(new Array(4).fill(undefined));
});
