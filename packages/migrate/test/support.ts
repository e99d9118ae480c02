import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { type Driver, DriverError, memory, Store } from "@stowage/core";
import { onTestFinished } from "vitest";

/** The bundled folders that real OpenCode servers wrote. */
export const corpora: readonly string[] = ["opencode-1.1.16", "opencode-1.1.65", "sample-1.1.16"].map((name) =>
  join(import.meta.dirname, "../../../fixtures", name, "storage"),
);

/** A folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "stowage-migrate-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A store in memory that holds these texts. */
export async function memoryStore(texts: Readonly<Record<string, string>> = {}, marker?: string): Promise<Store> {
  const store = new Store(memory());
  for (const [name, text] of Object.entries(texts)) await store.driver.put(name, text);
  if (marker !== undefined) await store.driver.putMarker("migration", marker);
  return store;
}

/** Everything that a store holds, by name. */
export async function textsOf(store: Store): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const page of store.driver.list({ prefix: "", reverse: false })) {
    for (const name of page) texts[name] = (await store.driver.get(name))?.text ?? "";
  }
  return texts;
}

/** Files with these bytes, in a new folder. */
export async function plantedFolder(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const path = await temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) await plant(path, name, bytes);
  return path;
}

export async function plant(folder: string, name: string, bytes: string | Uint8Array): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

/** The SHA-256 of every file of a folder by its path, read without any store. */
export async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(folder, path)] = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  }
  return files;
}

/** A driver that does as another one, but for some methods. */
export function changed(driver: Driver, changes: Partial<Driver>): Driver {
  return {
    name: driver.name,
    capabilities: driver.capabilities,
    get: (name) => driver.get(name),
    put: (name, text, ifVersion) => driver.put(name, text, ifVersion),
    remove: (name, ifVersion) => driver.remove(name, ifVersion),
    list: (range) => driver.list(range),
    getMarker: (name) => driver.getMarker(name),
    putMarker: (name, text) => driver.putMarker(name, text),
    ...changes,
  };
}

/** A driver over these texts that can't read one of them. */
export async function withUnreadable(name: string, texts: Readonly<Record<string, string>>): Promise<Driver> {
  const { driver } = await memoryStore(texts);
  return changed(driver, {
    get: async (asked) => {
      if (asked === name) throw new DriverError("UNKNOWN", "the disk has a bad block");
      return driver.get(asked);
    },
  });
}

/** Counts the calls that write. */
export function writeCounter(driver: Driver): { readonly driver: Driver; readonly writes: () => number } {
  let writes = 0;
  const counted = changed(driver, {
    put: (name, text) => {
      writes++;
      return driver.put(name, text);
    },
    remove: (name) => {
      writes++;
      return driver.remove(name);
    },
    putMarker: (name, text) => {
      writes++;
      return driver.putMarker(name, text);
    },
  });
  return { driver: counted, writes: () => writes };
}
