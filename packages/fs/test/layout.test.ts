import { cpSync, existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { keyOf } from "@stowage/core";
import { describe, expect } from "vitest";
import { filesIn, openStore, test } from "./setup.ts";

const fixtures = resolve(import.meta.dirname, "../../../fixtures");
const samples = readdirSync(fixtures).filter((name) => existsSync(join(fixtures, name, "storage")));

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
