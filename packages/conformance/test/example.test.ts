import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { conformance } from "../src/index.ts";
import { tiny } from "./tiny.ts";

// The driver of docs/write-a-driver.md: what a reader copies from there has to pass.
it("the driver in the guide is the one that is tested here", () => {
  const guide = readFileSync(new URL("../../../docs/write-a-driver.md", import.meta.url), "utf8");
  expect(guide).toContain(readFileSync(new URL("./tiny.ts", import.meta.url), "utf8"));
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
