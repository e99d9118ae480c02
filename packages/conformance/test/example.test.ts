import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { conformance } from "../src/index.ts";
import { tiny } from "./tiny.ts";

const workspace = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, workspace), "utf8");

// What a reader copies from docs/write-a-driver.md has to pass, so it is what is tested: here, and in examples.
it.each([
  ["tiny.ts", "packages/conformance/test/tiny.ts"],
  ["driver.ts", "examples/node-sqlite/driver.ts"],
  ["harness.ts", "examples/node-sqlite/harness.ts"],
  ["driver.test.ts", "examples/node-sqlite/driver.test.ts"],
])("%s of the guide is %s", (title, path) => {
  expect(read("docs/write-a-driver.md")).toContain(`\`\`\`ts title="${title}"\n${read(path)}\`\`\`\n`);
});

it("a complete driver takes less than 120 lines", () => {
  expect(read("examples/node-sqlite/driver.ts").split("\n").length).toBeLessThan(120);
});

conformance(
  {
    name: "tiny",
    create: async () => {
      const driver = tiny();
      return { open: async () => driver, destroy: async () => {} };
    },
  },
  { describe, it },
);
