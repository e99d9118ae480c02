import type { Dirent } from "node:fs";
import { type Foreign, keyOf, markerName } from "@stowage/core";
import { entriesIn } from "./entries.ts";
import { isTempName, TempFiles } from "./temp.ts";

/** The folder of the locks, in the store's root. */
export const lockFolderName = ".locks";

/** Yields what lies in the folder and is no record, folder by folder; an empty array for a folder without such things. */
export function* walkForeign(root: string): Generator<readonly Foreign[]> {
  const temps = new TempFiles();
  const folders = [""];
  for (let base = folders.pop(); base !== undefined; base = folders.pop()) {
    const found: Foreign[] = [];
    for (const entry of entriesIn(`${root}/${base}`)) {
      const path = base + entry.name;
      if (isOurs(root, base, entry, temps)) continue;
      const reason = reasonOf(path, entry);
      if (reason !== undefined) found.push({ path, reason });
      else if (entry.isDirectory()) folders.push(`${path}/`);
    }
    yield found;
  }
}

/** Whether an entry is a part of the store beside the records: its marker, its locks, a write under way. */
function isOurs(root: string, base: string, entry: Dirent, temps: TempFiles): boolean {
  if (base === "" && (entry.name === markerName || entry.name === lockFolderName)) return true;
  return entry.isFile() && isTempName(entry.name) && !temps.isLeftBehind(`${root}/${base}${entry.name}`, entry.name);
}

/** Why an entry is no record, `undefined` if it is one, or a folder in which there may be some. */
function reasonOf(path: string, entry: Dirent): string | undefined {
  if (isTempName(entry.name)) return "it is left over from a write that was interrupted";
  if (entry.name.startsWith(".")) return 'its name starts with "."';
  if (entry.isSymbolicLink()) return "it is a symbolic link";
  if (entry.isDirectory()) return entry.name.endsWith(".json") ? "it is a folder that is named as a record" : undefined;
  if (!entry.isFile()) return "it is no regular file";
  if (entry.name.includes("\ufffd")) return "its name is not UTF-8";
  if (!entry.name.endsWith(".json")) return "its name does not end with .json";
  return keyOf(path) === undefined ? "its path is no legal key" : undefined;
}
