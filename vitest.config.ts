import { defineConfig } from "vitest/config";

// Tests import the TypeScript sources of the packages: no build comes before them.
const source = { resolve: { conditions: ["@stowage/source"] }, ssr: { resolve: { conditions: ["@stowage/source"] } } };

const project = (name: string) => ({
  ...source,
  test: { name, root: `packages/${name}`, include: ["test/**/*.test.ts"], testTimeout: 30_000 },
});

export default defineConfig({
  test: {
    projects: ["core", "fs", "sqlite", "conformance", "migrate", "stowage"].map(project),
  },
});
