import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

// Core is compiled without the types of Node or of a browser, so it can't name a global of either. What it imports is
// checked here.
const src = join(import.meta.dirname, "../src");
const importsOf = (file: string): string[] =>
  [...readFileSync(join(src, file), "utf8").matchAll(/(?:from|import)\s*\(?"([^"]+)"/g)].map(
    ([, specifier]) => specifier as string,
  );

describe("core", () => {
  const files = globSync("**/*.ts", { cwd: src });

  test("imports nothing but its own files, and zod for the records", () => {
    const foreign = files.flatMap((file) => importsOf(file).filter((specifier) => !specifier.startsWith(".")));
    expect(files.length).toBeGreaterThan(15);
    expect(new Set(foreign)).toEqual(new Set(["zod"]));
  });

  test("loads zod only for the records", () => {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const specifier of importsOf(file)) visit(join(file, "..", specifier));
    };
    visit("index.ts");
    expect(reached).toContain("store.ts");
    expect([...reached].filter((file) => file.startsWith("records") || file === "zod")).toEqual([]);
  });
});
