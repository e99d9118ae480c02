import type { Driver } from "@stowage/core";
import Database from "better-sqlite3";
import type { SqliteStatement } from "./database.ts";
import { sqlite } from "./open.ts";
import type { SqliteFileOptions } from "./options.ts";

/** A moment between two steps of SQLite at which a process dies. */
export interface SqlMoment {
  /** A regular expression for `"run COMMIT"`: the method that is called, and its statement. */
  readonly sql: string;
  /** Which of the steps that fit, counted from 1. Default 1. */
  readonly nth?: number;
  readonly when: "before" | "after";
  /** Steps count from the opening of the store on; by default from the end of it. */
  readonly whileOpening?: boolean;
}

/** Opens a store whose process dies at a moment: for the cases of the harness, in a process of their own. */
export async function dyingSqlite({ dies, ...options }: SqliteFileOptions & { dies: SqlMoment }): Promise<Driver> {
  let isArmed = dies.whileOpening === true;
  const pattern = new RegExp(dies.sql);
  let seen = 0;
  const step = <T>(text: string, body: () => T): T => {
    const isFatal = isArmed && pattern.test(text) && ++seen === (dies.nth ?? 1);
    if (!isFatal) return body();
    if (dies.when === "after") body();
    process.kill(process.pid, "SIGKILL");
    throw new Error("The process is dead");
  };
  patchDatabase(step);
  const driver = await sqlite(options);
  isArmed = true;
  return driver;
}

type Step = <T>(text: string, body: () => T) => T;

/** Puts `step` around everything that a connection is asked to do, of every database that is opened from now on. */
function patchDatabase(step: Step): void {
  // The methods of the class, which is a function of the old kind.
  const { prepare, exec } = Database.prototype;
  Database.prototype.exec = function (sql) {
    return step(`exec ${sql}`, () => exec.call(this, sql));
  };
  Database.prototype.prepare = function (sql: string) {
    const statement: SqliteStatement = prepare.call(this, sql);
    const made: SqliteStatement = {
      run: (...values) => step(`run ${sql}`, () => statement.run(...values)),
      get: (...values) => step(`get ${sql}`, () => statement.get(...values)),
      all: (...values) => step(`all ${sql}`, () => statement.all(...values)),
      iterate: (...values) => step(`iterate ${sql}`, () => statement.iterate!(...values)),
    };
    // The cast: the driver asks for no more of a statement.
    return made as never;
  };
}
