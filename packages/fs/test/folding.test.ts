import { execFileSync, spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isStorageError } from "@stowage/core";
import { describe, expect } from "vitest";
import { FsDriver } from "../src/driver.ts";
import { fs } from "../src/index.ts";
import { completeOptions } from "../src/options.ts";
import { newOwner } from "../src/owner.ts";
import { foldName, Spelling } from "../src/spelling.ts";
import { openStore, test } from "./setup.ts";

/** A folding disk over a real folder: it finds an entry under any spelling, and lists the one it has. */
const foldingDisk = {
  namesIn: (folder: string): string[] => readdirSync(folder),
  isThere: (path: string): boolean => {
    const cut = path.lastIndexOf("/");
    try {
      return readdirSync(path.slice(0, cut)).some((name) => foldName(name) === foldName(path.slice(cut + 1)));
    } catch {
      return false;
    }
  },
};

describe("a file system that keeps names apart", () => {
  test("is found out, and records that differ in case or normalisation are two", async ({ folder }) => {
    const driver = await fs({ path: folder });
    expect(driver.capabilities.caseSensitive).toBe(true);
    const names = ["A.json", "a.json", "e\u0301.json", "\u00e9.json"];
    for (const name of names) await driver.put(name, JSON.stringify(name));
    for (const name of names) expect((await driver.get(name))?.text).toBe(JSON.stringify(name));
    await driver.close!();
    expect(readdirSync(folder).sort()).toEqual([...names, "migration"].sort());
  });

  test("the names that may be one elsewhere share a lock there", () => {
    expect(foldName("A/É.json")).toBe(foldName("a/e\u0301.json"));
    expect(foldName("straße.json")).toBe(foldName("STRASSE.json"));
    expect(foldName("a.json")).not.toBe(foldName("b.json"));
  });
});

describe("where names are folded", () => {
  test("another spelling of a file or a folder is not exact", ({ folder }) => {
    mkdirSync(join(folder, "Part"));
    writeFileSync(join(folder, "Part/One.json"), "1");
    const spelling = new Spelling(folder, foldingDisk);
    expect(spelling.isExact("Part/One.json")).toBe(true);
    expect(spelling.isExact("Part/")).toBe(true);
    for (const name of ["part/One.json", "Part/one.json", "part/", "Part/Two.json"]) {
      expect(spelling.isExact(name)).toBe(false);
    }
  });

  test("a name that would reach the file of another one is refused with that one's spelling", ({ folder }) => {
    mkdirSync(join(folder, "Part"));
    writeFileSync(join(folder, "Part/\u00e9.json"), "1");
    const spelling = new Spelling(folder, foldingDisk);
    for (const free of ["Part/\u00e9.json", "Part/b.json", "Other/\u00e9.json"]) {
      expect(() => spelling.checkFree(free)).not.toThrow();
    }
    expect(() => spelling.checkFree("Part/e\u0301.json")).toThrow(
      'the file system does not keep it apart from "Part/\u00e9.json"',
    );
    expect(() => spelling.checkFree("part/new.json")).toThrow('does not keep it apart from "Part"');
  });

  test("the driver says so, and does everything else as elsewhere", async ({ folder }) => {
    const driver = new FsDriver(completeOptions({ path: folder }), newOwner(), {
      caseSensitive: false,
      newFileMode: undefined,
    });
    expect(driver.capabilities.caseSensitive).toBe(false);
    await driver.put("a/b.json", "1");
    await driver.update("a/b.json", () => "2");
    expect((await driver.get("a/b.json"))?.text).toBe("2");
    expect((await driver.put("a/b.json", "3", null)).done).toBe(false);
    for await (const names of driver.list({ prefix: "a/", reverse: false })) expect(names).toEqual(["a/b.json"]);
    for await (const names of driver.list({ prefix: "A/", reverse: false })) expect(names).toEqual([]);
    await driver.remove("a/b.json");
    await driver.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});

const image = mountable();
describe.skipIf(image !== undefined)(`on a real VFAT disk${image === undefined ? "" : ` (skipped: ${image})`}`, () => {
  test("the second spelling of a key is refused and the first one stays", async ({ folder }) => {
    const file = join(folder, "disk.img");
    const mount = join(folder, "disk");
    mkdirSync(mount);
    execFileSync("truncate", ["-s", "16M", file]);
    execFileSync("mkfs.vfat", [file]);
    execFileSync("mount", ["-o", "loop", file, mount]);
    try {
      const store = await openStore(mount);
      expect(store.capabilities.caseSensitive).toBe(false);
      await store.write(["Session", "One"], 1);
      for (const key of [
        ["session", "One"],
        ["Session", "one"],
      ]) {
        expect(await store.get(key)).toBeUndefined();
        await store.remove(key);
        const error: unknown = await store.write(key, 2).catch((error: unknown) => error);
        expect(isStorageError(error, "UNSUPPORTED")).toBe(true);
      }
      expect(await store.list(["session"])).toEqual([]);
      expect(await store.read(["Session", "One"])).toBe(1);
      await store.close();
    } finally {
      execFileSync("umount", [mount]);
    }
    expect(lstatSync(mount).isDirectory()).toBe(true);
  });
});

/** Why no VFAT image can be mounted here; `undefined` if one can. */
function mountable(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "mounting takes root on Linux";
  if (spawnSync("mkfs.vfat", ["--help"]).error !== undefined) return "there is no mkfs.vfat";
  const kernel = execFileSync("cat", ["/proc/filesystems"], { encoding: "utf8" });
  return /\bvfat\b/.test(kernel) ? undefined : "the kernel has no VFAT";
}
