import { hash } from "node:crypto";

/**
 * Where records lie. A store has a number of shards that never changes; all keys of a shard share a hash tag, so a Cluster
 * keeps them on one node. The tag comes first, so braces in names mean nothing.
 */
export class Layout {
  /** The index of each shard: a sorted set of names. */
  readonly indexes: readonly string[];
  readonly #shards: readonly number[];

  constructor(prefix: string, shards: number) {
    this.indexes = Array.from({ length: shards }, (_, shard) => `{${prefix}.${shard}}`);
    this.#shards = [...this.indexes.keys()];
  }

  /** Where a record lies. A shard's keys begin with its index, so scripts tell the name from the key. */
  placeOf(name: string): Place {
    const index = this.indexes[this.shardOf(name)] as string;
    return { index, key: `${index}/${name}` };
  }

  /**
   * Names that agree up to their second "/" share a shard: all messages of a session, all parts of a message. A listing
   * of them asks one shard only.
   */
  shardOf(name: string): number {
    return this.#shardOfGroup(groupOf(name) ?? name);
  }

  /** The shards that may hold names with this prefix. */
  shardsOf(prefix: string): readonly number[] {
    const group = groupOf(prefix);
    return group === undefined ? this.#shards : [this.#shardOfGroup(group)];
  }

  #shardOfGroup(group: string): number {
    if (this.indexes.length === 1) return 0;
    return hash("sha1", group, "buffer").readUInt32BE() % this.indexes.length;
  }
}

export interface Place {
  readonly index: string;
  readonly key: string;
}

/** The hash that says what a store is, and holds its markers. Neither an index nor a record of another store has its form. */
export function storeKey(prefix: string): string {
  return `{${prefix}}:store`;
}

/** What stands before the second "/". */
function groupOf(name: string): string | undefined {
  const end = name.indexOf("/", name.indexOf("/") + 1);
  return end === -1 || !name.includes("/") ? undefined : name.slice(0, end);
}
