import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Foreign, isStorageError, type Key } from "@stowage/core";
import { describe, expect } from "vitest";
import { fs } from "../src/index.ts";
import { newOwner } from "../src/owner.ts";
import { tempName } from "../src/temp.ts";
import { Child, filesIn, openStore, test } from "./setup.ts";

async function codeOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  return isStorageError(error) ? error.code : `no storage error: ${String(error)}`;
}

async function foreignIn(path: string): Promise<Record<string, string>> {
  const driver = await fs({ path });
  const found: Foreign[] = [];
  for await (const one of driver.foreign!()) found.push(one);
  await driver.close!();
  return Object.fromEntries(found.map(({ path, reason }) => [path, reason]));
}

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
    symlinkSync(join(folder, "a"), join(folder, "loop"));
    execFileSync("mkfifo", [join(folder, "a/pipe.json")]);
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/a/bad-`), Buffer.from([0xff]), Buffer.from(".json")]), "{}");

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
      loop: "it is a symbolic link",
      "a/pipe.json": "it is no regular file",
      "a/bad-\ufffd.json": "its name is not UTF-8",
    });
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

describe("temporary files", () => {
  test("those of a dead owner are removed by a listing, those of a live one stay and are not shown", async ({
    folder,
  }) => {
    const store = await openStore(folder);
    await store.write(["a", "b"], 1);
    const live = newOwner();
    const [place, , start] = live.split("-");
    // The process with our own id and another start has ended.
    const dead = `${place}-${process.pid}-${Number(start) - 1}-00000000`;
    writeFileSync(join(folder, "a", tempName(live, 1)), "half");
    writeFileSync(join(folder, "a", tempName(dead, 1)), "half");
    expect(await foreignIn(folder)).toEqual({
      [`a/${tempName(dead, 1)}`]: "it is left over from a write that was interrupted",
    });
    expect(await store.list([])).toEqual([["a", "b"]]);
    expect(readdirSync(join(folder, "a")).sort()).toEqual([tempName(live, 1), "b.json"]);
    await store.close();
  });

  test("a write that fails leaves none behind", async ({ folder }) => {
    const store = await openStore(folder);
    mkdirSync(join(folder, "a"));
    // The folder comes while the text is written, too late for the look before: the rename fails.
    await store.write(["a", "b"], 1);
    rmSync(join(folder, "a/b.json"));
    mkdirSync(join(folder, "a/b.json"));
    expect(await codeOf(store.write(["a", "b"], 2))).toBe("UNSUPPORTED");
    await store.close();
    expect(readdirSync(join(folder, "a"))).toEqual(["b.json"]);
  });

  test("a rewritten file keeps its rights", async ({ folder }) => {
    const store = await openStore(folder);
    await store.write(["secret"], 1);
    for (const mode of [0o600, 0o664]) {
      chmodSync(join(folder, "secret.json"), mode);
      await store.write(["secret"], mode);
      expect(statSync(join(folder, "secret.json")).mode & 0o777).toBe(mode);
    }
    await store.close();
  });
});

describe("texts", () => {
  test("a byte-order mark is no part of the value and stays on disk until the record is rewritten", async ({
    folder,
  }) => {
    const store = await openStore(folder);
    writeFileSync(join(folder, "a.json"), '\ufeff{"n":1}');
    expect(await store.read(["a"])).toEqual({ n: 1 });
    expect(readFileSync(join(folder, "a.json"), "utf8")).toBe('\ufeff{"n":1}');
    await store.update<{ n: number }>(["a"], (draft) => {
      draft.n++;
    });
    expect(readFileSync(join(folder, "a.json"), "utf8")).toBe('{\n  "n": 2\n}');
    await store.close();
  });

  test("bytes that are not UTF-8 come along, and their version is not that of the text they decode to", async ({
    folder,
  }) => {
    const driver = await fs({ path: folder });
    const bytes = Buffer.from([0x22, 0xff, 0x22]);
    writeFileSync(join(folder, "a.json"), bytes);
    writeFileSync(join(folder, "b.json"), '"\ufffd"');
    const lossy = await driver.get("a.json");
    const exact = await driver.get("b.json");
    expect(lossy?.text).toBe(exact?.text);
    expect(lossy?.bytes).toEqual(bytes);
    expect(exact?.bytes).toBeUndefined();
    expect(lossy?.version).not.toBe(exact?.version);
    await driver.close!();
  });

  test("an empty file is a corrupt record, not a missing one", async ({ folder }) => {
    const store = await openStore(folder);
    writeFileSync(join(folder, "a.json"), "");
    expect(await codeOf(store.read(["a"]))).toBe("CORRUPT");
    await store.close();
  });

  test("a record that a foreign program is writing in place is read again", async ({ folder }) => {
    const store = await openStore(folder);
    const path = join(folder, "a.json");
    for (const call of [
      () => store.read(["a"]),
      () => store.update<{ n: number }>(["a"], (draft) => draft),
      async () => (await store.readMany([["a"]]))[0],
    ]) {
      // The new bytes followed by the rest of the longer old ones: OpenCode cuts the file after it wrote.
      writeFileSync(path, '{"n":1}{"old":true}');
      setTimeout(() => writeFileSync(path, '{"n":1}'), 0);
      expect(await call()).toEqual({ n: 1 });
    }
    await store.close();
  });
});

describe("folders", () => {
  test("removing the last record removes the empty folders above it, and no other", async ({ folder }) => {
    const store = await openStore(folder);
    await store.write(["a", "b", "c"], 1);
    await store.write(["a", "d"], 1);
    await store.remove(["a", "b", "c"]);
    expect(readdirSync(join(folder, "a"))).toEqual(["d.json"]);
    await store.remove(["a", "d"]);
    expect(existsSync(join(folder, "a"))).toBe(false);
    await store.close();
    expect(readdirSync(folder)).toEqual(["migration"]);
  });

  test("a writer wins over a remover that takes its folder away", async ({ folder }) => {
    const remover = await openStore(folder);
    const child = new Child("churn", folder);
    await child.written(1);
    // Same folders, other records: the child's writes find their folder gone again and again.
    for (let i = 0; i < 2_000 && child.process.exitCode === null; i++) {
      const key = ["churn", `k${i % 7}`, "other"];
      await remover.write(key, i);
      expect(await remover.read(key)).toBe(i);
      await remover.remove(key);
    }
    expect(child.process.exitCode).toBe(null);
    await child.kill();
    await remover.close();
  });

  test("a store whose folder is gone says so and does not make it again", async ({ folder }) => {
    const path = join(folder, "disk");
    const store = await openStore(path);
    await store.write(["a"], 1);
    renameSync(path, join(folder, "unplugged"));
    expect(await codeOf(store.write(["b"], 1))).toBe("UNAVAILABLE");
    expect(existsSync(path)).toBe(false);
    await store.close();
  });

  test("sync finds what was written, removed, and taken away by others", async ({ folder }) => {
    const store = await openStore(folder);
    await store.write(["a", "b"], 1);
    await store.write(["a", "c"], 1);
    await store.write(["d", "e"], 1);
    await store.remove(["a", "c"]);
    rmSync(join(folder, "d"), { recursive: true });
    await expect(Promise.all([store.sync(), store.sync()])).resolves.toEqual([undefined, undefined]);
    await store.close();
  });
});

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

    test("a folder that may not be read is an error, not an empty folder", async ({ folder }) => {
      const store = await openStore(folder);
      await store.write(["a", "b"], 1);
      await store.write(["c"], 1);
      chmodSync(folder, 0o755);
      chmodSync(join(folder, "a"), 0o700);
      process.seteuid?.(65_534);
      try {
        expect(await codeOf(store.list([]))).toBe("UNAVAILABLE");
        expect(await codeOf(store.get(["a", "b"]))).toBe("UNAVAILABLE");
        expect(await store.read(["c"])).toBe(1);
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
