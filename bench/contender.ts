import type { Key } from "@stowage/core";

import type { Wire } from "./wire.ts";
import type { Item } from "./workload.ts";

export type Awaitable<T> = T | Promise<T>;

/** What is measured: Stowage's store, or the code that someone would write on the raw client instead. */
export interface Contender {
  /** Creates or replaces. */
  write(item: Item): Awaitable<unknown>;
  read(key: Key): Awaitable<unknown>;
  /** Reads, changes the `title`, writes. */
  update(key: Key, title: string): Awaitable<unknown>;
  /** How many keys are below the prefix. */
  list(prefix: Key): Awaitable<number>;
  /** Reads all messages of a session and their parts; resolves to how many records these are. */
  openSession(sessionID: string): Awaitable<number>;
  /** Writes many records. */
  writeMany(items: readonly Item[]): Awaitable<unknown>;
  /** Copies every record into a new store of the same kind; `target` is a place where no store is. */
  copyTo(target: string): Awaitable<unknown>;
  close(): Awaitable<void>;
}

/** One that can hold more than a caller wants to have in memory. */
export interface LargeContender extends Contender {
  /** The keys below a prefix in their order, lazily. */
  keys(prefix: Key, options?: PageOptions): AsyncIterable<Key>;
}

export interface PageOptions {
  /** Only keys behind this one. */
  readonly after?: Key;
  readonly limit?: number;
}

export const sides = ["raw", "stowage"] as const;
export type Side = (typeof sides)[number];

/** Two contenders on the same kind of backend, each at a place of its own. */
export interface Pair {
  readonly name: string;
  /** Of a slow backend: what the numbers of repetitions are multiplied by. Default 1. */
  readonly scale?: number;
  /** Of a slow backend: at most so many rounds. */
  readonly rounds?: number;
  /** A place for a store, a path or a prefix; another one for each label. */
  place(label: string): string;
  /** Opens the store at a place, or makes it. */
  open(side: Side, place: string): Awaitable<Contender>;
  /** Ends what the pair started, and removes what it left on servers that were there before. */
  end(): Promise<void>;
}

/** A pair on servers. */
export interface ServerPair extends Pair {
  open(side: Side, place: string): Promise<LargeContender>;
  /** Absent where the connection is encrypted, so that nothing on it can be counted. */
  readonly counted?: Counted;
  /** How many bytes of memory the servers use, where they can tell. */
  memory?(): Promise<number>;
}

/** The way to the servers on which requests are counted. */
interface Counted {
  readonly wire: Wire;
  /** As `open` of the pair, through the wire. */
  open(side: Side, place: string): Promise<LargeContender>;
}
