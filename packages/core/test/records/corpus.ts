import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Key, keyOf } from "@stowage/core";

/** A record file that a real OpenCode wrote. */
export interface CorpusRecord {
  readonly key: Key;
  readonly text: string;
}

export type CorpusName = "opencode-1.1.16" | "opencode-1.1.65" | "sample-1.1.16";

/** All record files of a storage folder, in no particular order. */
export function corpus(name: CorpusName): CorpusRecord[] {
  const root = fileURLToPath(new URL(`../../../../fixtures/${name}/storage/`, import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
  return files.map((file) => ({
    key: keyOf(file.replaceAll("\\", "/")) as Key,
    text: readFileSync(root + file, "utf8"),
  }));
}
