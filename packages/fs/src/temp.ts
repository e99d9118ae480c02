import { statSync, unlinkSync } from "node:fs";
import { type Life, isToken, lifeOf } from "./owner.ts";

const prefix = ".stowage-";
const suffix = ".tmp";
/** A temporary file whose owner can't be asked counts as left behind after this time. */
const foreignTempMs = 600_000;

/**
 * The name of a temporary file: dot-named, so that neither our listing nor OpenCode's shows it, and with the token of
 * its owner, so that others can tell what a crash left behind. Not made from the record's name: that may fill the
 * 255 bytes of a file name by itself.
 */
export function tempName(owner: string, id: number | string): string {
  return `${prefix}${owner}-${id}${suffix}`;
}

/** Whether a file is one of the store's temporary files, of any owner. */
export function isTempName(name: string): boolean {
  return name.startsWith(prefix) && name.endsWith(suffix) && isToken(name.slice(prefix.length, -suffix.length));
}

/** Tells which temporary files were left behind. For one walk: it asks about each owner once. */
export class TempFiles {
  readonly #lives = new Map<string, Life>();

  isLeftBehind(path: string, name: string): boolean {
    const token = name.slice(prefix.length, -suffix.length);
    const owner = token.slice(0, token.lastIndexOf("-"));
    const life = this.#lives.get(owner) ?? lifeOf(token);
    this.#lives.set(owner, life);
    if (life !== "unknown") return life === "dead";
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats !== undefined && Date.now() - stats.mtimeMs > foreignTempMs;
  }

  /** Removes a file if its owner is dead. It is no harm if that fails: the next listing meets it again. */
  clear(path: string, name: string): void {
    try {
      if (this.isLeftBehind(path, name)) unlinkSync(path);
    } catch {
      // Read-only, or removed by somebody else.
    }
  }
}
