import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import type { Backend, Harness } from "@stowage/conformance";
import { fs } from "./driver.ts";
import { fsCases } from "./harness-cases.ts";
import type { FsOptions } from "./options.ts";

export interface FsHarnessOptions extends Omit<FsOptions, "create" | "readonly"> {
  /**
   * A folder, made if need be. Each case gets a fresh one in it, whose name begins with a dot, so that a store in the same
   * place doesn't see it. Nothing else there is touched.
   */
  readonly path: string;
  /** Part of the titles. Default `"fs"`, with the durability if one is asked for. */
  readonly name?: string;
}

// The sources run as they are, and a build runs its own output.
const module = new URL(`./index${extname(import.meta.url)}`, import.meta.url).href;

/** How `@stowage/conformance` gets at this driver: for tests of the driver, and of a file system under it. */
export function harness({ path, name, ...more }: FsHarnessOptions): Harness {
  const { durability } = more;
  return {
    name: name ?? (durability === undefined ? "fs" : `fs, durability ${durability}`),
    create: async () => backendIn(resolve(path), more),
    cases: fsCases,
  };
}

function backendIn(parent: string, more: Omit<FsOptions, "path">): Backend {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, ".conformance-"));
  const options: FsOptions = { path: join(folder, "storage"), ...more };
  return {
    open: () => fs(options),
    process: { module, factory: "fs", options, files: folder },
    plant: async (record, bytes) => {
      const file = join(options.path, record);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    },
    destroy: async () => {
      const strange = readdirSync(folder).filter((entry) => entry !== "storage");
      rmSync(folder, { recursive: true });
      assert.deepEqual(strange, [], "something was left beside the store's folder");
    },
  };
}
