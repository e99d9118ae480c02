import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Driver, Range } from "@stowage/core";
import { compareNames } from "@stowage/core";
import { expect } from "vitest";
import { fs } from "../src/index.ts";
import { Child, test } from "./setup.ts";

async function namesIn(driver: Driver, range: Partial<Range>): Promise<string[]> {
  const names: string[] = [];
  for await (const page of driver.list({ prefix: "", reverse: false, ...range })) names.push(...page);
  return names;
}

// Folders sort by their name with the slash: "a-b.json" < "a.json" < "a/…" < "a0.json", as bytes of the whole name.
const tree = [
  "a-b.json",
  "a.json",
  "a/x.json",
  "a/x/y.json",
  "a/z.json",
  "a0.json",
  "é.json",
  "\uff5e.json",
  "😀.json",
];

test("names come in the order of their bytes, folders among the files", async ({ folder }) => {
  const driver = await fs({ path: folder });
  for (const name of tree.toReversed()) await driver.put(name, "1");
  expect(await namesIn(driver, {})).toEqual(tree);
  expect(tree.toSorted(compareNames)).toEqual(tree);
  expect(await namesIn(driver, { reverse: true })).toEqual(tree.toReversed());
  await driver.close!();
});

test("every pair of bounds, on records and beside them, gives what lies between", async ({ folder }) => {
  const driver = await fs({ path: folder });
  for (const name of tree) await driver.put(name, "1");
  const bounds = [undefined, ...tree, "a/.json", "a/x0.json", "b.json", "a/zz/zz.json", "0.json", "😀/a.json"];
  for (const after of bounds) {
    for (const before of bounds) {
      const between = tree.filter(
        (name) =>
          (after === undefined || compareNames(name, after) > 0) &&
          (before === undefined || compareNames(name, before) < 0),
      );
      expect(await namesIn(driver, { after, before })).toEqual(between);
      expect(await namesIn(driver, { after, before, reverse: true })).toEqual(between.toReversed());
      expect(await namesIn(driver, { after, before, prefix: "a/" })).toEqual(
        between.filter((name) => name.startsWith("a/")),
      );
    }
  }
  await driver.close!();
});

test("folders are read one by one, as the listing comes to them", async ({ folder }) => {
  const driver = await fs({ path: folder });
  for (const name of ["a/1.json", "b/1.json", "c/1.json"]) await driver.put(name, "1");
  await driver.close!();
  const other = await fs({ path: folder });
  const range: Range = { prefix: "", after: "a/1.json", reverse: false, limit: 1 };
  const pages = other.list(range)[Symbol.asyncIterator]();
  expect((await pages.next()).value).toEqual(["b/1.json"]);
  rmSync(join(folder, "c"), { recursive: true });
  expect(await pages.next()).toEqual({ done: true, value: undefined });
  await other.close!();
});

test("the folder behind a prefix may be missing or a file", async ({ folder }) => {
  const driver = await fs({ path: folder });
  await driver.put("a.json", "1");
  expect(await namesIn(driver, { prefix: "missing/" })).toEqual([]);
  expect(await namesIn(driver, { prefix: "a.json/" })).toEqual([]);
  await driver.close!();
});

test("many records come in pages, and the event loop turns meanwhile", async ({ folder }) => {
  mkdirSync(join(folder, "part"));
  const expected = Array.from({ length: 5_000 }, (_, i) => `part/${String(i).padStart(4, "0")}.json`);
  for (const name of expected) writeFileSync(join(folder, name), "1");
  const driver = await fs({ path: folder });
  let turns = 0;
  let isDone = false;
  const turn = (): void => {
    turns++;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  const found: string[] = [];
  for await (const page of driver.list({ prefix: "", reverse: false })) {
    expect(page.length).toBeLessThanOrEqual(256);
    found.push(...page);
    for (const name of page) await driver.get(name);
  }
  isDone = true;
  expect(found).toEqual(expected);
  expect(turns).toBeGreaterThan(1);
  await driver.close!();
});

test("a record that is rewritten all the while is listed once, among many others", async ({ folder }) => {
  for (const base of [folder, "/dev/shm"]) {
    const path = mkdtempSync(join(base, "stowage-fs-list-"));
    try {
      for (let i = 0; i < 1_000; i++) writeFileSync(join(path, `many-${i}.json`), "1");
      const child = new Child("alternate", path);
      await child.written(1);
      const driver = await fs({ path });
      for (let i = 0; i < 30; i++) {
        const names = await namesIn(driver, {});
        expect(names.length).toBe(1_001);
        expect(names[0]).toBe("big.json");
      }
      await child.kill();
      await driver.close!();
    } finally {
      rmSync(path, { recursive: true });
    }
  }
});
