import { createHash } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SetAside } from "./types.ts";

/** Can't be the name of a record, which ends with `.json`. */
const manifestName = "manifest.jsonl";

/** A line of the manifest. */
export interface SetAsideEntry {
  /** The name of the record in its store. */
  readonly name: string;
  /** The path of the file below the folder: the name, or the name and a part of the digest if that was taken. */
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
 * under the same name are kept once, other bytes go to a file of their own. One user at a time.
 */
export function setAsideFolder(path: string): SetAside {
  return new SetAsideFolder(path);
}

class SetAsideFolder implements SetAside {
  readonly #path: string;
  #manifest: Manifest | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async write(name: string, bytes: Uint8Array, reason: string): Promise<void> {
    const manifest = (this.#manifest ??= await Manifest.open(join(this.#path, manifestName)));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (manifest.has(name, sha256)) return;
    const file = await this.#save(name, sha256, bytes);
    await manifest.append({ name, file, reason, bytes: bytes.length, sha256, time: new Date().toISOString() });
  }

  /** @returns The path of the file below the folder. */
  async #save(name: string, sha256: string, bytes: Uint8Array): Promise<string> {
    for (const file of [name, `${name}.${sha256.slice(0, 16)}`]) {
      const path = join(this.#path, file);
      await mkdir(dirname(path), { recursive: true });
      if (await writeNew(path, bytes)) return file;
      // An earlier run may have ended between the file and its line.
      if (Buffer.compare(await readFile(path), bytes) === 0) return file;
    }
    throw new Error(`Cannot set aside ${JSON.stringify(name)}: its file exists with other bytes`);
  }
}

/** The lines of `manifest.jsonl`; only ever appended to. */
class Manifest {
  readonly #path: string;
  readonly #known = new Set<string>();
  /** What ends a last line that an earlier run was killed in. */
  #lead: string;

  constructor(path: string, text: string) {
    this.#path = path;
    this.#lead = text === "" || text.endsWith("\n") ? "" : "\n";
    for (const line of text.split("\n")) {
      const entry = entryOf(line);
      if (entry !== undefined) this.#known.add(`${entry.sha256} ${entry.name}`);
    }
  }

  static async open(path: string): Promise<Manifest> {
    const text = await readFile(path, "utf8").catch((error: unknown) => {
      if (isErrno(error, "ENOENT")) return "";
      throw error;
    });
    return new Manifest(path, text);
  }

  has(name: string, sha256: string): boolean {
    return this.#known.has(`${sha256} ${name}`);
  }

  async append(entry: SetAsideEntry): Promise<void> {
    await using handle = await open(this.#path, "a");
    await handle.write(`${this.#lead}${JSON.stringify(entry)}\n`);
    await handle.sync();
    this.#lead = "";
    this.#known.add(`${entry.sha256} ${entry.name}`);
  }
}

/** `undefined` for a line that is empty, or was cut: its record is set aside anew. */
function entryOf(line: string): SetAsideEntry | undefined {
  try {
    return JSON.parse(line) as SetAsideEntry;
  } catch {
    return undefined;
  }
}

/** Makes a file that is on the disk when this resolves; `false` when there is one already. */
async function writeNew(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await using handle = await open(path, "wx");
    await handle.writeFile(bytes);
    await handle.sync();
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
