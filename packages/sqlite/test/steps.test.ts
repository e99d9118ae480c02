import { join } from "node:path";
import { isStorageError, Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tempFolder } from "./support.ts";

/** Results of SQLite for a disk that fails, and what becomes of them. */
const results = ["SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_READONLY", "SQLITE_CANTOPEN"];

/** Fails the n-th thing that SQLite is asked, counted down to 0. */
const fault = { left: 0, code: "" };
const { prepare, exec } = Database.prototype;

function step<T>(body: () => T): T {
  if (fault.left > 0 && --fault.left === 0) throw new Database.SqliteError("planted", fault.code);
  return body();
}

beforeAll(() => {
  Database.prototype.exec = function (sql) {
    return step(() => exec.call(this, sql));
  };
  Database.prototype.prepare = function (sql: string) {
    const statement = prepare.call(this, sql);
    for (const name of ["run", "get", "all", "iterate"] as const) {
      const method = statement[name].bind(statement) as (...values: unknown[]) => never;
      Object.defineProperty(statement, name, { value: (...values: unknown[]) => step(() => method(...values)) });
    }
    return statement as never;
  };
});

afterAll(() => Object.assign(Database.prototype, { prepare, exec }));

type Records = Readonly<Record<string, unknown>>;

const before: Records = { a: 1, b: 1, "p/x": 1, "p/y": 1 };

/** What is called, and what is there when it is done. */
const calls: readonly (readonly [title: string, call: (store: Store) => Promise<unknown>, after: Records])[] = [
  ["a write", (store) => store.write(["c"], 2), { ...before, c: 2 }],
  ["a write over another", (store) => store.write(["a"], 2), { ...before, a: 2 }],
  ["a conditional write", (store) => store.put(["c"], 2, { ifVersion: null }), { ...before, c: 2 }],
  ["an update", (store) => store.update(["a"], () => 2), { ...before, a: 2 }],
  ["a remove", (store) => store.remove(["a"]), { b: 1, "p/x": 1, "p/y": 1 }],
  ["removing a prefix", (store) => store.removePrefix(["p"]), { a: 1, b: 1 }],
  [
    "an atomic batch",
    (store) =>
      store.batch(
        [
          { type: "write", key: ["a"], value: 2 },
          { type: "remove", key: ["b"] },
        ],
        { atomic: true },
      ),
    { a: 2, "p/x": 1, "p/y": 1 },
  ],
  ["a read", (store) => store.read(["a"]), before],
  ["reading several", (store) => store.readMany([["a"], ["b"]]), before],
  ["a listing", (store) => store.list([]), before],
  ["a sweep", recordsIn, before],
  ["a sync", (store) => store.sync(), before],
];

async function recordsIn(store: Store): Promise<Records> {
  const records: Record<string, unknown> = {};
  for await (const { key, value } of store.entries([])) records[key.join("/")] = value;
  return records;
}

async function restore(store: Store): Promise<void> {
  await store.removePrefix([]);
  await store.batch(Object.entries(before).map(([name, value]) => ({ type: "write", key: name.split("/"), value })));
}

describe("when any step of SQLite fails", () => {
  test.for(calls)("%s says UNAVAILABLE, leaves nothing half done, and the store goes on", async ([, call, after]) => {
    await using store = new Store(await sqlite({ path: join(tempFolder(), "store.db"), durability: "process" }));
    for (const code of results) {
      for (let nth = 1, isHit = true; isHit; nth++) {
        await restore(store);
        Object.assign(fault, { left: nth, code });
        const failure: unknown = await call(store).then(
          () => undefined,
          (error: unknown) => error,
        );
        isHit = fault.left === 0;
        fault.left = 0;
        const told = isStorageError(failure) ? failure.code : failure;
        // A step that only clears up behind another may fail unheard.
        expect([told, await recordsIn(store)]).toEqual(
          told === undefined ? [undefined, after] : ["UNAVAILABLE", before],
        );
        if (isStorageError(failure)) expect(failure).toMatchObject({ retryable: true, cause: { code } });
        if (nth === 1) expect({ isHit, told }).toEqual({ isHit: true, told: "UNAVAILABLE" });
      }
    }
  });
});
