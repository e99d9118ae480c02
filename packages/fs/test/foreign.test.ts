import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Key } from "@stowage/core";
import { describe, expect } from "vitest";
import { codeOf, filesIn, foreignIn, openStore, test } from "./setup.ts";

describe("what is no record", () => {
  test("is not listed, not read, and reported with its reason", async ({ folder }) => {
    const store = await openStore(folder);
    await store.write(["a", "b"], 1);
    await store.close();
    writeFileSync(join(folder, "Thumbs.db"), "");
    writeFileSync(join(folder, "a/b.json.tmp"), "{}");
    writeFileSync(join(folder, "a/.hidden.json"), "{}");
    mkdirSync(join(folder, ".git"));
    writeFileSync(join(folder, ".git/x.json"), "{}");
    mkdirSync(join(folder, "a/c.json"));
    writeFileSync(join(folder, "a/c.json/d.json"), "{}");
    writeFileSync(join(folder, "a/back\\slash.json"), "{}");
    symlinkSync(join(folder, "a/b.json"), join(folder, "a/link.json"));
    symlinkSync(folder, join(folder, "loop"));
    execFileSync("mkfifo", [join(folder, "a/pipe.json")]);
    const noUtf8 = Buffer.from([0xff]);
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/a/bad-`), noUtf8, Buffer.from(".json")]), "{}");
    mkdirSync(Buffer.concat([Buffer.from(`${folder}/a/worse-`), noUtf8]));

    const again = await openStore(folder);
    expect(await again.list([])).toEqual([["a", "b"]]);
    for (const id of ["link", "pipe", "c"]) expect(await again.get(["a", id])).toBeUndefined();
    await again.close();
    expect(await foreignIn(folder)).toEqual({
      "Thumbs.db": "its name does not end with .json",
      "a/b.json.tmp": "its name does not end with .json",
      "a/.hidden.json": 'its name starts with "."',
      ".git": 'its name starts with "."',
      "a/c.json": "it is a folder that is named as a record",
      "a/back\\slash.json": "its path is no legal key",
      "a/link.json": "it is a symbolic link",
      loop: "it leads back to a folder on the way to it",
      "a/pipe.json": "it is no regular file",
      "a/bad-\ufffd.json": "its name is not UTF-8",
      "a/worse-\ufffd": "its name is not UTF-8",
    });
  });

  test("a name with the replacement character in it is a name like others", async ({ folder }) => {
    const store = await openStore(folder);
    const keys = [["ends\ufffd"], ["folder\ufffd", "x"]];
    for (const key of keys) await store.write(key, 1);
    expect(await store.list([])).toEqual(keys);
    await store.close();
    expect(await foreignIn(folder)).toEqual({});
  });

  test("is neither overwritten nor removed", async ({ folder }) => {
    const store = await openStore(folder);
    writeFileSync(join(folder, "outside"), "mine");
    symlinkSync(join(folder, "outside"), join(folder, "link.json"));
    mkdirSync(join(folder, "folder.json"));
    for (const id of ["link", "folder"]) {
      expect(await codeOf(store.write([id], 1))).toBe("UNSUPPORTED");
      await store.remove([id]);
    }
    await store.close();
    expect(lstatSync(join(folder, "link.json")).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(folder, "folder.json")).isDirectory()).toBe(true);
    expect(readFileSync(join(folder, "outside"), "utf8")).toBe("mine");
  });

  test("a file in the place of a folder is no folder, and stays", async ({ folder }) => {
    const store = await openStore(folder);
    writeFileSync(join(folder, "a"), "mine");
    expect(await store.get(["a", "b"])).toBeUndefined();
    expect(await store.list(["a"])).toEqual([]);
    await expect(store.write(["a", "b"], 1)).rejects.toThrow("a file lies in the place of one of its folders");
    expect(await codeOf(store.write(["a", "b"], 1))).toBe("UNSUPPORTED");
    await store.remove(["a", "b"]);
    await store.close();
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("mine");
  });

  test("no key leads out of the folder", async ({ folder }) => {
    const path = join(folder, "store");
    writeFileSync(join(folder, "secret.json"), '"secret"');
    const store = await openStore(path);
    const ways: Key[] = [["..", "secret"], ["a", "../../secret"], ["/", "secret"], ["..\\secret"], ["secret\0"], [""]];
    for (const key of ways) {
      expect(await codeOf(store.read(key))).toBe("INVALID_KEY");
      expect(await codeOf(store.write(key, 1))).toBe("INVALID_KEY");
      expect(await codeOf(store.remove(key))).toBe("INVALID_KEY");
    }
    await store.close();
    expect([...filesIn(folder)]).toEqual([
      ["secret.json", '"secret"'],
      ["store/migration", "2"],
    ]);
  });
});
