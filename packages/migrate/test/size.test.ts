import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Store } from "@stowage/core";
import { expect, test } from "vitest";
import { verify } from "../src/index.ts";
import { generated } from "./generated.ts";
import { temporaryFolder } from "./support.ts";

const run = promisify(execFile);

test("100 MB in 20,000 records go through a heap of 64 MB", async () => {
  const target = join(await temporaryFolder(), "records.db");
  const program = join(import.meta.dirname, "child/large.ts");
  const flags = ["--max-old-space-size=64", "--conditions=@stowage/source"];
  const { stdout } = await run(process.execPath, [...flags, program, target]);
  expect(JSON.parse(stdout)).toEqual({ result: "ok", created: { records: 20_000, bytes: 100_000_000 } });
});

test("large records are read few at a time", async () => {
  const text = `"${"x".repeat(4 * 1024 * 1024)}"`;
  const a = generated(20, () => text);
  expect(await verify(new Store(a), new Store(generated(20, () => text)))).toMatchObject({ equal: true });
  expect(a.readAtOnce()).toBe(1);
});
