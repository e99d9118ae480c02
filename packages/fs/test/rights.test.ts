import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Foreign, isStorageError, type Key } from "@stowage/core";
import { describe, expect } from "vitest";
import { filesIn, openStore, test } from "./setup.ts";

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => (error as { readonly code?: unknown }).code,
  );
}

/** What comes before the end, as paths, with the code of the error that is the end. */
async function untilError(items: AsyncIterable<Key | Foreign>): Promise<unknown[]> {
  const found: unknown[] = [];
  const sweep = async (): Promise<void> => {
    for await (const item of items) found.push("path" in item ? item.path : item.join("/"));
  };
  const end = await codeOf(sweep());
  return end === undefined ? found : [...found, end];
}

const mountProblem =
  process.platform === "linux" && process.getuid?.() === 0 ? undefined : "it takes root on Linux to make them";
describe.skipIf(mountProblem !== undefined)(
  `missing rights${mountProblem ? ` (skipped: ${mountProblem})` : ""}`,
  () => {
    test("a read-only disk can be read, and a write says that it is read-only", async ({ folder }) => {
      const [disk, mount] = [join(folder, "disk"), join(folder, "mount")];
      const writer = await openStore(disk);
      await writer.write(["a", "b"], 1);
      await writer.close();
      mkdirSync(mount);
      execFileSync("mount", ["--bind", disk, mount]);
      try {
        execFileSync("mount", ["-o", "remount,bind,ro", mount]);
        const store = await openStore(mount);
        expect(store.capabilities.caseSensitive).toBe(true);
        expect(await store.list([])).toEqual([["a", "b"]]);
        expect(await store.read(["a", "b"])).toBe(1);
        expect(await codeOf(store.write(["a", "b"], 2))).toBe("UNAVAILABLE");
        expect(await codeOf(store.remove(["a", "b"]))).toBe("UNAVAILABLE");
        await store.close();
      } finally {
        execFileSync("umount", [mount]);
      }
      expect([...filesIn(disk).keys()]).toEqual(["a/b.json", "migration"]);
    });

    test("a new store on a read-only disk is refused with the reason", async ({ folder }) => {
      mkdirSync(join(folder, "mount/empty"), { recursive: true });
      const mount = join(folder, "mount");
      execFileSync("mount", ["--bind", mount, mount]);
      try {
        execFileSync("mount", ["-o", "remount,bind,ro", mount]);
        for (const name of ["new", "deep/new", "empty"]) {
          const error: unknown = await openStore(join(mount, name)).catch((error: unknown) => error);
          expect(isStorageError(error, "UNAVAILABLE") && error.message).toContain("read-only file system");
        }
      } finally {
        execFileSync("umount", [mount]);
      }
    });

    test("a folder that may not be read is an error, not an empty folder", async ({ folder }) => {
      const store = await openStore(folder);
      await store.write(["a", "b"], 1);
      await store.write(["c"], 1);
      chmodSync(folder, 0o755);
      chmodSync(join(folder, "a"), 0o700);
      process.seteuid?.(65_534);
      try {
        expect(await codeOf(store.list([]))).toBe("UNAVAILABLE");
        expect(await codeOf(store.list(["a"]))).toBe("UNAVAILABLE");
        expect(await codeOf(store.get(["a", "b"]))).toBe("UNAVAILABLE");
        expect(await store.read(["c"])).toBe(1);
      } finally {
        process.seteuid?.(0);
      }
      await store.close();
    });

    test("a listing gives all that can be read before it fails, and never passes over what can't", async ({
      folder,
    }) => {
      const store = await openStore(folder);
      for (const id of ["a", "b", "c", "d"]) await store.write(["part", id, "x"], 1);
      // Nobody can tell whether it leads to a folder.
      symlinkSync(join(folder, "part/b/x"), join(folder, "part/e"));
      writeFileSync(join(folder, "part/d/none"), "");
      chmodSync(folder, 0o755);
      chmodSync(join(folder, "part/b"), 0);
      process.seteuid?.(65_534);
      try {
        expect(await untilError(store.keys([]))).toEqual(["part/a/x", "part/c/x", "part/d/x", "UNAVAILABLE"]);
        expect(await untilError(store.keys([], { reverse: true }))).toEqual([
          "part/d/x",
          "part/c/x",
          "part/a/x",
          "UNAVAILABLE",
        ]);
        expect(await untilError(store.keys(["part"], { limit: 1 }))).toEqual(["part/a/x"]);
        expect(await untilError(store.keys(["part"], { limit: 2 }))).toEqual(["part/a/x", "UNAVAILABLE"]);
        expect(await untilError(store.keys(["part"], { after: ["part", "b0"], before: ["part", "e"] }))).toEqual([
          "part/c/x",
          "part/d/x",
        ]);
        expect(await untilError(store.driver.foreign!())).toEqual(["part/d/none", "EACCES"]);
      } finally {
        process.seteuid?.(0);
      }
      await store.close();
    });

    test("what the administrator rewrites stays its user's, and no lock shuts the user out", async ({ folder }) => {
      const store = await openStore(folder);
      await store.write(["a"], 1);
      chownSync(folder, 65_534, 65_534);
      chownSync(join(folder, "a.json"), 65_534, 65_534);
      rmSync(join(folder, ".locks"), { recursive: true });
      await store.write(["a"], 2);
      const locks = join(folder, ".locks");
      for (const path of [join(folder, "a.json"), locks, ...readdirSync(locks).map((name) => join(locks, name))]) {
        expect(statSync(path).uid).toBe(65_534);
      }
      await store.close();
    });
  },
);
