import { closeSync, fstatSync, openSync, rmdirSync, statSync, unlinkSync } from "node:fs";
import { lifeOf } from "./owner.ts";

/** The end of the name of a file that is made to read its date. */
const clockSuffix = ".now";

/** Whether an entry of the lock folder is a file that was made to read its date. */
export function isClock(entry: string): boolean {
  return entry.endsWith(clockSuffix);
}

/**
 * Whether a lock or a spare was left behind: its owner is dead or, when that can't be told, nothing happened to it for a
 * time. Acquiring and releasing rename the folder, which dates it anew.
 */
export function isLeftBehind(path: string, token: string, foreignMs: number): boolean {
  const life = lifeOf(token);
  if (life !== "unknown") return life === "dead";
  try {
    return fileSystemTime(path, token) - statSync(path).ctimeMs > foreignMs;
  } catch {
    // It is gone, or nothing can be written: then it can't be broken either.
    return false;
  }
}

/** Gives up a lock or a spare, unless it is not this token's any more: a folder with another file in it stays. */
export function removeLock(path: string, token: string): void {
  // The file may be missing: its maker was stopped before it was made, or somebody broke the lock.
  ignoreErrors(() => unlinkSync(`${path}/${token}`));
  ignoreErrors(() => rmdirSync(path));
}

/** For clearing away: what fails now is met again by whoever comes next. */
export function ignoreErrors(body: () => void): void {
  try {
    body();
  } catch {
    // See above.
  }
}

/** The time by the clock that dates the lock: on a file server it is not the clock of this host. */
function fileSystemTime(path: string, token: string): number {
  const file = `${path}.${token}${clockSuffix}`;
  const fd = openSync(file, "w");
  try {
    return fstatSync(fd).ctimeMs;
  } finally {
    closeSync(fd);
    ignoreErrors(() => unlinkSync(file));
  }
}
