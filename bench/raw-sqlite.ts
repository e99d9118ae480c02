import type { Key } from "@stowage/core";
import Database from "better-sqlite3";

import type { Contender } from "./contender.ts";
import type { Item } from "./workload.ts";

interface Row {
  readonly name: string;
  readonly text: string;
}

/**
 * better-sqlite3 by hand: one table, prepared statements, write-ahead log. Every write is a transaction of its own, as
 * each is on its own line of a program.
 */
export class RawSqlite implements Contender {
  readonly #database: Database.Database;
  readonly #get: Database.Statement<[string], Row>;
  readonly #put: Database.Statement<[string, string]>;
  readonly #names: Database.Statement<[string, string], Row>;
  readonly #range: Database.Statement<[string, string], Row>;

  constructor(path: string) {
    this.#database = new Database(path);
    this.#database.pragma("journal_mode = WAL");
    this.#database.pragma("synchronous = NORMAL");
    this.#database.exec("CREATE TABLE record (name TEXT PRIMARY KEY, text TEXT NOT NULL)");
    const inRange = "FROM record WHERE name > ? AND name < ? ORDER BY name";
    this.#get = this.#database.prepare("SELECT text FROM record WHERE name = ?");
    this.#put = this.#database.prepare(
      "INSERT INTO record VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET text = excluded.text",
    );
    this.#names = this.#database.prepare(`SELECT name ${inRange}`);
    this.#range = this.#database.prepare(`SELECT name, text ${inRange}`);
  }

  write({ key, value }: Item): void {
    this.#put.run(key.join("/"), JSON.stringify(value, null, 2));
  }

  read(key: Key): unknown {
    return JSON.parse((this.#get.get(key.join("/")) as Row).text);
  }

  update(key: Key, title: string): void {
    const edit = this.#database.transaction(() => {
      const value = this.read(key) as { title: string };
      value.title = title;
      this.write({ key, value });
    });
    edit.immediate();
  }

  list(prefix: Key): number {
    return this.#names.all(...bounds(prefix)).map((row) => row.name.split("/")).length;
  }

  openSession(sessionID: string): number {
    let records = 0;
    for (const message of this.#range.all(...bounds(["message", sessionID]))) {
      JSON.parse(message.text);
      const parts = this.#range.all(...bounds(["part", message.name.split("/")[2] as string]));
      for (const part of parts) JSON.parse(part.text);
      records += 1 + parts.length;
    }
    return records;
  }

  writeMany(items: readonly Item[]): void {
    const all = this.#database.transaction(() => {
      for (const item of items) this.write(item);
    });
    all.immediate();
  }

  copyTo(target: string): void {
    const copy = new RawSqlite(target);
    const all = copy.#database.transaction(() => {
      for (const { name, text } of this.#range.iterate("", "\u{10FFFF}")) copy.#put.run(name, text);
    });
    all.immediate();
    copy.close();
  }

  close(): void {
    this.#database.close();
  }
}

/** The names below a prefix lie between it with a `/` and it with the character after `/`. */
function bounds(prefix: Key): [string, string] {
  const name = prefix.join("/");
  return [`${name}/`, `${name}0`];
}
