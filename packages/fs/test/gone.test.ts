import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { isStorageError, type Store } from "@stowage/core";
import { describe, expect } from "vitest";
import { openStore, test } from "./setup.ts";

/** Every way to ask or change a store that might take a missing folder for an empty one. */
const calls: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  read: (store) => store.read(["a", "b"]),
  get: (store) => store.get(["a", "b"]),
  readMany: (store) => store.readMany([["a", "b"]]),
  list: (store) => store.list([]),
  "list of a prefix": (store) => store.list(["a"]),
  keys: async (store) => store.keys([], { limit: 1 }).next(),
  entries: async (store) => store.entries([]).next(),
  foreign: async (store) => store.driver.foreign!()[Symbol.asyncIterator]().next(),
  marker: (store) => store.driver.getMarker("migration"),
  write: (store) => store.write(["a", "b"], 2),
  create: (store) => store.put(["a", "b"], 2, { ifVersion: null }),
  update: (store) => store.update(["a", "b"], () => 2),
  remove: (store) => store.remove(["a", "b"]),
  removePrefix: (store) => store.removePrefix(["a"]),
  "write of a marker": (store) => store.driver.putMarker("migration", "2"),
  sync: (store) => store.sync(),
};

async function answers(store: Store): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, call] of Object.entries(calls)) {
    const error: unknown = await call(store).catch((error: unknown) => error);
    // A driver's own calls end with an error of the driver, which the store would wrap.
    found[name] = error instanceof Error && "code" in error ? String(error.code) : JSON.stringify(error);
  }
  return found;
}

const allUnavailable = Object.fromEntries(Object.keys(calls).map((name) => [name, "UNAVAILABLE"]));

describe("a store whose folder is gone", () => {
  test("says so whatever is asked, and does not make the folder again", async ({ folder }) => {
    const path = join(folder, "disk");
    const store = await openStore(path);
    await store.write(["a", "b"], 1);
    renameSync(path, join(folder, "unplugged"));
    expect(await answers(store)).toEqual(allUnavailable);
    await expect(store.read(["a", "b"])).rejects.toThrow("the store's folder is gone");
    expect(existsSync(path)).toBe(false);
    await store.close();
  });

  test("says so also where another folder is in its place, and leaves that one alone", async ({ folder }) => {
    const path = join(folder, "disk");
    const store = await openStore(path);
    await store.write(["a", "b"], 1);
    renameSync(path, join(folder, "unplugged"));
    mkdirSync(path);
    expect(await answers(store)).toEqual(allUnavailable);
    await expect(store.list([])).rejects.toThrow("the store's folder is gone: there is another one in its place");
    await store.close();
    expect(readdirSync(path)).toEqual([]);
  });

  test("is a store again when its folder is back", async ({ folder }) => {
    const path = join(folder, "disk");
    const store = await openStore(path);
    await store.write(["a", "b"], 1);
    renameSync(path, join(folder, "unplugged"));
    expect(await store.list([]).catch(() => "refused")).toBe("refused");
    renameSync(join(folder, "unplugged"), path);
    expect(await store.list([])).toEqual([["a", "b"]]);
    await store.write(["a", "c"], 1);
    await store.sync();
    await store.close();
  });

  test("is noticed by a listing that is under way, also by a reader", async ({ folder }) => {
    const path = join(folder, "disk");
    const writer = await openStore(path);
    for (const id of ["a", "b", "c"]) await writer.write([id, "x"], 1);
    await writer.close();
    const store = await openStore(path, { readonly: true });
    const pages = store.driver.list({ prefix: "", reverse: false, limit: 1 })[Symbol.asyncIterator]();
    expect((await pages.next()).value).toEqual(["a/x.json"]);
    renameSync(path, join(folder, "unplugged"));
    const error: unknown = await pages.next().catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "UNAVAILABLE" });
    await store.close();
  });
});

const mountProblem =
  process.platform === "linux" && process.getuid?.() === 0 ? undefined : "it takes root on Linux to mount one";
describe.skipIf(mountProblem !== undefined)(`a disk${mountProblem ? ` (skipped: ${mountProblem})` : ""}`, () => {
  test("that is unmounted leaves no empty store behind", async ({ folder }) => {
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", folder]);
    const store = await openStore(folder);
    await store.write(["a", "b"], 1);
    execFileSync("umount", [folder]);
    expect(await answers(store)).toEqual(allUnavailable);
    expect(isStorageError(await store.list([]).catch((error: unknown) => error), "UNAVAILABLE")).toBe(true);
    await store.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
