import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Every file below a folder with the SHA-256 of its bytes, by path relative to the folder. */
export function hashFiles(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.sort().map((file) => [relative(folder, file), createHash("sha256").update(readFileSync(file)).digest("hex")]),
  );
}

/** How the files of a folder changed between two looks. */
export function changes(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>) {
  return {
    added: Object.keys(after).filter((file) => !(file in before)),
    removed: Object.keys(before).filter((file) => !(file in after)),
    rewritten: Object.keys(before).filter((file) => file in after && after[file] !== before[file]),
  };
}

/** Resolves when the files of a folder have stayed the same for a second: OpenCode goes on writing after it answered. */
export async function untilQuiet(folder: string): Promise<Record<string, string>> {
  for (let before = hashFiles(folder); ;) {
    await sleep(1_000);
    const after = hashFiles(folder);
    const { added, removed, rewritten } = changes(before, after);
    if (added.length + removed.length + rewritten.length === 0) return after;
    before = after;
  }
}
