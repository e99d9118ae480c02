import {
  chmodSync,
  chownSync,
  closeSync,
  fsync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { DriverError } from "@stowage/core";
import { behindChange, isAbsence, isTransient, systemCode } from "./codes.ts";
import { type Held, StartOver } from "./lock.ts";
import type { Root } from "./root.ts";
import { tempName } from "./temp.ts";

const fsyncAsync = promisify(fsync);
/** How often others may remove a folder between our making it and using it before that is no coincidence. */
const attemptsMax = 100;
const isAdministrator = process.getuid?.() === 0;
const linkedMax = 10_000;

export interface WriterOptions {
  readonly root: Root;
  readonly owner: string;
  /** The mode that new files get under the umask; `undefined` when it is not known. */
  readonly newFileMode: number | undefined;
}

/**
 * Replaces and removes files so that others see the old or the new, also when the process dies in between: a file is
 * written under a temporary name in the same folder and renamed.
 */
export class Writer {
  readonly #root: Root;
  readonly #owner: string;
  readonly #newFileMode: number | undefined;
  /** Folders whose entry in the one above is known to be on stable storage. */
  readonly #linked = new Set<string>();
  #temps = 0;

  constructor({ root, owner, newFileMode }: WriterOptions) {
    this.#root = root;
    this.#owner = owner;
    this.#newFileMode = newFileMode;
  }

  /** Replaces a file in one go. It survives the process, not a power cut. */
  replace(name: string, text: string, held?: Held): void {
    const path = `${this.#root.path}/${name}`;
    const before = fileAt(path);
    const folder = dirname(path);
    const temp = `${folder}/${this.#tempName()}`;
    try {
      this.#inFolder(folder, () => writeFileSync(temp, text, { flag: "wx", mode: firstMode(before) }));
      this.#publish(temp, path, before, held);
    } catch (error) {
      throw discarded(temp, error);
    }
  }

  /** As {@link replace}; when it resolves, the file is on stable storage. */
  async replaceDurably(name: string, text: string, held?: Held): Promise<void> {
    const path = `${this.#root.path}/${name}`;
    const before = fileAt(path);
    const folder = dirname(path);
    const temp = `${folder}/${this.#tempName()}`;
    try {
      const fd = this.#inFolder(folder, () => openSync(temp, "wx", firstMode(before)));
      try {
        writeFileSync(fd, text);
        await fsyncAsync(fd);
      } finally {
        closeSync(fd);
      }
      this.#publish(temp, path, before, held);
    } catch (error) {
      throw discarded(temp, error);
    }
    try {
      await this.#syncWay(folder);
    } catch (error) {
      throw behindChange(error);
    }
  }

  /**
   * Removes a file, then the folders above it that are empty now, up to the root. Returns the lowest folder that is
   * left, `undefined` when there was no file.
   */
  remove(name: string, held: Held): string | undefined {
    const path = `${this.#root.path}/${name}`;
    try {
      if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
      held.check();
      unlinkSync(path);
      held.confirm();
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw retried(error);
    }
    let folder = dirname(path);
    for (; folder.length > this.#root.path.length; folder = dirname(folder)) {
      try {
        rmdirSync(folder);
      } catch {
        // Not empty, as a rule. Whatever else it is, the record is removed.
        break;
      }
    }
    return folder;
  }

  #tempName(): string {
    return tempName(this.#owner, ++this.#temps);
  }

  #publish(temp: string, path: string, before: Stats | undefined, held: Held | undefined): void {
    if (before !== undefined) this.#keepAccess(temp, before);
    held?.check();
    try {
      renameSync(temp, path);
    } catch (error) {
      throw retried(error);
    }
    held?.confirm();
  }

  /** A rewritten file stays as readable or as secret as it was made. */
  #keepAccess(temp: string, before: Stats): void {
    const mode = before.mode & 0o7777;
    if (mode !== this.#newFileMode) chmodSync(temp, mode);
    // A rewrite by the administrator must not take the file away from its user.
    if (isAdministrator && (before.uid !== 0 || before.gid !== 0)) chownSync(temp, before.uid, before.gid);
  }

  /** Flushes a folder and, as far as this was not done before, its entry in the one above it, up to the root. */
  async #syncWay(folder: string): Promise<void> {
    await syncFolder(folder);
    for (let one = folder; one !== this.#root.path && !this.#linked.has(one); one = dirname(one)) {
      await syncFolder(dirname(one));
      if (this.#linked.size >= linkedMax) this.#linked.clear();
      this.#linked.add(one);
    }
  }

  /** Calls `body`; when its folder is missing, makes the folder and calls again. */
  #inFolder<T>(folder: string, body: () => T): T {
    for (let attempt = 0; ; attempt++) {
      try {
        return body();
      } catch (error) {
        if (systemCode(error) !== "ENOENT" || attempt >= attemptsMax) throw error;
      }
      this.#linked.clear();
      this.#makeFolder(folder);
    }
  }

  #makeFolder(folder: string): void {
    this.#root.check();
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      // A remove took one of them again, before the next was made in it.
      if (systemCode(error) !== "ENOENT") throw error;
    }
  }
}

/** Flushes the entries of a folder: which files it has. A folder that is gone by now has none. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; there the entries are flushed with the file.
  if (process.platform === "win32") return;
  await syncPath(folder);
}

/** Flushes a file or a folder. One that is gone by now needs no flushing. */
export async function syncPath(path: string): Promise<void> {
  let fd: number;
  try {
    // Windows flushes only what is open for writing.
    fd = openSync(path, process.platform === "win32" ? "r+" : "r");
  } catch (error) {
    if (isAbsence(error)) return;
    throw error;
  }
  try {
    await fsyncAsync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The file that is to be replaced, if any. What is no file is not ours to replace. */
function fileAt(path: string): Stats | undefined {
  let stats: Stats | undefined;
  try {
    stats = lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (!isAbsence(error)) throw error;
    throw new DriverError("UNSUPPORTED", "a file lies in the place of one of its folders", { cause: error });
  }
  if (stats === undefined || stats.isFile()) return stats;
  const kind = stats.isDirectory()
    ? "a folder"
    : stats.isSymbolicLink()
      ? "a symbolic link"
      : "a device, pipe or socket";
  throw new DriverError("UNSUPPORTED", `${kind} lies in its place`);
}

/** The mode, less the umask, to make a file with: nobody may read a new text, not for a moment, who can't read the old one. */
function firstMode(before: Stats | undefined): number {
  return before === undefined ? 0o666 : before.mode & 0o666;
}

/** The error, after its temporary file was removed. */
function discarded(temp: string, error: unknown): unknown {
  try {
    unlinkSync(temp);
  } catch {
    // It was never made. If the disk fails: a later listing clears it away.
  }
  return error;
}

function retried(error: unknown): unknown {
  return isTransient(error) ? new StartOver("another program has its file open", error) : error;
}
