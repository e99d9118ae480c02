import { defineConfig } from "vitest/config";

// Tests import the TypeScript sources of the packages: no build comes before them.
const source = {
  resolve: { conditions: ["@stowage/source"] },
  ssr: { resolve: { conditions: ["@stowage/source"] } },
};

const project = (name: string) => ({
  ...source,
  test: { name, root: `packages/${name}`, include: ["test/**/*.test.ts"], testTimeout: 60_000 },
});

/** Where CI wants the counts; people get the usual report alone. */
const report = process.env["STOWAGE_TEST_REPORT"];

export default defineConfig({
  test: {
    projects: ["core", "fs", "sqlite", "conformance", "migrate", "stowage"].map(project),
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
  },
});
