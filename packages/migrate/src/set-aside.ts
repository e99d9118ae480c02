import { createHash, randomUUID } from "node:crypto";
import { link, lstat, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, posix, resolve } from "node:path";
import { keyOf } from "@stowage/core";
import type { SetAside } from "./types.ts";

/** Can't be the name of a record, which ends with `.json`. */
const manifestName = "manifest.jsonl";
/** How many files named by the digest are tried; each but the last must have been spoilt by someone. */
const digestFilesMax = 20;
/** What a file system answers to a name that it can't have; Windows says ENOENT to `?` and its like. */
const unusable: readonly string[] = ["EEXIST", "ENOTDIR", "ENAMETOOLONG", "EINVAL", "EILSEQ", "ENOENT"];
/** A folder that may be written but not read, or a file system that flushes no folders. */
const unflushable: readonly string[] = ["EACCES", "EPERM", "EINVAL", "ENOTSUP"];

/** A line of the manifest. */
export interface SetAsideEntry {
  /** The name of the record in its store. */
  readonly name: string;
  /**
   * The path of the file below the folder, with `/`: the name; where that is taken or can't be, the name and the first
   * 16 digits of the digest, the digest beside it, or the digest at the top, with a number if need be.
   */
  readonly file: string;
  readonly reason: string;
  readonly bytes: number;
  readonly sha256: string;
  /** When it was set aside, in ISO 8601. */
  readonly time: string;
}

/**
 * Sets damaged records aside in a folder, byte for byte, each under its name, with a line for each in `manifest.jsonl`
 * ({@link SetAsideEntry}). The folder is made with the first record. Nothing in it is ever replaced: the same bytes
 * under the same name are kept once, other bytes go to a file of their own. A line of the manifest is believed only as
 * long as its file still holds the bytes; else they are saved again, with another line, which is the one that counts.
 * When a write resolves, file and line are on stable storage; a write that fails leaves neither a part of a file nor a
 * file that stands in the way of the next. A link is never taken for a record's file or folder. One user at a time.
 */
export function setAsideFolder(path: string): SetAside {
  return new SetAsideFolder(path);
}

class SetAsideFolder implements SetAside {
  readonly #path: string;
  #manifest: Manifest | undefined;

  constructor(path: string) {
    this.#path = resolve(path);
  }

  async write(name: string, bytes: Uint8Array, reason: string): Promise<void> {
    // What is legal has no step upwards, no backslash, and no hidden part: it stays within the folder.
    if (keyOf(name) === undefined)
      throw new Error(`Cannot set aside ${JSON.stringify(name)}: no legal key has this name`);
    const manifest = (this.#manifest ??= await Manifest.open(this.#path));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const known = manifest.fileOf(name, sha256);
    const { file, isNew } = await this.#save(name, sha256, bytes, known);
    if (file === known && !isNew) return;
    await manifest.append({ name, file, reason, bytes: bytes.length, sha256, time: new Date().toISOString() });
  }

  /** @param known - the file that the manifest gives; looked at first, if it is one that we would choose. */
  async #save(name: string, sha256: string, bytes: Uint8Array, known: string | undefined): Promise<Saved> {
    const files = filesFor(name, sha256);
    for (const file of new Set([...files.filter((one) => one === known), ...files])) {
      try {
        const isNew = await this.#saveAs(file, bytes);
        if (isNew !== undefined) return { file, isNew };
      } catch (error) {
        // To a digest at the top no file system objects: what fails there is no matter of the name.
        if (file.startsWith(sha256) || !isErrno(error, unusable)) throw error;
      }
    }
    throw new Error(`Cannot set aside ${JSON.stringify(name)}: all ${files.length} file names for it are taken`);
  }

  /** @returns Whether the file had to be made; `undefined` when something else lies there, or on the way there. */
  async #saveAs(file: string, bytes: Uint8Array): Promise<boolean | undefined> {
    if (!(await this.#makeWay(file))) return undefined;
    const path = join(this.#path, file);
    const isSame = await holds(path, bytes);
    if (isSame === false) return undefined;
    if (isSame === undefined) await writeNew(path, bytes);
    await syncFolder(dirname(path));
    return isSame === undefined;
  }

  /**
   * Makes the folders above a file, one by one, since a link among them would lead elsewhere.
   *
   * @returns `false` when what lies in the place of one is no folder.
   */
  async #makeWay(file: string): Promise<boolean> {
    let folder = this.#path;
    for (const segment of file.split("/").slice(0, -1)) {
      const above = folder;
      folder = join(above, segment);
      try {
        await mkdir(folder);
        await syncFolder(above);
      } catch (error) {
        if (!isErrno(error, ["EEXIST"])) throw error;
        if (!(await lstat(folder)).isDirectory()) return false;
      }
    }
    return true;
  }
}

interface Saved {
  readonly file: string;
  /** `false`: it was there already, with these bytes. */
  readonly isNew: boolean;
}

/** The paths below the folder at which a record may be kept, best first. */
function filesFor(name: string, sha256: string): readonly string[] {
  const beside = posix.join(posix.dirname(name), sha256);
  const numbered = Array.from({ length: digestFilesMax - 1 }, (_, index) => `${sha256}.${index + 2}`);
  return [...new Set([name, `${name}.${sha256.slice(0, 16)}`, beside, sha256, ...numbered])];
}

/** The lines of `manifest.jsonl`; only ever appended to. */
class Manifest {
  readonly #path: string;
  /** By digest and name, the file of the last line about them. */
  readonly #files = new Map<string, string>();
  /** What ends a last line that was cut. */
  #lead: string;

  constructor(path: string, text: string) {
    this.#path = path;
    this.#lead = text === "" || text.endsWith("\n") ? "" : "\n";
    for (const line of text.split("\n")) {
      const entry = entryOf(line);
      if (entry !== undefined) this.#note(entry);
    }
  }

  /** Makes it, and the folder, where they are missing: no record's folder can take its place then. */
  static async open(folder: string): Promise<Manifest> {
    const made = await mkdir(folder, { recursive: true });
    if (made !== undefined) {
      for (let one = folder; one.length >= made.length; one = dirname(one)) await syncFolder(dirname(one));
    }
    const path = join(folder, manifestName);
    await using handle = await open(path, "a+");
    const text = await handle.readFile("utf8");
    await syncFolder(folder);
    return new Manifest(path, text);
  }

  fileOf(name: string, sha256: string): string | undefined {
    return this.#files.get(`${sha256} ${name}`);
  }

  async append(entry: SetAsideEntry): Promise<void> {
    await using handle = await open(this.#path, "a");
    const line = `${this.#lead}${JSON.stringify(entry)}\n`;
    // Until it is written whole, the next line has to begin on a new one.
    this.#lead = "\n";
    await handle.writeFile(line);
    await handle.sync();
    this.#lead = "";
    this.#note(entry);
  }

  #note({ name, sha256, file }: Pick<SetAsideEntry, "name" | "sha256" | "file">): void {
    this.#files.set(`${sha256} ${name}`, file);
  }
}

/** `undefined` for what is no line of ours, or was cut: it stays, and its record is set aside anew. */
function entryOf(line: string): Pick<SetAsideEntry, "name" | "sha256" | "file"> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  // Any JSON object: all that is known of its fields is what the next line looks at.
  const { name, sha256, file } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || typeof sha256 !== "string" || typeof file !== "string") return undefined;
  return { name, sha256, file };
}

/** Whether a file has exactly these bytes; `undefined` when nothing lies there. A link never has: its bytes are elsewhere. */
async function holds(path: string, bytes: Uint8Array): Promise<boolean | undefined> {
  try {
    const stats = await lstat(path);
    if (!stats.isFile() || stats.size !== bytes.length) return false;
  } catch (error) {
    if (isErrno(error, ["ENOENT"])) return undefined;
    throw error;
  }
  // What can't be read is as good as lost.
  const found = await readFile(path).catch(() => undefined);
  return found !== undefined && Buffer.compare(found, bytes) === 0;
}

/** Makes a file that has its name only when all its bytes are on the disk. Rejects with EEXIST when there is one already. */
async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  // Hidden, which no name of a record is; and never the same, so that the rest of a run that was killed is not met.
  const temp = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeFile(temp, bytes, { flag: "wx", flush: true });
    await giveName(temp, path);
  } finally {
    // If it can't be removed, it still stands in nobody's way.
    await rm(temp, { force: true }).catch(() => {});
  }
}

/** Unlike a plain `rename`, replaces nothing. */
async function giveName(temp: string, path: string): Promise<void> {
  try {
    await link(temp, path);
    return;
  } catch (error) {
    if (isErrno(error, ["EEXIST"])) throw error;
  }
  // A file system without hard links, or one that refuses the name, which it does again here.
  await (await open(path, "wx")).close();
  try {
    await rename(temp, path);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Flushes which files a folder has. Windows opens no folders; there that is flushed with the file. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  try {
    await using handle = await open(path, "r");
    await handle.sync();
  } catch (error) {
    if (!isErrno(error, unflushable)) throw error;
  }
}

function isErrno(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}
