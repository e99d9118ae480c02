import { realpathSync, statSync } from "node:fs";
import { DriverError } from "@stowage/core";
import { isAbsence, systemCode } from "./codes.ts";

/**
 * The store's folder as it was when the store opened. A folder that was moved away, or whose disk was unmounted, looks
 * from its path like a store without records: a migration from it would be told that there is nothing left to copy.
 */
export class Root {
  readonly path: string;
  /** Equal for two paths that lead to one folder. */
  readonly realPath: string;
  readonly #identity: string;

  constructor(path: string) {
    this.path = path;
    this.realPath = realpathSync.native(path);
    this.#identity = folderIdentity(path) ?? "";
  }

  /**
   * Asked whenever nothing was found: that is true only of the folder that was opened.
   *
   * @throws DriverError UNAVAILABLE when that folder is not at its path any more.
   */
  check(): void {
    const identity = folderIdentity(this.path);
    if (identity === this.#identity) return;
    const detail = identity === undefined ? "" : ": there is another one in its place";
    throw new DriverError("UNAVAILABLE", `the store's folder is gone${detail}`);
  }
}

/** Equal for two paths of one folder, whatever links lead there; `undefined` where there is no folder. */
export function folderIdentity(path: string): string | undefined {
  try {
    // In doubles, the inodes of large file systems would run into one another.
    const stats = statSync(path, { bigint: true });
    return stats.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined;
  } catch (error) {
    // ELOOP: a link that leads to itself.
    if (isAbsence(error) || systemCode(error) === "ELOOP") return undefined;
    throw error;
  }
}
