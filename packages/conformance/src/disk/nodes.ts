import type { Tree, TreeEntry } from "./tree.ts";

export class FileNode {
  live: Buffer;
  /** What a power cut leaves of it. */
  stable: Buffer;

  constructor(content: Buffer, stable: Buffer = content) {
    this.live = content;
    this.stable = stable;
  }

  write(bytes: Uint8Array, at: number): void {
    // Nothing that is written far behind the end does not move it.
    if (bytes.length === 0) return;
    const grown = Buffer.alloc(Math.max(this.live.length, at + bytes.length));
    this.live.copy(grown);
    grown.set(bytes, at);
    this.live = grown;
  }
}

export class LinkNode {
  readonly target: string;

  constructor(target: string) {
    this.target = target;
  }
}

export class FolderNode {
  readonly live: Map<string, TreeNode> = new Map();
  /** The entries that a power cut leaves. */
  stable: ReadonlyMap<string, TreeNode> = new Map();
}

export type TreeNode = FileNode | LinkNode | FolderNode;

/** All that lies in a folder, as if it were on stable storage. */
export function nodesOf(tree: Tree): FolderNode {
  const nodes = new Map<string, TreeNode>([["", new FolderNode()]]);
  for (const { path, content, target } of tree) {
    const node =
      content !== undefined
        ? new FileNode(Buffer.from(content, "base64"))
        : target !== undefined
          ? new LinkNode(target)
          : new FolderNode();
    nodes.set(path, node);
    const end = Math.max(path.lastIndexOf("/"), 0);
    (nodes.get(path.slice(0, end)) as FolderNode).live.set(path.slice(end).replace("/", ""), node);
  }
  for (const node of nodes.values()) if (node instanceof FolderNode) node.stable = new Map(node.live);
  return nodes.get("") as FolderNode;
}

/** What is left where chance decides of each file, and of each name in a folder, which was not flushed. */
export function someOf(root: FolderNode, seed: number): Tree {
  let state = seed;
  const oneOf = <T>(...choices: readonly T[]): T => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return choices[(state >>> 16) % choices.length] as T;
  };
  const contents = new Map<FileNode, Buffer>();
  return treeOf(
    root,
    ({ live, stable }) => {
      const names = new Set([...stable.keys(), ...live.keys()]);
      const kept = [...names].map((name) => [name, oneOf(live, stable).get(name)] as const);
      return new Map(kept.filter((entry): entry is readonly [string, TreeNode] => entry[1] !== undefined));
    },
    (file) => {
      const { live, stable } = file;
      const content = contents.get(file) ?? (live === stable ? live : oneOf(live, stable, halfWay(live, stable)));
      contents.set(file, content);
      return content;
    },
  );
}

/** What is new in a file up to its middle: what was flushed and is not changed is not at stake. */
function halfWay(live: Buffer, stable: Buffer): Buffer {
  let same = 0;
  while (same < live.length && live[same] === stable[same]) same++;
  return live.subarray(0, same + ((live.length - same) >> 1));
}

/** What a folder holds, of entries and contents that the caller chooses. */
export function treeOf(
  root: FolderNode,
  entriesOf: (folder: FolderNode) => ReadonlyMap<string, TreeNode>,
  contentOf: (file: FileNode) => Buffer,
): Tree {
  const tree: TreeEntry[] = [];
  const visit = (base: string, folder: FolderNode): void => {
    for (const [name, node] of entriesOf(folder)) {
      const path = base + name;
      if (node instanceof FileNode) tree.push({ path, content: contentOf(node).toString("base64") });
      else if (node instanceof LinkNode) tree.push({ path, target: node.target });
      else {
        tree.push({ path });
        visit(`${path}/`, node);
      }
    }
  };
  visit("", root);
  return tree;
}
