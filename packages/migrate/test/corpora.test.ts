import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { memory, Store } from "@stowage/core";
import { fs } from "@stowage/fs";
import { sqlite } from "@stowage/sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { census, digest, migrate, plan, verify } from "../src/index.ts";
import { corpora, filesOf, temporaryFolder } from "./support.ts";

const run = promisify(execFile);

describe.each(corpora.map((path) => [basename(join(path, "..")), path] as const))("%s", (_, original) => {
  let folder = "";

  // Not the corpus itself: a store may leave its traces in a folder while it is open.
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "stowage-migrate-"));
    await cp(original, folder, { recursive: true });
  });

  afterAll(() => rm(folder, { recursive: true }));

  async function source(): Promise<Store> {
    return new Store(await fs({ path: folder, create: false }));
  }

  test("goes to SQLite, to memory, and back into a folder with every file as it was", async () => {
    const targets = await temporaryFolder();
    await using from = await source();
    await using database = new Store(await sqlite({ path: join(targets, "records.db") }));
    await using ram = new Store(memory());
    await using back = new Store(await fs({ path: join(targets, "back") }));
    for (const [a, b] of [[from, database] as const, [database, ram] as const, [ram, back] as const]) {
      expect(await migrate(a, b)).toMatchObject({ result: "ok", comparison: { equal: true } });
    }
    expect(await verify(from, back)).toMatchObject({ result: "ok", equal: true });
    await back.close();
    expect(await filesOf(join(targets, "back"))).toEqual(await filesOf(original));
  });

  test("is copied from folder to folder, and planned as equal afterwards", async () => {
    const target = join(await temporaryFolder(), "copy");
    await using from = await source();
    await using to = new Store(await fs({ path: target }));
    const before = await plan(from, to);
    const report = await migrate(from, to, { plan: before });
    expect(report.created).toEqual(before.total.create);
    const after = await plan(from, to);
    expect(after.total.equal).toEqual(before.total.source);
    expect(after.total.create.records).toBe(0);
    await to.close();
    expect(await filesOf(target)).toEqual(await filesOf(original));
  });

  test("has the digest that sha256sum gives", async () => {
    await using store = await source();
    const command =
      "(find . -name '.?*' -prune -o -type f -name '*.json' -printf '%P\\n' | LC_ALL=C sort; ls migration)" +
      " | xargs -d '\\n' sha256sum | sha256sum";
    const { stdout } = await run("sh", ["-c", command], { cwd: folder });
    expect(`${(await digest(store)).digest}  -\n`).toBe(stdout);
  });

  test("has a census that adds up to its files", async () => {
    await using store = await source();
    const result = await census(store);
    const records = Object.keys(await filesOf(folder)).filter((name) => name.endsWith(".json"));
    expect(result.records).toBe(records.length);
    expect(result.kinds.reduce((sum, kind) => sum + kind.records, 0)).toBe(records.length);
    expect(result).toMatchObject({ damaged: { count: 0 }, marker: "2" });
    const session = result.kinds.find(({ kind }) => kind === "session");
    expect(session?.oldest).toMatch(/^202\d-/);
  });
});
