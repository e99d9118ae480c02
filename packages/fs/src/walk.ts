import { type Dirent, statSync } from "node:fs";
import { compareNames, type Range } from "@stowage/core";
import { attempted, entriesIn } from "./entries.ts";
import { Folder } from "./folder.ts";

/** Above this size, a folder is read in several steps between which its entries may move. */
const oneStepEntries = 256;
/** How coarse the dates of files may be, with room to spare. */
const recentMs = 100;
const suffix = ".json";

/** What a walk meets beside records. */
export interface WalkOptions {
  /** Gets each dot-named file below the prefix, by the path of its folder and its name. */
  readonly onDotFile: (folder: string, name: string) => void;
  /** Gets the error of each folder that can't be read. The walk goes on behind it, unless this throws. */
  readonly onError: (error: unknown) => void;
}

/** One folder on the way down: its names that are still to come, the next one last. */
interface Level {
  readonly folder: Folder;
  readonly names: string[];
}

/**
 * Yields the names of a range in order, as one run after each step into or out of a folder, empty runs too. Holds the
 * names of one folder a level, not of the tree. A folder that comes or goes meanwhile is no error. Links to folders are
 * followed, save those that lead back to a folder on the way.
 */
export function* walk(root: string, range: Range, options: WalkOptions): Generator<readonly string[]> {
  const levels: Level[] = [];
  const enter = (folder: Folder): void => {
    const names = namesIn(folder, options);
    // Taken from the end, so the order is turned round.
    if (!range.reverse) names.reverse();
    levels.push({ folder, names });
  };
  const first = attempted(() => Folder.at(root, range.prefix), options.onError);
  if (first !== undefined) enter(first);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const run: string[] = [];
    let below: string | undefined;
    for (let name = level.names.pop(); name !== undefined; name = level.names.pop()) {
      const path = level.folder.base + name;
      if (isOutside(path, range)) continue;
      if (name.endsWith("/")) {
        below = name.slice(0, -1);
        break;
      }
      run.push(path);
    }
    yield run;
    if (below === undefined) levels.pop();
    else enter(level.folder.down(below));
  }
}

/** Whether a name, or everything below a folder's name with its slash, lies outside the bounds. */
function isOutside(path: string, { after, before }: Range): boolean {
  // What is below a folder sorts right behind its name, so only a bound that is below it too divides it.
  if (after !== undefined && compareNames(path, after) <= 0 && !isBelow(after, path)) return true;
  return before !== undefined && compareNames(path, before) >= 0;
}

function isBelow(name: string, folder: string): boolean {
  return folder.endsWith("/") && name.startsWith(folder);
}

/** The records of a folder and, with a slash behind them, its folders, in the order of the names that they begin. */
function namesIn(folder: Folder, options: WalkOptions): string[] {
  const names: string[] = [];
  for (const entry of attempted(() => allEntriesIn(folder.path), options.onError) ?? []) {
    const name = entry.name;
    if (name.startsWith(".")) {
      if (entry.isFile()) options.onDotFile(folder.path, name);
      continue;
    }
    // Whatever else is named as a record is none, wherever a link of that name leads.
    if (name.endsWith(suffix) !== entry.isFile()) continue;
    const kind = folder.kindOf(entry);
    if (kind === "file") names.push(name);
    else if (kind === "folder") names.push(`${name}/`);
  }
  return sorted(names);
}

/** The entries of a folder, each at least once if it is there all the while; none if the folder is missing. */
function allEntriesIn(folder: string): Dirent[] {
  const start = Date.now();
  const entries = entriesIn(folder);
  if (entries.length <= oneStepEntries) return entries;
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined || stats.mtimeMs < start - recentMs) return entries;
  // POSIX leaves open whether a reader that is under way meets an entry that is renamed over: where such an entry moves
  // to the end, it may be missed or come twice. A second reading finds what moved during the first.
  return entries.concat(entriesIn(folder));
}

/** In order of UTF-8 bytes, each once. */
function sorted(names: string[]): string[] {
  // Without characters from the surrogates upwards, the built-in order is the same, and several times as fast.
  if (names.some((name) => /[\ud800-\uffff]/.test(name))) names.sort(compareNames);
  else names.sort();
  return names.filter((name, index) => name !== names[index - 1]);
}
