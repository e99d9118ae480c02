import type { PowerLoss } from "./fault.ts";
import { FileNode, FolderNode, LinkNode, nodesOf, someOf, type TreeNode, treeOf } from "./nodes.ts";
import { readTree, type Tree, writeTree } from "./tree.ts";

const nothing: Buffer = Buffer.alloc(0);

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
 * is there after it was flushed, its name after its folder was. What lies in the folder at the beginning is there. It never
 * looks at the folder to learn of a change: it is told of each, so a change that nobody told it of can be found.
 */
export class PowerSupply {
  readonly #path: string;
  readonly #root: FolderNode;
  #onChange: (() => void) | undefined;
  #changes = 0;

  constructor(path: string) {
    this.#path = path;
    this.#root = nodesOf(readTree(path));
  }

  /** How many changes it was told of. A flush is none. */
  get changes(): number {
    return this.#changes;
  }

  /** Calls back after each change to what a cut would leave, in the middle of a write too. */
  watch(onChange: (() => void) | undefined): void {
    this.#onChange = onChange;
  }

  /** What lies at a path below the folder. */
  at(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.#root;
    for (const name of segmentsOf(path)) node = node instanceof FolderNode ? node.live.get(name) : undefined;
    return node;
  }

  /** How many bytes a file has. */
  sizeOf(node: TreeNode | undefined): number {
    return node instanceof FileNode ? node.live.length : 0;
  }

  /** A file was made where there was none. */
  created(path: string): void {
    this.#put(path, new FileNode(nothing));
  }

  /** A folder was made, and those above it. */
  folderMade(path: string): void {
    let folder = this.#root;
    for (const name of segmentsOf(path)) {
      const next = folder.live.get(name) ?? new FolderNode();
      folder.live.set(name, next);
      if (!(next instanceof FolderNode)) break;
      folder = next;
    }
    this.#changed();
  }

  symlinked(path: string, target: string): void {
    this.#put(path, new LinkNode(target));
  }

  linked(from: string, to: string): void {
    const node = this.at(from);
    if (node !== undefined) this.#put(to, node);
  }

  renamed(from: string, to: string): void {
    const node = this.at(from);
    // Of two names of one file, the system leaves both.
    if (node === undefined || node === this.at(to)) return;
    const [folder, name] = this.#place(from);
    folder.live.delete(name);
    this.#put(to, node);
  }

  removed(path: string): void {
    const [folder, name] = this.#place(path);
    folder.live.delete(name);
    this.#changed();
  }

  written(node: TreeNode | undefined, bytes: Uint8Array, at: number): void {
    if (!(node instanceof FileNode)) return;
    if (this.#onChange !== undefined) {
      node.write(bytes.subarray(0, bytes.length >> 1), at);
      this.#onChange();
    }
    node.write(bytes, at);
    this.#changed();
  }

  truncated(node: TreeNode | undefined, length: number): void {
    if (!(node instanceof FileNode)) return;
    const cut = Buffer.alloc(length);
    node.live.copy(cut);
    node.live = cut;
    this.#changed();
  }

  /** A file or folder was flushed. */
  flushed(node: TreeNode | undefined): void {
    if (ignored > 0) return;
    if (node instanceof FolderNode) node.stable = new Map(node.live);
    else if (node instanceof FileNode) node.stable = node.live;
    this.#onChange?.();
  }

  /** What a cut would leave if it came now. `seed` is for what chance decides. */
  left(loses: PowerLoss, seed = 1): Tree {
    if (loses === "some") return someOf(this.#root, seed);
    return treeOf(
      this.#root,
      (folder) => (loses === "contents" ? folder.live : folder.stable),
      (file) => (loses === "names" ? file.live : file.stable),
    );
  }

  /** Takes from the folder what was not flushed. What is kept keeps its inode. */
  cut(loses: PowerLoss): void {
    writeTree(this.#path, this.left(loses));
  }

  /** The path of something in the folder that is not as it was told; `undefined` where all is. */
  untold(): string | undefined {
    const told = new Map(this.#live().map((entry) => [entry.path, entry]));
    for (const { path, content, target } of readTree(this.#path)) {
      const known = told.get(path);
      if (known === undefined || known.content !== content || known.target !== target) return path;
      told.delete(path);
    }
    return told.keys().next().value;
  }

  #live(): Tree {
    return treeOf(
      this.#root,
      (folder) => folder.live,
      (file) => file.live,
    );
  }

  #changed(): void {
    this.#changes++;
    this.#onChange?.();
  }

  #put(path: string, node: TreeNode): void {
    const [folder, name] = this.#place(path);
    folder.live.set(name, node);
    this.#changed();
  }

  #place(path: string): readonly [FolderNode, string] {
    const segments = segmentsOf(path);
    const name = segments.pop() ?? "";
    const folder = this.at(segments.join("/"));
    // A folder that nobody told it of: what is put there is nowhere, and found to be missing.
    return [folder instanceof FolderNode ? folder : new FolderNode(), name];
  }
}

function segmentsOf(path: string): string[] {
  return path === "" ? [] : path.split("/");
}
