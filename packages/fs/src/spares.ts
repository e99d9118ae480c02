import { chownSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { systemCode } from "./codes.ts";
import { removeLock } from "./left-behind.ts";
import type { Root } from "./root.ts";

/** The folder of the locks, in the store's root. */
export const lockFolderName = ".locks";

/** How often others may clear a folder away between two of our calls before that is no coincidence. */
const attemptsMax = 100;

/**
 * The lock folders of one owner that hold no lock now. A spare is a folder `<token>` with one empty file `<token>` in it,
 * where the token is its owner's and used once.
 */
export class Spares {
  readonly #root: Root;
  readonly #folder: string;
  readonly #owner: string;
  readonly #tokens: string[] = [];
  #made = 0;

  constructor(root: Root, owner: string) {
    this.#root = root;
    this.#folder = `${root.path}/${lockFolderName}`;
    this.#owner = owner;
  }

  /** The token of a spare; makes one if there is none. */
  take(): string {
    return this.#tokens.pop() ?? this.#make();
  }

  give(token: string): void {
    this.#tokens.push(token);
  }

  clear(): void {
    for (const token of this.#tokens.splice(0)) removeLock(`${this.#folder}/${token}`, token);
  }

  #make(): string {
    // A store that was moved away leaves its spares with it, so a writer learns here that its folder is another one.
    this.#root.check();
    const token = `${this.#owner}-${++this.#made}`;
    const path = `${this.#folder}/${token}`;
    for (let attempt = 0; ; attempt++) {
      try {
        this.#makeOwnFolder(path);
        writeFileSync(`${path}/${token}`, "", { flag: "wx" });
        return token;
      } catch (error) {
        // Without descriptors or space, each attempt would leave an empty folder.
        removeLock(path, token);
        if (systemCode(error) !== "ENOENT" || attempt >= attemptsMax) throw error;
      }
      this.#makeLockFolder();
    }
  }

  #makeLockFolder(): void {
    // The store's folder itself is not made again: its disk may just be gone.
    this.#root.check();
    try {
      this.#makeOwnFolder(this.#folder);
    } catch (error) {
      if (systemCode(error) !== "EEXIST" && systemCode(error) !== "ENOENT") throw error;
    }
  }

  /** Makes a folder that belongs to whom the store belongs to, so that a crash of the administrator locks nobody out. */
  #makeOwnFolder(path: string): void {
    mkdirSync(path);
    if (process.getuid?.() !== 0) return;
    const { uid, gid } = statSync(this.#root.path);
    if (uid !== 0) chownSync(path, uid, gid);
  }
}
