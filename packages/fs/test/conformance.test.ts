import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cases, conformance, type Harness, memoryHarness, modelTest, sameStream, scoped } from "@stowage/conformance";
import { fs, type FsOptions } from "@stowage/fs";
import { describe, it } from "vitest";

const module = new URL("../src/index.ts", import.meta.url).href;
const disk = tmpdir();
/** Where flushing costs nothing, if there is such a place: the laws are the same there, and a thousand flushes are not. */
const ram = existsSync("/dev/shm") ? "/dev/shm" : disk;

function fsHarness(name: string, parent: string, more: Partial<FsOptions> = {}): Harness {
  return {
    name,
    async create() {
      const folder = mkdtempSync(join(parent, "stowage-fs-"));
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

const power: FsOptions["durability"] = "power";
const harnesses: readonly Harness[] = [
  fsHarness("fs", ram),
  scoped(fsHarness("fs", ram)),
  fsHarness("fs, durability power", ram, { durability: power }),
  scoped(fsHarness("fs, durability power", ram, { durability: power })),
];
for (const harness of harnesses) conformance(harness, { describe, it });

/** What a disk might do otherwise: the verbs, races, and killed processes. */
const only = cases.map(({ id }) => id).filter((id) => /^(?:RECORD|PROCESS)-/.test(id));
conformance(fsHarness("fs on a disk", disk), { describe, it }, { only });

describe("fs", () => {
  const harness = fsHarness("fs", ram);

  it("agrees with the model", () => modelTest(harness, { seed: 1, runs: 60 }));
  it("agrees with the model in a scope", () => modelTest(scoped(harness), { seed: 2, runs: 20 }));
  it("gives what memory gives", () => sameStream([memoryHarness(), harness], 3));
});
