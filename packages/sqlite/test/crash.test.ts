import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";
import { describe, expect, test } from "vitest";
import { integrityOf, tempFolder } from "./support.ts";

const count = 200;

/** A store whose log holds `count` commits that are not in the database yet. Closed by no one: as its process would leave it. */
async function withLog(path: string): Promise<Store> {
  const first = new Store(await sqlite({ path }));
  for (let i = 0; i < count; i++) await first.write(["n", String(i).padStart(4, "0")], { i: -1, pad: "x".repeat(500) });
  await first.close();
  const store = new Store(await sqlite({ path }));
  for (let i = 0; i < count; i++) await store.write(["n", String(i).padStart(4, "0")], { i, pad: "y".repeat(500) });
  return store;
}

/** The numbers of the records, in order. */
async function numbersIn(path: string): Promise<readonly number[]> {
  await using store = new Store(await sqlite({ path, create: false, busyTimeoutMs: 0 }));
  const numbers: number[] = [];
  for await (const { value } of store.entries<{ i: number; pad: string }>(["n"])) {
    expect(new Set(value.pad)).toEqual(new Set(value.i === -1 ? "x" : "y"));
    numbers.push(value.i);
  }
  await store.write(["after"], "goes on");
  return numbers;
}

describe("what a killed process leaves", () => {
  test.for([0, 0.25, 0.5, 0.75, 1])(
    "is whole when it was killed after %d of a checkpoint, which writes the pages of the log to the database",
    async (part) => {
      const folder = tempFolder();
      const [path, copy] = [join(folder, "store.db"), join(folder, "copy.db")];
      const store = await withLog(path);
      copyFileSync(`${path}-wal`, `${copy}-wal`);
      const old = readFileSync(path);
      await store.close();
      const made = readFileSync(path);
      expect(made.equals(old)).toBe(false);
      // A log is emptied when all of it is in the database, so it is there until then.
      const pageSize = 4096;
      const done = Math.floor((made.length / pageSize) * part) * pageSize;
      writeFileSync(copy, Buffer.concat([made.subarray(0, done), old.subarray(done)]));
      expect(await numbersIn(copy)).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(integrityOf(copy)).toBe("ok");
    },
  );

  test("is a state of a moment, wherever its log breaks off", async () => {
    const folder = tempFolder();
    const path = join(folder, "store.db");
    const store = await withLog(path);
    const length = readFileSync(`${path}-wal`).length;
    const found: number[] = [];
    for (const part of [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999, 1]) {
      const copy = join(folder, `cut-${part}.db`);
      for (const end of ["", "-wal"]) copyFileSync(`${path}${end}`, `${copy}${end}`);
      truncateSync(`${copy}-wal`, Math.floor(length * part));
      const numbers = await numbersIn(copy);
      const written = numbers.filter((i) => i !== -1).length;
      // What was written is there up to one moment, and nothing of what came later.
      expect(numbers).toEqual(Array.from({ length: count }, (_, i) => (i < written ? i : -1)));
      expect(integrityOf(copy)).toBe("ok");
      found.push(written);
    }
    await store.close();
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect([found.at(0), found.at(-1)]).toEqual([0, count]);
  });
});
