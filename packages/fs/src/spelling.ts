import { lstatSync } from "node:fs";
import { DriverError } from "@stowage/core";
import { namesIn } from "./entries.ts";

/** What is asked of a disk. */
export interface Disk {
  /** The names in a folder as they are stored; none if it is missing. */
  namesIn(folder: string): string[];
  /** Whether a path leads to something, under the disk's own idea of equal names. */
  isThere(path: string): boolean;
}

/**
 * Tells names apart where the file system does not: under one spelling it finds the file of another. Asks the listing
 * of each folder on the way, which has the true spelling; that takes time in proportion to the size of these folders.
 */
export class Spelling {
  readonly #root: string;
  readonly #disk: Disk;

  constructor(root: string, disk: Disk = { namesIn, isThere }) {
    this.#root = root;
    this.#disk = disk;
  }

  /** Whether each step of a name, or of a prefix that ends with `/`, is on the disk in exactly this spelling. */
  isExact(name: string): boolean {
    return steps(name).every(({ folder, entry }) => this.#disk.namesIn(`${this.#root}/${folder}`).includes(entry));
  }

  /**
   * @throws DriverError UNSUPPORTED when writing a name would reach the file or the folder of another name.
   */
  checkFree(name: string): void {
    for (const { folder, entry } of steps(name)) {
      const path = `${this.#root}/${folder}`;
      if (!this.#disk.isThere(path + entry)) return;
      const entries = this.#disk.namesIn(path);
      if (entries.includes(entry)) continue;
      const other = entries.find((one) => foldName(one) === foldName(entry)) ?? entry;
      throw new DriverError(
        "UNSUPPORTED",
        `the file system does not keep it apart from ${JSON.stringify(folder + other)}`,
      );
    }
  }
}

/** Equal for names that a file system may take for one. Too many equal ones do no harm: it is asked of locks. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}

/** The way to a name: for `a/b.json`, the entry `a` of the root and the entry `b.json` of the folder `a/`. */
function steps(name: string): { readonly folder: string; readonly entry: string }[] {
  const entries = name.split("/").filter((entry) => entry !== "");
  return entries.map((entry, index) => ({
    folder: entries
      .slice(0, index)
      .map((one) => `${one}/`)
      .join(""),
    entry,
  }));
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
