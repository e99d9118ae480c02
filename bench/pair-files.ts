import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { Driver } from "@stowage/core";
import { fs } from "@stowage/fs";
import { sqlite } from "@stowage/sqlite";

import type { Contender, Pair } from "./contender.ts";
import { RawFiles } from "./raw-fs.ts";
import { RawSqlite } from "./raw-sqlite.ts";
import { StowageContender } from "./stowage.ts";

/** OpenCode's files; `folder` lies on the file system to be measured. */
export function fsPair(folder: string): Pair {
  return pairIn(folder, "fs", { raw: (path) => new RawFiles(path), stowage: (path) => fs({ path }) });
}

export function sqlitePair(folder: string): Pair {
  return pairIn(folder, "sqlite", { raw: (path) => new RawSqlite(path), stowage: (path) => sqlite({ path }) });
}

interface Makers {
  readonly raw: (path: string) => Contender;
  readonly stowage: (path: string) => Promise<Driver>;
}

function pairIn(folder: string, name: string, { raw, stowage }: Makers): Pair {
  const root = mkdtempSync(join(folder, `stowage-bench-${name}-`));
  return {
    name,
    place: (label) => join(root, label),
    open: (side, path) => (side === "raw" ? raw(path) : StowageContender.open(stowage, path)),
    end: async () => rmSync(root, { recursive: true, force: true }),
  };
}
