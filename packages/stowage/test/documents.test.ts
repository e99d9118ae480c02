import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const workspace = join(import.meta.dirname, "../../..");

/** Runs the TypeScript of a document, its blocks one behind the other, as a program that has Stowage installed. */
function runExamples(document: string): string {
  const text = readFileSync(join(workspace, document), "utf8");
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code as string);
  expect(blocks.length).toBeGreaterThan(0);
  // Inside this package, since that is where the packages can be found by their names.
  const folder = mkdtempSync(join(import.meta.dirname, ".example-"));
  try {
    writeFileSync(join(folder, "example.mts"), blocks.join("\n"));
    const flags = ["--conditions=@stowage/source", "example.mts"];
    return execFileSync(process.execPath, flags, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("the examples run", () => {
  test("of the workspace's README", () => {
    expect(runExamples("README.md")).toContain("Renamed");
  });

  test.each(["core", "fs", "sqlite"])("of %s", (name) => {
    expect(typeof runExamples(`packages/${name}/README.md`)).toBe("string");
  });
});
