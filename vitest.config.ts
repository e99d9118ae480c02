import { join } from "node:path";
import { defineConfig } from "vitest/config";
import type { TestKind } from "./servers/given.ts";

// Tests import the TypeScript sources of the packages: no build comes before them.
const source = {
  resolve: { conditions: ["@stowage/source"] },
  ssr: { resolve: { conditions: ["@stowage/source"] } },
};

const project = (name: string, root: string, wanted: readonly TestKind[] = []) => ({
  ...source,
  test: {
    name,
    root,
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    ...(wanted.length > 0 && { globalSetup: join(import.meta.dirname, "servers/vitest.ts"), provide: { wanted } }),
  },
});

const ofPackage = (name: string, wanted: readonly TestKind[] = []) => project(name, `packages/${name}`, wanted);

/** Where CI wants the counts; people get the usual report alone. */
const report = process.env["STOWAGE_TEST_REPORT"];

export default defineConfig({
  test: {
    // Tests wait for disks, servers, and child processes a good part of their time, so each core gets a worker.
    maxWorkers: "100%",
    projects: [
      ...["core", "fs", "sqlite", "conformance", "migrate"].map((name) => ofPackage(name)),
      ofPackage("redis", ["redis", "cluster"]),
      ofPackage("s3", ["s3"]),
      ofPackage("stowage", ["redis", "cluster", "s3"]),
      project("servers", "servers"),
      project("runtimes", "runtimes"),
      { ...source, test: { name: "examples", root: "examples", include: ["*/*.test.ts"], testTimeout: 60_000 } },
    ],
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
  },
});
