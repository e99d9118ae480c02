import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { isStorageError, keyOf, type StorageErrorCode } from "@stowage/core";
import { describe, expect } from "vitest";
import { fs, type FsOptions } from "../src/index.ts";
import { filesIn, openStore, test } from "./setup.ts";

const fixtures = resolve(import.meta.dirname, "../../../fixtures");
const samples = readdirSync(fixtures).filter((name) => readdirSync(join(fixtures, name)).includes("storage"));

async function refusal(options: FsOptions): Promise<{ code: StorageErrorCode; message: string }> {
  try {
    await fs(options);
  } catch (error) {
    if (isStorageError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("it was opened");
}

describe("records", () => {
  test("there are folders by OpenCode to compare with", () => {
    expect(samples.length).toBeGreaterThan(0);
  });

  test.for(samples)("rewriting %s record by record gives the same bytes", async (sample, { folder }) => {
    const original = join(fixtures, sample, "storage");
    const source = join(folder, "source");
    cpSync(original, source, { recursive: true });
    const from = await openStore(source);
    const to = await openStore(join(folder, "copy"));
    let count = 0;
    for await (const { key, value } of from.entries([])) {
      await to.write(key, value);
      count++;
    }
    await from.close();
    await to.close();
    const before = filesIn(original);
    expect(count).toBe([...before.keys()].filter((name) => keyOf(name) !== undefined).length);
    expect(filesIn(join(folder, "copy"))).toEqual(before);
    expect(filesIn(source)).toEqual(before);
  });

  test("a record is a file of indented JSON without a final newline", async ({ folder }) => {
    const store = await openStore(folder);
    await store.write(["session", "p", "ses_1"], { id: "ses_1", title: "café" });
    await store.close();
    expect(filesIn(folder)).toEqual(
      new Map([
        ["migration", "2"],
        ["session/p/ses_1.json", Buffer.from('{\n  "id": "ses_1",\n  "title": "café"\n}').toString("latin1")],
      ]),
    );
  });

  test("new files and folders have the rights that the umask leaves", async ({ folder }) => {
    const umask = process.umask();
    const store = await openStore(folder);
    await store.write(["a", "b"], 1);
    await store.close();
    expect(statSync(join(folder, "a/b.json")).mode & 0o777).toBe(0o666 & ~umask);
    expect(statSync(join(folder, "a")).mode & 0o777).toBe(0o777 & ~umask);
  });

  test("the longest segment fits", async ({ folder }) => {
    const store = await openStore(folder);
    const key = ["é".repeat(125), "x".repeat(250)];
    await store.write(key, 1);
    expect(await store.list([])).toEqual([key]);
    await store.close();
  });
});

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
    ["a wrong timeout", { path: "x", lockTimeoutMs: -1 }, "milliseconds from 0, got -1"],
  ])("%s is refused before anything is touched", async ([, options, detail]) => {
    const { code, message } = await refusal(options as FsOptions);
    expect(code).toBe("INVALID_VALUE");
    expect(message).toContain(detail);
  });
});
