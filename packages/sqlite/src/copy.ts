import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DriverError } from "@stowage/core";

/** A database in a private folder of its own. */
export interface DatabaseCopy {
  readonly file: string;
  remove(): void;
}

/**
 * Copies a database with its log and its journal to a folder for temporary files. The caller sees to it that nobody writes
 * them meanwhile, and that this process does not have them open: closing a file gives up the locks on it.
 *
 * @throws DriverError UNAVAILABLE when there is no room.
 */
export function copyDatabase(file: string): DatabaseCopy {
  const parent = tmpdir();
  const folder = mkdtempSync(join(parent, "stowage-sqlite-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const copy = join(folder, "copy.db");
  try {
    for (const end of ["", "-wal", "-journal"]) {
      if (!existsSync(`${file}${end}`)) continue;
      copyFileSync(`${file}${end}`, `${copy}${end}`);
      chmodSync(`${copy}${end}`, 0o600);
    }
    return { file: copy, remove };
  } catch (error) {
    remove();
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
    const detail = `its log can be read in a copy only, and ${JSON.stringify(parent)} has no room for one: set TMPDIR to a folder that has`;
    throw new DriverError("UNAVAILABLE", detail, { cause: error });
  }
}
