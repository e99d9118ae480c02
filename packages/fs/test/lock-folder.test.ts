import { hash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { fs } from "../src/index.ts";
import { forgedOwners, forgeLock, openStore, test } from "./setup.ts";

describe("the folder of the locks", () => {
  test("is no part of the store: not listed, not reported, not there when nobody writes", async ({ folder }) => {
    const driver = await fs({ path: folder });
    expect(readdirSync(folder)).toEqual(["migration"]);
    await driver.put("a/b.json", "1");
    expect(readdirSync(folder).sort()).toEqual([".locks", "a", "migration"]);
    for await (const names of driver.list({ prefix: "", reverse: false })) expect(names).toEqual(["a/b.json"]);
    for await (const foreign of driver.foreign!()) expect(foreign).toBeUndefined();
    await driver.close!();
    expect(readdirSync(folder).sort()).toEqual(["a", "migration"]);
  });

  test("is cleared of what dead owners left when a store opens", async ({ folder }) => {
    const { dead, otherHost } = forgedOwners();
    const left = forgeLock(folder, "a.json", dead);
    const held = forgeLock(folder, "b.json", otherHost);
    mkdirSync(join(folder, ".locks", dead));
    writeFileSync(join(folder, ".locks", dead, dead), "");
    // One whose maker was stopped before it was made.
    mkdirSync(join(folder, ".locks", `${dead}0`));
    const driver = await fs({ path: folder });
    expect([existsSync(left), existsSync(held)]).toEqual([false, true]);
    expect(readdirSync(join(folder, ".locks"))).toEqual([hash("sha1", "b.json")]);
    await driver.close!();
  });

  test("may vanish under a store that uses it", async ({ folder }) => {
    const store = await openStore(folder);
    await store.write(["a"], 1);
    renameSync(join(folder, ".locks"), join(folder, ".away"));
    await store.write(["a"], 2);
    expect(await store.read(["a"])).toBe(2);
    await store.close();
  });

  test("a desktop's file in a lock does not keep it closed", async ({ folder }) => {
    const store = await openStore(folder);
    const lock = join(folder, ".locks", hash("sha1", "a.json"));
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, ".DS_Store"), "");
    await store.write(["a"], 1);
    expect(await store.read(["a"])).toBe(1);
    await store.close();
    expect(existsSync(join(folder, ".locks"))).toBe(false);
  });
});
