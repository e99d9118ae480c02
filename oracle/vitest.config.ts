import { defineConfig } from "vitest/config";

const conditions = ["@stowage/source"];

// A real server answers here: minutes, not milliseconds, and one server at a time.
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: "oracle",
    root: import.meta.dirname,
    include: ["test/**/*.test.ts"],
    globalSetup: ["install.ts", "../servers/vitest.ts"],
    provide: { wanted: ["s3"] },
    fileParallelism: false,
    // Names every test, so that a skipped one shows its reason.
    reporters: ["verbose"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
