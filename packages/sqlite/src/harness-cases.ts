import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { type Case, type CrashPoint, crashCasesAt } from "@stowage/conformance";
import type { dyingSqlite, SqlMoment } from "./harness-child.ts";
import { sqlite } from "./open.ts";

type Row = readonly [id: string, act: CrashPoint["act"], moment: string, dies: SqlMoment, leaves: CrashPoint["leaves"]];

const child = {
  module: new URL(`./harness-child${extname(import.meta.url)}`, import.meta.url).href,
  factory: "dyingSqlite" satisfies keyof { dyingSqlite: typeof dyingSqlite },
};

const begin = "^run BEGIN IMMEDIATE$";
const commit = "^run COMMIT$";
const insert = "^run INSERT INTO record";
const remove = "^run DELETE FROM record WHERE name = ";
const removeRange = "^run DELETE FROM record WHERE name >";
const checkpoint = "^get PRAGMA wal_checkpoint";

const rows: readonly Row[] = [
  ["SQLITE-001", "create", "before it begins its transaction", { sql: begin, when: "before" }, "old"],
  ["SQLITE-002", "create", "after it began its transaction", { sql: begin, when: "after" }, "old"],
  ["SQLITE-003", "create", "after it put the record there", { sql: insert, when: "after" }, "old"],
  ["SQLITE-004", "create", "after it committed", { sql: commit, when: "after" }, "new"],
  ["SQLITE-005", "replace", "before it puts the text there", { sql: insert, when: "before" }, "old"],
  ["SQLITE-006", "replace", "before it commits", { sql: commit, when: "before" }, "old"],
  ["SQLITE-007", "replace", "after it committed", { sql: commit, when: "after" }, "new"],
  [
    "SQLITE-008",
    "createIf",
    "after it saw that there is none",
    { sql: "^get SELECT text FROM record", when: "after" },
    "old",
  ],
  [
    "SQLITE-009",
    "replaceIf",
    "after it read the version",
    { sql: "^get SELECT text FROM record", nth: 2, when: "after" },
    "old",
  ],
  ["SQLITE-010", "replaceIf", "before it commits", { sql: commit, when: "before" }, "old"],
  ["SQLITE-011", "update", "after it read the record", { sql: "^get SELECT text FROM record", when: "after" }, "old"],
  ["SQLITE-012", "update", "after it put the text there", { sql: "^run UPDATE record", when: "after" }, "old"],
  ["SQLITE-013", "update", "after it committed", { sql: commit, when: "after" }, "new"],
  ["SQLITE-014", "remove", "after it deleted the row", { sql: remove, when: "after" }, "old"],
  ["SQLITE-015", "remove", "after it committed", { sql: commit, when: "after" }, "new"],
  ["SQLITE-016", "batch", "between two of its records", { sql: insert, nth: 2, when: "after" }, "old"],
  ["SQLITE-017", "atomicBatch", "between two of its records", { sql: insert, nth: 2, when: "after" }, "old"],
  ["SQLITE-018", "atomicBatch", "between its writes and its removes", { sql: remove, when: "before" }, "old"],
  ["SQLITE-019", "atomicBatch", "before it commits", { sql: commit, when: "before" }, "old"],
  ["SQLITE-020", "atomicBatch", "after it committed", { sql: commit, when: "after" }, "new"],
  ["SQLITE-021", "removePrefix", "after it deleted the rows", { sql: removeRange, when: "after" }, "old"],
  ["SQLITE-022", "removePrefix", "after it committed", { sql: commit, when: "after" }, "new"],
  ["SQLITE-023", "mark", "after it put the marker there", { sql: "^run INSERT INTO marker", when: "after" }, "old"],
  ["SQLITE-024", "mark", "after it committed", { sql: commit, when: "after" }, "new"],
  [
    "SQLITE-025",
    "replace",
    "while it closes, before it moves the log to the database",
    { sql: checkpoint, when: "before" },
    "new",
  ],
  [
    "SQLITE-026",
    "replace",
    "while it closes, after it moved the log to the database",
    { sql: checkpoint, when: "after" },
    "new",
  ],
];

const points: readonly CrashPoint[] = rows.map(([id, act, moment, dies, leaves]) => ({
  id,
  act,
  moment,
  options: { recipe: { ...child, options: { dies } } },
  leaves,
}));

/** Moments in the making of a store. */
const births: readonly (readonly [id: string, moment: string, dies: Omit<SqlMoment, "whileOpening">])[] = [
  ["SQLITE-031", "before it begins to make the tables", { sql: "^exec BEGIN IMMEDIATE$", when: "before" }],
  ["SQLITE-032", "after it made the tables", { sql: "^exec \\s*CREATE TABLE", when: "after" }],
  ["SQLITE-033", "before it commits the tables", { sql: "^exec COMMIT$", nth: 2, when: "before" }],
  ["SQLITE-034", "after it committed the tables", { sql: "^exec COMMIT$", nth: 2, when: "after" }],
  ["SQLITE-035", "after it turned to a log", { sql: "^get PRAGMA journal_mode = WAL$", when: "after" }],
];

const birthCases: readonly Case[] = births.map(([id, moment, dies]) => ({
  id,
  law: "L4",
  title: `a process that makes a store, killed ${moment}, leaves a file that the next one makes its store of`,
  profile: "full",
  async run({ spawn }) {
    const folder = mkdtempSync(join(tmpdir(), "stowage-sqlite-"));
    try {
      const path = join(folder, "new.db");
      const recipe = { ...child, options: { path, dies: { ...dies, whileOpening: true } } };
      await assert.rejects(spawn("actOnly", { act: "create" }, { recipe }), /SIGKILL/);
      const driver = await sqlite({ path, busyTimeoutMs: 0 });
      assert.equal(await driver.getMarker("migration"), "2");
      await driver.put("a.json", "1");
      for await (const names of driver.list({ prefix: "", reverse: false })) assert.deepEqual(names, ["a.json"]);
      await driver.close?.();
      assert.deepEqual(readdirSync(folder), ["new.db"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
}));

/** What only this adapter can be asked: deaths between all steps of its transactions. */
export const sqliteCases: readonly Case[] = [...crashCasesAt(points), ...birthCases];
