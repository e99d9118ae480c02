import { type ChildProcess, spawn } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isStorageError, Store } from "@stowage/core";
import { afterAll, test as base } from "vitest";
import { fs, type FsOptions } from "../src/index.ts";
import { newOwner } from "../src/owner.ts";

interface Context {
  /** An empty folder of its own for each test, removed afterwards. */
  readonly folder: string;
}

export const test = base.extend<Context>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the names of the parameters
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), "stowage-fs-"));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
});

export async function openStore(path: string, options: Omit<FsOptions, "path"> = {}): Promise<Store> {
  return new Store(await fs({ path, ...options }));
}

/** Where the children keep what they compiled, so that the many of one file start in a fifth of the time. */
const compileCache = mkdtempSync(join(tmpdir(), "stowage-fs-compiled-"));
afterAll(() => rmSync(compileCache, { recursive: true, force: true }));

/** A program of `test/child` in a process of its own. */
export class Child {
  readonly process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = "";

  constructor(name: string, ...args: readonly (string | number)[]) {
    const file = join(import.meta.dirname, "child", `${name}.ts`);
    this.process = spawn(process.execPath, ["--conditions=@stowage/source", file, ...args.map(String)], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    });
    this.#closed = once(this.process, "close");
    this.process.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#output += chunk;
    });
  }

  /** The whole lines that it has written so far. */
  get lines(): string[] {
    return this.#output.split("\n").slice(0, -1);
  }

  /** Resolves when it has written so many lines, or has ended. */
  async written(count: number): Promise<void> {
    while (this.lines.length < count && this.process.exitCode === null) {
      await Promise.race([once(this.process.stdout!, "data"), this.#closed]);
    }
  }

  /** Resolves when it has ended and all its output is here. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.process.exitCode;
  }

  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.ended();
  }
}

/** Every file below a folder, dot-named ones too, with its bytes in Latin-1, by its relative path. */
export function filesIn(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), readFileSync(path, "latin1"));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The code of the error that a call of a store ends with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  return isStorageError(error) ? error.code : `no storage error: ${String(error)}`;
}

/** The paths of what is no record, with the reasons. */
export async function foreignIn(path: string): Promise<Record<string, string>> {
  const driver = await fs({ path, readonly: true });
  const found: Record<string, string> = {};
  for await (const one of driver.foreign!()) found[one.path] = one.reason;
  await driver.close!();
  return found;
}

/** Lays the lock of a name down as its holder does. */
export function forgeLock(folder: string, name: string, token: string): string {
  const path = join(folder, ".locks", hash("sha1", name));
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, token), "");
  return path;
}

/** Tokens of owners that are not this one. */
export function forgedOwners(): { readonly dead: string; readonly otherHost: string } {
  const [place = "", pid, start] = newOwner().split("-");
  return {
    dead: `${place}-${pid}-${Number(start) - 1}-00000000-1`,
    otherHost: `${place.replaceAll(/./g, "0")}-${pid}-${start}-00000000-1`,
  };
}
