import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { fs } from "../src/index.ts";
import { newOwner } from "../src/owner.ts";
import { tempName } from "../src/temp.ts";
import { Child, codeOf, foreignIn, openStore, test } from "./setup.ts";

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

  test("a new text lies in no file that is open to more than the old one", async ({ folder }) => {
    const driver = await fs({ path: folder, durability: "power" });
    await driver.put("secret.json", '"old"');
    chmodSync(join(folder, "secret.json"), 0o600);
    const write = driver.put("secret.json", '"new"');
    const temps = (): string[] => readdirSync(folder).filter((name) => name.endsWith(".tmp"));
    // It waits for the disk, and comes back in a later turn of the event loop than all of these.
    while (temps().length === 0) await Promise.resolve();
    expect(temps().map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600]);
    await write;
    expect(readFileSync(join(folder, "secret.json"), "utf8")).toBe('"new"');
    await driver.close!();
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
