import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { Store } from "@stowage/core";
import { fs } from "@stowage/fs";

/** The storage folder of one of the fixtures, which OpenCode wrote. Read it, never open a store on it. */
export function fixture(name: string): string {
  return resolve(import.meta.dirname, "../fixtures", name, "storage");
}

/** Opens a folder as a store. */
export async function openFolder(path: string): Promise<Store> {
  return new Store(await fs({ path }));
}

/** Writes every record of a fixture into a folder that is not there yet, one by one, as any caller of a store does. */
export async function writeRecords(name: string, folder: string): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), "stowage-oracle-"));
  try {
    cpSync(fixture(name), copy, { recursive: true });
    await using from = await openFolder(copy);
    await using to = await openFolder(folder);
    for await (const { key, value } of from.entries([])) await to.write(key, value);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
