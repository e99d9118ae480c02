import { lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Key } from "@stowage/core";
import { expect } from "vitest";
import { foreignIn, openStore, test } from "./setup.ts";

test("a folder that was moved to another disk and linked is listed, read, and written as before", async ({
  folder,
}) => {
  const path = join(folder, "storage");
  const store = await openStore(path);
  for (const family of ["message", "part", "session"]) {
    for (const id of ["1", "2"]) await store.write([family, id, "x"], id);
  }
  const before = await store.list([]);
  const disk = join(folder, "disk");
  renameSync(join(path, "part"), disk);
  symlinkSync(disk, join(path, "part"));
  expect(await store.list([])).toEqual(before);
  const reverse: Key[] = [];
  for await (const key of store.keys([], { reverse: true })) reverse.push(key);
  expect(reverse).toEqual(before.toReversed());
  expect(await store.list(["part"])).toEqual(before.filter(([family]) => family === "part"));
  expect(await store.read(["part", "1", "x"])).toBe("1");
  expect(await foreignIn(path)).toEqual({});
  await store.write(["part", "1", "x"], "new");
  expect(await store.read(["part", "1", "x"])).toBe("new");
  // The link outlives its last record.
  expect(await store.removePrefix(["part"])).toBe(2);
  await store.write(["part", "3", "x"], 3);
  expect(readdirSync(disk)).toEqual(["3"]);
  expect(lstatSync(join(path, "part")).isSymbolicLink()).toBe(true);
  await store.close();
});

test("a link back to a folder on the way is reported and not followed, not by a prefix either", async ({ folder }) => {
  const store = await openStore(folder);
  await store.write(["a", "b", "c"], 1);
  symlinkSync(".", join(folder, "self"));
  symlinkSync(folder, join(folder, "a/b/top"));
  symlinkSync("../../a", join(folder, "a/b/above"));
  expect(await store.list([])).toEqual([["a", "b", "c"]]);
  for (const prefix of [["self"], ["self", "a"], ["a", "b", "top"], ["a", "b", "above", "b"]]) {
    expect(await store.list(prefix)).toEqual([]);
  }
  await store.close();
  const reason = "it leads back to a folder on the way to it";
  expect(await foreignIn(folder)).toEqual({ self: reason, "a/b/top": reason, "a/b/above": reason });
});

test("a link to a folder around the store is followed up to the store", async ({ folder }) => {
  const path = join(folder, "storage");
  mkdirSync(join(folder, "more"));
  writeFileSync(join(folder, "more/x.json"), "1");
  const store = await openStore(path);
  await store.write(["a"], 1);
  symlinkSync(folder, join(path, "out"));
  expect(await store.list([])).toEqual([["a"], ["out", "more", "x"]]);
  expect(await store.list(["out", "storage"])).toEqual([]);
  await store.close();
  expect(await foreignIn(path)).toEqual({ "out/storage": "it leads back to a folder on the way to it" });
});

test("links outside that lead to each other end", async ({ folder }) => {
  const path = join(folder, "storage");
  for (const name of ["one", "two"]) mkdirSync(join(folder, name));
  symlinkSync(join(folder, "two"), join(folder, "one/next"));
  symlinkSync(join(folder, "one"), join(folder, "two/next"));
  writeFileSync(join(folder, "two/x.json"), "1");
  const store = await openStore(path);
  symlinkSync(join(folder, "one"), join(path, "in"));
  expect(await store.list([])).toEqual([["in", "next", "x"]]);
  await store.close();
  expect(await foreignIn(path)).toEqual({ "in/next/next": "it leads back to a folder on the way to it" });
});

test("two links to one folder give its records both names", async ({ folder }) => {
  const store = await openStore(folder);
  await store.write(["a", "x"], 1);
  symlinkSync("a", join(folder, "b"));
  expect(await store.list([])).toEqual([
    ["a", "x"],
    ["b", "x"],
  ]);
  expect(await store.read(["b", "x"])).toBe(1);
  await store.close();
});

test("links to files, to nothing, and to themselves are no records", async ({ folder }) => {
  const store = await openStore(folder);
  await store.write(["a", "x"], 1);
  symlinkSync("a/x.json", join(folder, "file.json"));
  symlinkSync("a/x.json", join(folder, "file"));
  symlinkSync("missing", join(folder, "nothing"));
  symlinkSync("itself", join(folder, "itself"));
  symlinkSync("a", join(folder, "folder.json"));
  symlinkSync("a", join(folder, ".hidden"));
  expect(await store.list([])).toEqual([["a", "x"]]);
  await store.close();
  expect(await foreignIn(folder)).toEqual({
    "file.json": "it is a symbolic link",
    file: "it is a symbolic link",
    nothing: "it is a symbolic link",
    itself: "it is a symbolic link",
    "folder.json": "it is a folder that is named as a record",
    ".hidden": 'its name starts with "."',
  });
});
