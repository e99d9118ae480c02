import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";

/** The calls as they were before anything was put in front of them. */
const system = { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync };

/** A file with its content in base64, a symbolic link with where it leads, or else a folder. */
export interface TreeEntry {
  /** Below the folder, without a slash at its start. */
  readonly path: string;
  readonly content?: string;
  readonly target?: string;
}

/** All that lies in a folder, what is above before what is below. JSON: it travels between processes. */
export type Tree = readonly TreeEntry[];

/** Reads a folder. Sockets, pipes, and devices are passed by: they hold nothing. */
export function readTree(folder: string): Tree {
  const tree: TreeEntry[] = [];
  const visit = (base: string): void => {
    for (const entry of system.readdirSync(`${folder}/${base}`, { withFileTypes: true })) {
      const path = base + entry.name;
      const where = `${folder}/${path}`;
      if (entry.isFile()) tree.push({ path, content: system.readFileSync(where).toString("base64") });
      else if (entry.isSymbolicLink()) tree.push({ path, target: system.readlinkSync(where) });
      else if (entry.isDirectory()) {
        tree.push({ path });
        visit(`${path}/`);
      }
    }
  };
  visit("");
  return tree;
}

/** Makes a folder hold a tree and nothing else. What is as it should be is not touched; what is kept keeps its inode. */
export function writeTree(folder: string, tree: Tree): void {
  const wanted = new Map(tree.map((entry) => [entry.path, entry]));
  const there = new Map(readTree(folder).map((entry) => [entry.path, entry]));
  for (const [path, entry] of there) {
    const kept = wanted.get(path);
    const isKept = kept !== undefined && kindOf(kept) === kindOf(entry) && kept.target === entry.target;
    if (!isKept) system.rmSync(`${folder}/${path}`, { recursive: true, force: true });
  }
  for (const { path, content, target } of tree) {
    const where = `${folder}/${path}`;
    if (content !== undefined) {
      if (there.get(path)?.content !== content) system.writeFileSync(where, Buffer.from(content, "base64"));
    } else if (system.lstatSync(where, { throwIfNoEntry: false }) === undefined) {
      if (target === undefined) system.mkdirSync(where);
      else system.symlinkSync(target, where);
    }
  }
}

function kindOf({ content, target }: TreeEntry): "file" | "link" | "folder" {
  return content !== undefined ? "file" : target !== undefined ? "link" : "folder";
}
