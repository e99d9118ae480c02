import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Io } from "../src/cli/io.ts";
import { run } from "../src/cli/run.ts";

/** The program as it is started, without `node`. */
export const mainFile: string = fileURLToPath(new URL("../src/main.ts", import.meta.url));

const fixtures = fileURLToPath(new URL("../../../fixtures/", import.meta.url));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Setting {
  /** Present: stdout and stderr are terminals of so many columns. */
  readonly columns?: number;
  readonly env?: Io["env"];
  readonly stdin?: readonly (string | Uint8Array)[];
  readonly onInterrupt?: NonNullable<Io["onInterrupt"]>;
}

/** A new folder that commands run in, removed with everything in it. */
export class Sandbox implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "stowage-cli-"));

  join(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  /** Puts a copy of a data folder that OpenCode wrote at a path, and returns its storage folder. */
  plant(fixture: string, ...parts: readonly string[]): string {
    const folder = this.join(...parts);
    mkdirSync(folder, { recursive: true });
    cpSync(join(fixtures, fixture, "storage"), join(folder, "storage"), { recursive: true });
    return join(folder, "storage");
  }

  /** Writes a file, with the folders above it. */
  plantFile(name: string, content: string): void {
    const path = this.join(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  read(name: string): string {
    return readFileSync(this.join(name), "utf8");
  }

  /** Makes a symbolic link to a path. */
  link(target: string, name: string): void {
    symlinkSync(target, this.join(name));
  }

  /**
   * Runs something as a user who may not enter, read, or write some paths. Root may do everything, so it becomes another
   * user for the time.
   */
  async asNobody<T>(shut: readonly string[], body: () => Promise<T>): Promise<T> {
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chmodSync(this.path, 0o777);
    for (const path of shut) chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o000);
    if (isRoot) process.seteuid?.(65_534);
    try {
      return await body();
    } finally {
      if (isRoot) process.seteuid?.(0);
      for (const path of shut) if (existsSync(path)) chmodSync(path, 0o755);
    }
  }

  async run(argv: readonly string[], setting: Setting = {}): Promise<Ended> {
    const stdout = new Capture(setting.columns);
    const stderr = new Capture(setting.columns);
    const code = await run(argv, {
      stdout,
      stderr,
      stdin: chunksOf(setting.stdin ?? []),
      env: { HOME: this.path, ...setting.env },
      cwd: this.path,
      ...(setting.onInterrupt && { onInterrupt: setting.onInterrupt }),
    });
    return { code, stdout: stdout.text, stderr: stderr.text };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

class Capture extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly #chunks: Buffer[] = [];

  constructor(columns: number | undefined) {
    super();
    this.isTTY = columns !== undefined;
    this.columns = columns ?? 80;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }
}

async function* chunksOf(chunks: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* chunks;
}
