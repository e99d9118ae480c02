import { type Dirent, lstatSync } from "node:fs";
import { folderIdentity } from "./root.ts";

/**
 * What an entry is for somebody who looks for records. A link to a folder is a `folder`, unless it leads back to one on
 * the way to it: that is a `loop`. Any other link is a `link`. The name of an `undecodable` one is not UTF-8, so that no
 * call reaches it.
 */
export type Kind = "file" | "folder" | "loop" | "link" | "undecodable" | "other";

/** A folder that a walk has come to, with the way there. */
export class Folder {
  /** Its path below the store's folder, with a slash at its end; empty for the store's folder itself. */
  readonly base: string;
  readonly path: string;
  readonly #above: Folder | undefined;
  /** Whether the way leads through a link: only then can a folder that is no link be one that was passed before. */
  readonly #isLinked: boolean;
  #links: Set<string> | undefined;
  #identity: string | undefined;

  private constructor(path: string, base: string, above: Folder | undefined, isLinked: boolean) {
    this.path = path;
    this.base = base;
    this.#above = above;
    this.#isLinked = isLinked;
  }

  /** The store's folder. */
  static root(path: string): Folder {
    return new Folder(path, "", undefined, false);
  }

  /** The folder of a prefix: `undefined` when a loop leads there, whose records are listed where they lie. */
  static at(root: string, prefix: string): Folder | undefined {
    let folder = Folder.root(root);
    for (const name of prefix.split("/").slice(0, -1)) {
      const isLink = lstatSync(`${folder.path}/${name}`, { throwIfNoEntry: false })?.isSymbolicLink() === true;
      if (isLink) folder.#addLink(name);
      folder = folder.down(name);
      if (folder.#isLinked && folder.#leadsBack()) return undefined;
    }
    return folder;
  }

  /** The folder behind an entry of the kind `folder`. */
  down(name: string): Folder {
    return new Folder(
      `${this.path}/${name}`,
      `${this.base}${name}/`,
      this,
      this.#isLinked || this.#links?.has(name) === true,
    );
  }

  kindOf(entry: Dirent): Kind {
    try {
      if (!isFaithful(this.path, entry.name)) return "undecodable";
      if (entry.isFile()) return "file";
      if (entry.isSymbolicLink()) return this.#kindOfLink(entry.name);
      if (!entry.isDirectory()) return "other";
      return this.#isLinked && this.down(entry.name).#leadsBack() ? "loop" : "folder";
    } catch {
      // It may not be looked at. Whoever goes there meets the error.
      return entry.isFile() ? "file" : "folder";
    }
  }

  #kindOfLink(name: string): Kind {
    const target = this.down(name);
    if (target.#ownIdentity === undefined) return "link";
    this.#addLink(name);
    return target.#leadsBack() ? "loop" : "folder";
  }

  #addLink(name: string): void {
    // Few folders have any, and a walk comes through thousands.
    (this.#links ??= new Set()).add(name);
  }

  /** Whether it is a folder that was passed on the way to it. */
  #leadsBack(): boolean {
    const identity = this.#ownIdentity;
    for (let folder = this.#above; folder !== undefined; folder = folder.#above) {
      if (identity !== undefined && folder.#ownIdentity === identity) return true;
    }
    return false;
  }

  get #ownIdentity(): string | undefined {
    return (this.#identity ??= folderIdentity(this.path));
  }
}

/** A name that is not UTF-8 decodes to one that no entry has. */
function isFaithful(folder: string, name: string): boolean {
  return !name.includes("\ufffd") || lstatSync(`${folder}/${name}`, { throwIfNoEntry: false }) !== undefined;
}
