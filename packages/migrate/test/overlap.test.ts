import { renameSync, symlinkSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { scope, Store } from "@stowage/core";
import { fs } from "@stowage/fs";
import { sqlite } from "@stowage/sqlite";
import { expect, test } from "vitest";
import { migrate, plan, verify } from "../src/index.ts";
import { plantedFolder, temporaryFolder } from "./support.ts";

test("the same store by another path is refused by every function", async () => {
  const folder = await plantedFolder({ "a/1.json": "1", migration: "2" });
  const link = join(await temporaryFolder(), "link");
  symlinkSync(folder, link);
  await using one = new Store(await fs({ path: folder }));
  await using other = new Store(await fs({ path: link }));
  for (const call of [plan, migrate, verify]) {
    await expect(call(one, other)).rejects.toMatchObject({
      code: "INVALID_VALUE",
      message: expect.stringContaining("both sides are the same store"),
    });
  }
});

test("the same database opened twice is refused", async () => {
  const path = join(await temporaryFolder(), "store.db");
  await using one = new Store(await sqlite({ path }));
  await using other = new Store(await sqlite({ path }));
  await expect(migrate(one, other)).rejects.toMatchObject({ code: "INVALID_VALUE" });
});

test("a folder within the other one is refused, whichever is the source", async () => {
  const outer = await plantedFolder({ "a/1.json": "1", migration: "2" });
  await mkdir(join(outer, "backup"));
  await using whole = new Store(await fs({ path: outer }));
  await using part = new Store(await fs({ path: join(outer, "backup") }));
  for (const [from, to] of [
    [whole, part],
    [part, whole],
  ] as const) {
    await expect(migrate(from, to)).rejects.toMatchObject({
      message: expect.stringContaining("one side lies in the other"),
    });
  }
});

test("two views of one store are two stores", async () => {
  const driver = await fs({ path: await temporaryFolder() });
  const [one, other] = [new Store(scope(["one"])(driver)), new Store(scope(["other"])(driver))];
  await one.write(["a"], 1);
  expect(await migrate(one, other)).toMatchObject({ result: "ok", created: { records: 1 } });
  await expect(migrate(new Store(driver), other)).rejects.toMatchObject({ code: "INVALID_VALUE" });
  await driver.close?.();
});

test("a source that goes away while it is copied is a failure", async () => {
  const files = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`part/m${i % 50}/${i}.json`, `${i}`]));
  const folder = await plantedFolder({ ...files, migration: "2" });
  await using from = new Store(await fs({ path: folder, readonly: true }));
  await using to = new Store(await sqlite({ path: join(await temporaryFolder(), "store.db") }));
  let isThere = true;
  const report = await migrate(from, to, {
    onProgress: ({ records }) => {
      if (records < 500 || !isThere) return;
      isThere = false;
      renameSync(folder, `${folder}-unplugged`);
    },
  });
  renameSync(`${folder}-unplugged`, folder);
  expect(report.result).toBe("failed");
  expect(await migrate(from, to)).toMatchObject({ result: "ok", comparison: { equal: true } });
});

test("a file that looks like a record under a name that none can have makes the result incomplete", async () => {
  const folder = await plantedFolder({ "a/1.json": "1", "a/b\\c.json": "2", "a/._1.json": "x", "Thumbs.db": "x" });
  await using from = new Store(await fs({ path: folder, readonly: true }));
  await using to = new Store(await fs({ path: await temporaryFolder() }));
  const report = await migrate(from, to);
  expect(report).toMatchObject({ result: "incomplete", created: { records: 1 } });
  expect(report.foreign.items.map(({ path }) => path)).toContain("a/b\\c.json");
});
