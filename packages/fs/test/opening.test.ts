import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isStorageError, type StorageErrorCode } from "@stowage/core";
import { describe, expect } from "vitest";
import { fs, type FsOptions } from "../src/index.ts";
import { filesIn, openStore, test } from "./setup.ts";

async function refusal(options: FsOptions): Promise<{ code: StorageErrorCode; message: string }> {
  try {
    await fs(options);
  } catch (error) {
    if (isStorageError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("it was opened");
}

describe("opening", () => {
  test("a missing folder becomes a store on which OpenCode runs no migration", async ({ folder }) => {
    const path = join(folder, "deep/storage");
    const store = await openStore(path);
    await store.close();
    expect(filesIn(path)).toEqual(new Map([["migration", "2"]]));
  });

  test("an empty folder becomes a store, also when a desktop was there", async ({ folder }) => {
    writeFileSync(join(folder, ".DS_Store"), "");
    const store = await openStore(folder);
    await store.close();
    expect(readFileSync(join(folder, "migration"), "utf8")).toBe("2");
  });

  test("a folder with records gets no marker", async ({ folder }) => {
    writeFileSync(join(folder, "a.json"), "1");
    const store = await openStore(folder);
    await store.write(["b"], 2);
    await store.close();
    expect(readdirSync(folder).sort()).toEqual(["a.json", "b.json"]);
  });

  test.for(["0", "1", "2", " 2\n", "1.5", "", "abc", '"x"', "{}"])(
    "the marker %j is accepted and left alone",
    async (marker, { folder }) => {
      writeFileSync(join(folder, "migration"), marker);
      const store = await openStore(folder);
      await store.write(["a"], 1);
      expect(await store.list([])).toEqual([["a"]]);
      await store.close();
      expect(readFileSync(join(folder, "migration"), "utf8")).toBe(marker);
    },
  );

  test.for(["3", "12\n", "99999999999999999999"])(
    "the marker %j of a newer format is refused and nothing is changed",
    async (marker, { folder }) => {
      writeFileSync(join(folder, "migration"), marker);
      const before = statSync(folder).mtimeMs;
      const { code, message } = await refusal({ path: folder });
      expect(code).toBe("UNSUPPORTED");
      expect(message).toContain("a newer format wrote it");
      expect(filesIn(folder)).toEqual(new Map([["migration", marker]]));
      expect(statSync(folder).mtimeMs).toBe(before);
    },
  );

  test("with create off, a missing folder is refused and not made", async ({ folder }) => {
    const path = join(folder, "storage");
    expect(await refusal({ path, create: false })).toEqual({
      code: "NOT_FOUND",
      message: `Cannot open ${JSON.stringify(path)}: there is no such folder`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("with create off, an empty folder stays empty", async ({ folder }) => {
    const store = await openStore(folder, { create: false });
    expect(await store.list([])).toEqual([]);
    await store.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a file is refused", async ({ folder }) => {
    const path = join(folder, "file");
    writeFileSync(path, "");
    expect(await refusal({ path })).toEqual({
      code: "UNSUPPORTED",
      message: `Cannot open ${JSON.stringify(path)}: it is no folder`,
    });
  });

  test("a path below a file is refused", async ({ folder }) => {
    writeFileSync(join(folder, "file"), "");
    expect((await refusal({ path: join(folder, "file/storage") })).code).toBe("UNSUPPORTED");
  });

  test.for(["storage/session/p", "storage/migration"])(
    "OpenCode's data folder, known by %s, is refused with the folder to open",
    async (inner, { folder }) => {
      mkdirSync(join(folder, inner), { recursive: true });
      const { code, message } = await refusal({ path: folder });
      expect(code).toBe("UNSUPPORTED");
      expect(message).toContain(JSON.stringify(join(folder, "storage")));
      expect(readdirSync(folder)).toEqual(["storage"]);
    },
  );

  test("the layout before OpenCode 0.6 is refused with the way out", async ({ folder }) => {
    mkdirSync(join(folder, "project/my-code/storage/session/info"), { recursive: true });
    const { code, message } = await refusal({ path: folder });
    expect(code).toBe("UNSUPPORTED");
    expect(message).toContain("start a newer OpenCode once");
  });

  test.for(["session", "part", "todo", "session_diff"])(
    "the folder %s in a store, there or not, is refused with the store to open, and not made",
    async (family, { folder }) => {
      const store = await openStore(folder);
      await store.write(["session", "p", "x"], 1);
      await store.write(["part", "m", "x"], 1);
      await store.close();
      const before = readdirSync(folder);
      for (const options of [{}, { readonly: true }, { create: false }]) {
        expect(await refusal({ path: join(folder, family), ...options })).toEqual({
          code: "UNSUPPORTED",
          message: `Cannot open ${JSON.stringify(join(folder, family))}: it is a folder in a store, the store is ${JSON.stringify(folder)}`,
        });
      }
      expect(readdirSync(folder)).toEqual(before);
      symlinkSync(join(folder, family), join(folder, "elsewhere"));
      expect((await refusal({ path: join(folder, "elsewhere"), create: false })).code).toBe(
        before.includes(family) ? "UNSUPPORTED" : "NOT_FOUND",
      );
    },
  );

  test.for(["session", "part"])("a folder %s that is a store of its own is opened", async (name, { folder }) => {
    const outer = await openStore(folder);
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "migration"), "2");
    const inner = await openStore(join(folder, name));
    expect(await inner.list([])).toEqual([]);
    await inner.close();
    await outer.close();
    // Beside a folder that is only called migration, as in many projects.
    mkdirSync(join(folder, "project/migration"), { recursive: true });
    const beside = await openStore(join(folder, "project", name));
    await beside.close();
    expect(existsSync(join(folder, "project", name, "migration"))).toBe(true);
  });

  test("two paths to one folder are one location, two folders are two", async ({ folder }) => {
    mkdirSync(join(folder, "one"));
    symlinkSync(join(folder, "one"), join(folder, "link"));
    const drivers = await Promise.all(["one", "link", "two"].map((name) => fs({ path: join(folder, name) })));
    const reader = await fs({ path: join(folder, "one"), readonly: true });
    const [one, link, two] = drivers.map((driver) => driver.location);
    expect(one).toBe(`fs:${realpathSync(join(folder, "one"))}`);
    expect(link).toBe(one);
    expect(reader.location).toBe(one);
    expect(two).toBe(`fs:${realpathSync(join(folder, "two"))}`);
    for (const driver of drivers) await driver.close!();
  });

  test("a store whose keys look like a data folder opens again", async ({ folder }) => {
    const store = await openStore(folder);
    await store.write(["storage", "session", "x"], 1);
    await store.close();
    const again = await openStore(folder);
    expect(await again.list([])).toEqual([["storage", "session", "x"]]);
    await again.close();
  });

  test("a link to the store's folder is followed", async ({ folder }) => {
    mkdirSync(join(folder, "disk"));
    symlinkSync(join(folder, "disk"), join(folder, "storage"));
    const store = await openStore(join(folder, "storage"));
    await store.write(["a", "b"], 1);
    expect(await store.list(["a"])).toEqual([["a", "b"]]);
    await store.close();
    expect([...filesIn(join(folder, "disk")).keys()]).toEqual(["a/b.json", "migration"]);
  });
});

describe("a folder opened for reading only", () => {
  test("is not touched, not even by a temporary file or the clearing away of one", async ({ folder }) => {
    const writer = await openStore(folder);
    await writer.write(["a", "b"], 1);
    await writer.close();
    const junk = join(folder, "a", `.stowage-${"0".repeat(12)}-1-1-00000000-1.tmp`);
    writeFileSync(junk, "");
    const before = statSync(folder, { bigint: true });
    const reader = await openStore(folder, { readonly: true });
    expect(await reader.read(["a", "b"])).toBe(1);
    expect(await reader.list([])).toEqual([["a", "b"]]);
    await expect(reader.write(["a", "c"], 1)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await reader.close();
    const after = statSync(folder, { bigint: true });
    expect([after.mtimeNs, after.ctimeNs]).toEqual([before.mtimeNs, before.ctimeNs]);
    expect(existsSync(junk)).toBe(true);
  });

  test("must be there", async ({ folder }) => {
    const path = join(folder, "missing");
    expect(await refusal({ path, readonly: true })).toMatchObject({ code: "NOT_FOUND" });
    expect(existsSync(path)).toBe(false);
  });
});

describe("options", () => {
  test.for<[string, object, string]>([
    ["no object", undefined as never, "options are an object, got undefined"],
    ["an unknown option", { path: "x", color: 1 }, 'unknown option "color"'],
    ["a misspelt option", { path: "x", durabilty: "power" }, 'did you mean "durability"'],
    ["no path", {}, 'the option "path" is a path, got undefined'],
    ["a wrong durability", { path: "x", durability: "disk" }, '"process" or "power", got "disk"'],
    ["a wrong create", { path: "x", create: 1 }, 'the option "create" is true or false, got 1'],
    ["a wrong readonly", { path: "x", readonly: "yes" }, 'the option "readonly" is true or false, got "yes"'],
    ["a wrong timeout", { path: "x", lockTimeoutMs: -1 }, "milliseconds from 0 to 2147483647, got -1"],
  ])("%s is refused before anything is touched", async ([, options, detail]) => {
    const { code, message } = await refusal(options as FsOptions);
    expect(code).toBe("INVALID_VALUE");
    expect(message).toContain(detail);
  });
});
