import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { conformance, type Harness, scoped } from "@stowage/conformance";
import { fs, type FsOptions } from "@stowage/fs";
import { describe, it } from "vitest";

const module = new URL("../src/index.ts", import.meta.url).href;

function fsHarness(name: string, more: Partial<FsOptions> = {}): Harness {
  return {
    name,
    async create() {
      const folder = mkdtempSync(join(tmpdir(), "stowage-fs-"));
      const options: FsOptions = { path: join(folder, "storage"), ...more };
      return {
        open: () => fs(options),
        process: { module, factory: "fs", options },
        plant: async (record, bytes) => {
          const file = join(options.path, record);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, bytes);
        },
        destroy: async () => rmSync(folder, { recursive: true }),
      };
    },
  };
}

const plain = fsHarness("fs");
const power = fsHarness("fs, durability power", { durability: "power" });
for (const harness of [plain, scoped(plain), power, scoped(power)]) conformance(harness, { describe, it });
