import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { type Driver, keyOf } from "@stowage/core";
import type { Command } from "commander";
import { schemes } from "../schemes.ts";
import { formatBytes, formatCount, formatTime, printable, shellWord } from "./format.ts";
import { exitCodes, type Shell } from "./shell.ts";

interface WhereOptions {
  readonly json?: boolean;
}

/** A data folder of OpenCode. */
interface DataFolder {
  readonly path: string;
  /** Why it was looked at: `XDG_DATA_HOME`, `OPENCODE_DB`, `home`. */
  readonly source: string;
  /** The JSON records of OpenCode 1.1 and before. */
  readonly tree?: Tree;
  /** The SQLite databases of OpenCode 1.2 and later, one for each release channel. */
  readonly databases: readonly Database[];
  /** How many projects lie there in the layout before `storage/`. */
  readonly projectsOfOldLayout: number;
}

interface Tree {
  readonly path: string;
  /** The URL that opens it; absent where the path can't be written as one. */
  readonly url?: string;
  readonly records: number;
  /** Records by the first segment of their keys. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Why it could not be read whole. */
  readonly error?: string;
}

interface Database {
  readonly path: string;
  readonly bytes: number;
  /** Bytes of the write-ahead log beside it: a copy of the database without it lacks them. */
  readonly logBytes: number;
  readonly modified: string;
}

export function whereCommand(shell: Shell): Command {
  return shell.command(
    "where",
    "Find the data of OpenCode on this machine",
    ["where", "where --json"],
    (options: WhereOptions) => where(shell, options),
  );
}

async function where(shell: Shell, options: WhereOptions): Promise<number> {
  const candidates = candidatesOf(shell);
  const folders: DataFolder[] = [];
  for (const [path, source] of candidates) {
    if (!isFolder(path)) continue;
    const tree = await treeOf(path);
    const databases = databasesOf(path, shell.io.env["OPENCODE_DB"]);
    folders.push({ path, source, ...(tree && { tree }), databases, projectsOfOldLayout: projectsOfOldLayout(path) });
  }
  if (options.json) await shell.out.json({ folders, searched: [...candidates.keys()] });
  else if (folders.length === 0) {
    await shell.out.line(`No data of OpenCode here; looked in ${[...candidates.keys()].map(printable).join(" and ")}.`);
  } else await shell.out.write(folders.map((folder) => folderText(shell, folder)).join("\n"));
  return exitCodes.ok;
}

/** Where OpenCode may keep its data, by folder, with the reason; the first reason counts. */
function candidatesOf({ io, base }: Shell): ReadonlyMap<string, string> {
  const { XDG_DATA_HOME: dataHome, OPENCODE_DB: database } = io.env;
  const found = new Map<string, string>();
  if (dataHome) found.set(resolve(io.cwd, dataHome, "opencode"), "XDG_DATA_HOME");
  const inHome = join(base.home, ".local", "share", "opencode");
  if (!found.has(inHome)) found.set(inHome, "home");
  if (database && isAbsolute(database) && !found.has(dirname(database))) found.set(dirname(database), "OPENCODE_DB");
  return found;
}

async function treeOf(folder: string): Promise<Tree | undefined> {
  const path = join(folder, "storage");
  if (!isFolder(path)) return undefined;
  const kinds: Record<string, number> = {};
  const url = path.includes("?") ? {} : { url: `fs:${path}` };
  let records = 0;
  let driver: Driver | undefined;
  let error: { error?: string } = {};
  try {
    driver = await schemes
      .get("fs")
      ?.open({ url: path, path, address: "", options: { create: false }, readonly: true });
    for await (const names of driver?.list({ prefix: "", reverse: false }) ?? []) {
      for (const name of names) {
        const kind = keyOf(name)?.[0];
        if (kind === undefined) continue;
        kinds[kind] = (kinds[kind] ?? 0) + 1;
        records++;
      }
    }
  } catch (problem) {
    error = { error: problem instanceof Error ? problem.message : String(problem) };
  } finally {
    await driver?.close?.();
  }
  return { path, ...url, records, kinds, ...error };
}

function databasesOf(folder: string, named: string | undefined): Database[] {
  const isNamed = (file: string): boolean => named !== undefined && resolve(folder, named) === join(folder, file);
  return readdirSync(folder)
    .filter((file) => /^opencode(?:-.+)?\.db$/.test(file) || isNamed(file))
    .sort()
    .flatMap((file) => {
      const path = join(folder, file);
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined || !stats.isFile()) return [];
      const logBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
      return [{ path, bytes: stats.size, logBytes, modified: stats.mtime.toISOString() }];
    });
}

function projectsOfOldLayout(folder: string): number {
  const path = join(folder, "project");
  if (!isFolder(path)) return 0;
  return readdirSync(path).filter((slug) => existsSync(join(path, slug, "storage", "session"))).length;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    // Below a file, or behind a folder that may not be entered: nothing that could be read.
    return false;
  }
}

function folderText({ out, base }: Shell, folder: DataFolder): string {
  const { tree, databases, projectsOfOldLayout: projects } = folder;
  const things: (readonly [name: string, text: string])[] = [];
  if (tree !== undefined) things.push(["storage/", treeCounts(tree)]);
  for (const database of databases) things.push([printable(basename(database.path)), databaseText(database)]);
  if (projects > 0) {
    const count = `${formatCount(projects)} ${projects === 1 ? "project" : "projects"}`;
    things.push(["project/", `${count} in an older layout, which OpenCode 1.1 moves to storage/`]);
  }
  const width = Math.max(0, ...things.map(([name]) => name.length));
  const isShadowed = tree !== undefined && tree.records > 0 && databases.length > 0;
  return [
    `${out.style("bold", printable(folder.path))}  (${folder.source})`,
    ...things.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`),
    ...(things.length === 0 ? ["  no sessions"] : []),
    ...(isShadowed ? ["  OpenCode 1.2 and later lists what is in the database, not what is in storage/."] : []),
    ...(tree?.url !== undefined && tree.records > 0 ? nextCommands(tree.url, base.home) : []),
    "",
  ].join("\n");
}

function nextCommands(url: string, home: string): readonly string[] {
  const short = shellWord(url.startsWith(`fs:${home}/`) ? `fs:~${url.slice(3 + home.length)}` : url);
  return ["Next:", `  stowage stat ${short}`, `  stowage migrate ${short} sqlite:agent.db`];
}

function treeCounts({ kinds, records, error }: Tree): string {
  if (error !== undefined) return printable(error);
  const main = ["session", "message", "part"];
  const others = records - main.reduce((sum, kind) => sum + (kinds[kind] ?? 0), 0);
  return [...main.map((kind) => `${formatCount(kinds[kind] ?? 0)} ${kind}s`), `${formatCount(others)} others`].join(
    ", ",
  );
}

function databaseText({ bytes, logBytes, modified }: Database): string {
  const log = logBytes === 0 ? "" : ` and ${formatBytes(logBytes)} in its -wal file`;
  return `${formatBytes(bytes)}${log}, changed ${formatTime(modified)}`;
}
