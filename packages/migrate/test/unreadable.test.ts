import { chmodSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Store } from "@stowage/core";
import { fs } from "@stowage/fs";
import { sqlite } from "@stowage/sqlite";
import { expect, test } from "vitest";
import { census, exitCodes, migrate, plan, setAsideFolder, verify } from "../src/index.ts";
import { filesOf, memoryStore, plantedFolder, temporaryFolder, textsOf, withUnreadable } from "./support.ts";

const texts = { "a/1.json": "1", "a/2.json": "2", "a/3.json": "3" };
const badBlock = { name: "a/2.json", code: "UNKNOWN", reason: "the disk has a bad block" };
const marked = "unreadable-".repeat(4000);

test("a record that can't be read fails the migration, is never set aside, and hides no other", async () => {
  const from = new Store(await withUnreadable("a/2.json", texts));
  const to = await memoryStore();
  const aside = join(await temporaryFolder(), "aside");
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  const report = await migrate(from, to, { setAside: setAsideFolder(aside), onWarning });
  expect(report).toMatchObject({
    result: "failed",
    created: { records: 2 },
    setAside: { count: 0 },
    leftBehind: { count: 0 },
    unreadable: { count: 1, items: [badBlock] },
    comparison: { result: "failed", equal: false, missing: { count: 1, items: ["a/2.json"] } },
  });
  expect(exitCodes[report.result]).toBe(1);
  expect(report.comparison?.a.digest).toBeUndefined();
  expect(warnings).toEqual(['"a/2.json" is not carried, it can\'t be read: the disk has a bad block']);
  expect(await textsOf(to)).toEqual({ "a/1.json": "1", "a/3.json": "3" });
  await expect(filesOf(aside)).rejects.toMatchObject({ code: "ENOENT" });
});

test("a plan, a comparison, and a census tell of a record that can't be read", async () => {
  const from = new Store(await withUnreadable("a/2.json", texts));
  const to = await memoryStore();
  const unreadable = { count: 1, items: [badBlock] };
  expect(await plan(from, to)).toMatchObject({
    source: { records: 3, bytes: 2, unreadable },
    target: { unreadable: { count: 0 } },
    total: { create: { records: 2 }, damaged: { records: 0 }, unreadable: { records: 1 } },
    damaged: { count: 0 },
  });
  expect(await verify(from, to)).toMatchObject({
    result: "failed",
    a: { records: 3, damaged: { count: 0 }, unreadable },
    missing: { count: 3 },
  });
  expect(await census(from)).toMatchObject({ records: 3, bytes: 2, damaged: { count: 0 }, unreadable });
});

test("a record that the target can't read is a failure, and overwrite replaces it", async () => {
  const driver = await withUnreadable("a/2.json", texts);
  const from = await memoryStore(texts);
  const report = await migrate(from, new Store(driver));
  expect(report).toMatchObject({ result: "failed", equal: { records: 2 }, different: { count: 0 } });
  expect(report.failed.items).toEqual([
    { name: "a/2.json", code: "UNKNOWN", message: 'Cannot read "a/2.json" in the target: the disk has a bad block' },
  ]);
  const planned = await plan(from, new Store(driver));
  expect(planned).toMatchObject({ total: { unreadable: { records: 1 } }, target: { unreadable: { count: 1 } } });
  expect(await migrate(from, new Store(driver), { overwrite: true })).toMatchObject({ overwritten: { records: 1 } });
});

test("a page of a database that SQLite can't read makes its record unreadable, not damaged", async () => {
  const path = join(await temporaryFolder(), "records.db");
  {
    await using store = new Store(await sqlite({ path }));
    await store.write(["a", "1"], 1);
    await store.write(["a", "2"], marked);
    await store.write(["a", "3"], 3);
  }
  breakOverflowPages(path);
  await using from = new Store(await sqlite({ path, create: false }));
  const to = await memoryStore();
  const report = await migrate(from, to, { setAside: setAsideFolder(join(await temporaryFolder(), "aside")) });
  expect(report).toMatchObject({ result: "failed", created: { records: 2 }, setAside: { count: 0 } });
  expect(report.unreadable.items).toEqual([{ name: "a/2.json", code: "CORRUPT", reason: expect.any(String) }]);
  expect(await textsOf(to)).toEqual({ "a/1.json": "1", "a/3.json": "3" });
});

test("a file that is too large to be read is unreadable, not damaged", async () => {
  const folder = await plantedFolder({ ...texts });
  // A hole: it takes no room on the disk.
  truncateSync(join(folder, "a/2.json"), 600_000_000);
  await using from = new Store(await fs({ path: folder, readonly: true }));
  const report = await migrate(from, await memoryStore());
  expect(report).toMatchObject({ result: "failed", created: { records: 2 }, leftBehind: { count: 0 } });
  expect(report.unreadable.items).toMatchObject([{ name: "a/2.json", code: "TOO_LARGE" }]);
});

test("a file without permission is unreadable, not damaged", async () => {
  const folder = await plantedFolder({ ...texts });
  chmodSync(join(folder, "a/2.json"), 0o000);
  for (const path of [folder, join(folder, "a")]) chmodSync(path, 0o755);
  await using from = new Store(await fs({ path: folder, readonly: true }));
  const to = await memoryStore();
  const report = await asNobody(() => migrate(from, to));
  expect(report).toMatchObject({ result: "failed", created: { records: 2 }, leftBehind: { count: 0 } });
  expect(report.unreadable.items).toEqual([
    { name: "a/2.json", code: "UNAVAILABLE", reason: expect.stringContaining("EACCES") },
  ]);
});

/** Root may read everything, so what it runs here is run as a user who may not. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return run();
  process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

/** Makes the pages that hold the rest of a long text point to a next one that the file does not have. */
function breakOverflowPages(path: string): void {
  const bytes = readFileSync(path);
  const pageSize = bytes.readUInt16BE(16);
  for (let page = 0; page < bytes.length; page += pageSize) {
    if (bytes.subarray(page + 4, page + 100).includes("unreadable-")) bytes.writeUInt32BE(0xffffff, page);
  }
  writeFileSync(path, bytes);
}
