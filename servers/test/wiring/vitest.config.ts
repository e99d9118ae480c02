// Two projects that want the same server, as the packages do. Run by ../wiring.test.ts.
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const conditions = ["@stowage/source"];
const project = (name: string) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name,
    root: import.meta.dirname,
    include: [`${name}.ts`],
    globalSetup: join(import.meta.dirname, "../../vitest.ts"),
    provide: { wanted: ["redis"] as const },
  },
});

export default defineConfig({ test: { projects: [project("first"), project("second")] } });
