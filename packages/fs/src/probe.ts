import { lstatSync, openSync, closeSync, fstatSync, readdirSync, unlinkSync } from "node:fs";
import { tempName } from "./temp.ts";

/** What a file system does that matters for records. */
export interface FileSystemTraits {
  /** Whether names that differ only in case, or only in Unicode normalisation, are two files. */
  readonly caseSensitive: boolean;
  /** The mode that new files get under the umask; `undefined` when none could be made. */
  readonly newFileMode: number | undefined;
}

/** Finds out by a temporary file, or, where none can be made, as on a read-only disk, by a look at what is there. */
export function probe(root: string, owner: string): FileSystemTraits {
  // Composed, so that a file system that folds finds it under the decomposed spelling.
  const name = tempName(owner, "probe-a\u00e9");
  const path = `${root}/${name}`;
  let newFileMode: number;
  try {
    const fd = openSync(path, "wx");
    newFileMode = fstatSync(fd).mode & 0o7777;
    closeSync(fd);
  } catch {
    return look(root);
  }
  try {
    const others = [name.replace("probe-a", "probe-A"), name.normalize("NFD")];
    return { caseSensitive: !others.some((other) => isThere(`${root}/${other}`)), newFileMode };
  } finally {
    unlinkSync(path);
  }
}

/**
 * Finds out without a change, by asking for existing entries under another spelling. If there is none to ask, nothing
 * will be written either, and the answer is the usual one.
 */
export function look(root: string): FileSystemTraits {
  return { caseSensitive: !readdirSync(root).some((name) => hasOtherSpelling(root, name)), newFileMode: undefined };
}

/** Whether an entry answers to its name in other letters as well. */
function hasOtherSpelling(root: string, name: string): boolean {
  const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
  if (other === name) return false;
  const one = lstatSync(`${root}/${name}`, { throwIfNoEntry: false });
  const two = lstatSync(`${root}/${other}`, { throwIfNoEntry: false });
  return one !== undefined && two !== undefined && one.ino === two.ino && one.dev === two.dev;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
