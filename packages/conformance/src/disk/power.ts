import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { PowerLoss } from "./fault.ts";

/** The calls as they were before anything was put in front of them. */
const system = { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync };

class FileNode {
  /** What a power cut leaves of it. */
  stable: Uint8Array;

  constructor(stable: Uint8Array) {
    this.stable = stable;
  }
}

class FolderNode {
  readonly live: Map<string, TreeNode> = new Map();
  /** The entries that a power cut leaves. */
  stable: ReadonlyMap<string, TreeNode> = new Map();
}

export type TreeNode = FileNode | FolderNode;

/** How many calls want flushes to do nothing. */
let ignored = 0;

/** Makes each flush an empty word while the body is at work: for testing the suite. */
export async function withoutFlushes<T>(body: () => Promise<T>): Promise<T> {
  ignored++;
  try {
    return await body();
  } finally {
    ignored--;
  }
}

/**
 * Knows what of a folder is on stable storage, by the rules that POSIX gives and nothing beyond them: the content of a file
 * is there after it was flushed, its name after its folder was. What lies in the folder at the beginning is there.
 */
export class PowerSupply {
  readonly #path: string;
  readonly #root: FolderNode;

  constructor(path: string) {
    this.#path = path;
    this.#root = treeOf(path);
  }

  /** What lies at a path below the folder, for `flush`: the file that is open now may have another name by then. */
  at(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.#root;
    for (const name of segmentsOf(path)) node = node instanceof FolderNode ? node.live.get(name) : undefined;
    return node;
  }

  /** A file was opened that may not have been there. */
  created(path: string): void {
    const [folder, name] = this.#place(path);
    if (!folder.live.has(name)) folder.live.set(name, new FileNode(new Uint8Array()));
  }

  /** A folder was made, and those above it. */
  folderMade(path: string): void {
    let folder = this.#root;
    for (const name of segmentsOf(path)) {
      const next = folder.live.get(name) ?? new FolderNode();
      folder.live.set(name, next);
      if (!(next instanceof FolderNode)) return;
      folder = next;
    }
  }

  renamed(from: string, to: string): void {
    this.linked(from, to);
    this.removed(from);
  }

  linked(from: string, to: string): void {
    const node = this.at(from);
    const [folder, name] = this.#place(to);
    if (node !== undefined) folder.live.set(name, node);
  }

  removed(path: string): void {
    const [folder, name] = this.#place(path);
    folder.live.delete(name);
  }

  /** A file or folder was flushed; `content` is that of the file. */
  flushed(node: TreeNode | undefined, content: () => Uint8Array): void {
    if (ignored > 0) return;
    if (node instanceof FolderNode) node.stable = new Map(node.live);
    else if (node !== undefined) node.stable = content();
  }

  /** Takes from the folder what was not flushed. What is kept keeps its inode. */
  cut(loses: PowerLoss): void {
    const contents = loses === "names" ? this.#liveContents() : new Map<FileNode, Uint8Array>();
    revert(this.#path, this.#root, loses, (file) => contents.get(file) ?? file.stable);
  }

  #place(path: string): readonly [FolderNode, string] {
    const segments = segmentsOf(path);
    const name = segments.pop() ?? "";
    const folder = this.at(segments.join("/"));
    if (!(folder instanceof FolderNode)) throw new Error(`There is no folder around ${JSON.stringify(path)}`);
    return [folder, name];
  }

  #liveContents(): Map<FileNode, Uint8Array> {
    const contents = new Map<FileNode, Uint8Array>();
    const visit = (path: string, folder: FolderNode): void => {
      for (const [name, node] of folder.live) {
        const below = `${path}/${name}`;
        if (node instanceof FileNode) contents.set(node, system.readFileSync(below));
        else visit(below, node);
      }
    };
    visit(this.#path, this.#root);
    return contents;
  }
}

function treeOf(path: string): FolderNode {
  const folder = new FolderNode();
  for (const entry of system.readdirSync(path, { withFileTypes: true })) {
    const below = `${path}/${entry.name}`;
    if (entry.isDirectory()) folder.live.set(entry.name, treeOf(below));
    else if (entry.isFile()) folder.live.set(entry.name, new FileNode(system.readFileSync(below)));
  }
  folder.stable = new Map(folder.live);
  return folder;
}

function revert(path: string, folder: FolderNode, loses: PowerLoss, contentOf: (file: FileNode) => Uint8Array): void {
  const kept = loses === "contents" ? folder.live : folder.stable;
  for (const [name, node] of folder.live) {
    if (kept.get(name) !== node) system.rmSync(`${path}/${name}`, { recursive: true, force: true });
  }
  for (const [name, node] of kept) {
    const below = `${path}/${name}`;
    if (node instanceof FileNode) {
      system.writeFileSync(below, contentOf(node));
      continue;
    }
    if (folder.live.get(name) === node) {
      revert(below, node, loses, contentOf);
      continue;
    }
    system.mkdirSync(below);
    // Made anew, so that nothing of it is there yet.
    const made = new FolderNode();
    made.stable = node.stable;
    revert(below, made, loses, contentOf);
  }
}

function segmentsOf(path: string): string[] {
  return path === "" ? [] : path.split("/");
}
