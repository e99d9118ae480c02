import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { onTestFinished } from "vitest";

/** A folder that is gone when the test is over. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "stowage-sqlite-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `"ok"`, or what SQLite finds wrong with a file. */
export function integrityOf(path: string): unknown {
  const database = new Database(path);
  try {
    return database.pragma("integrity_check", { simple: true });
  } finally {
    database.close();
  }
}

export interface Child {
  readonly pid: number;
  /** What it has printed until now. */
  output(): string;
  /** Resolves when it prints something. */
  readonly started: Promise<void>;
  /** Resolves to all that it printed, when it has ended; rejects when it ended badly, other than by `kill`. */
  readonly ended: Promise<string>;
  /** Closes its standard input, which tells it to end. */
  end(): void;
  kill(): void;
}

/** Starts a program of `test/child`, as another user if one is given. */
export function startChild(
  program: string,
  args: readonly string[],
  flags: readonly string[] = [],
  user: { readonly uid?: number; readonly gid?: number } = {},
): Child {
  const file = fileURLToPath(new URL(`child/${program}`, import.meta.url));
  const child = spawn(process.execPath, [...flags, "--conditions=@stowage/source", file, ...args], user);
  let output = "";
  let errors = "";
  let killed = false;
  const ended = new Promise<string>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0 || killed) resolve(output);
      else reject(new Error(`${program} ended with ${code}: ${errors}`));
    });
  });
  const started = new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    ended.then(() => resolve(), reject);
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    pid: child.pid as number,
    output: () => output,
    started,
    ended,
    end: () => child.stdin.end(),
    kill() {
      killed = true;
      child.kill("SIGKILL");
    },
  };
}

export function digest(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** All that an iteration gives; nothing for a method that a driver lacks. */
export async function collect<T>(items: AsyncIterable<T> | undefined): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items ?? []) all.push(item);
  return all;
}
