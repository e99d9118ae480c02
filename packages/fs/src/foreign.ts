import type { Dirent } from "node:fs";
import { type Foreign, keyOf, markerName } from "@stowage/core";
import { attempted, entriesIn } from "./entries.ts";
import { Folder, type Kind } from "./folder.ts";
import { lockFolderName } from "./spares.ts";
import { isTempName, TempFiles } from "./temp.ts";

/**
 * Yields what lies in the folder and is no record, folder by folder; an empty array for a folder without such things.
 *
 * @param onError - gets the error of each folder that can't be read. The walk goes on behind it, unless this throws.
 */
export function* walkForeign(root: string, onError: (error: unknown) => void): Generator<readonly Foreign[]> {
  const temps = new TempFiles();
  const folders = [Folder.root(root)];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const found: Foreign[] = [];
    for (const entry of attempted(() => entriesIn(folder.path), onError) ?? []) {
      if (isOurs(folder, entry, temps)) continue;
      const kind = folder.kindOf(entry);
      const path = folder.base + entry.name;
      const reason = reasonOf(path, entry.name, kind);
      if (reason !== undefined) found.push({ path, reason });
      else if (kind === "folder") folders.push(folder.down(entry.name));
    }
    yield found;
  }
}

/** Whether an entry is a part of the store beside the records: its marker, its locks, a write under way. */
function isOurs(folder: Folder, entry: Dirent, temps: TempFiles): boolean {
  if (folder.base === "" && (entry.name === markerName || entry.name === lockFolderName)) return true;
  return entry.isFile() && isTempName(entry.name) && !temps.isLeftBehind(`${folder.path}/${entry.name}`, entry.name);
}

/** Why an entry is no record, `undefined` if it is one, or a folder in which there may be some. */
function reasonOf(path: string, name: string, kind: Kind): string | undefined {
  if (isTempName(name)) return "it is left over from a write that was interrupted";
  if (name.startsWith(".")) return 'its name starts with "."';
  const isNamedAsRecord = name.endsWith(".json");
  switch (kind) {
    case "undecodable":
      return "its name is not UTF-8";
    case "link":
      return "it is a symbolic link";
    case "loop":
      return "it leads back to a folder on the way to it";
    case "other":
      return "it is no regular file";
    case "folder":
      return isNamedAsRecord ? "it is a folder that is named as a record" : undefined;
    case "file":
      if (!isNamedAsRecord) return "its name does not end with .json";
      return keyOf(path) === undefined ? "its path is no legal key" : undefined;
  }
}
