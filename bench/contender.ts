import type { Key } from "@stowage/core";

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
  /** Copies every record into a new store of the same kind; `target` is a path that does not exist. */
  copyTo(target: string): Awaitable<unknown>;
  close(): Awaitable<void>;
}

/** Two contenders on the same kind of backend, each on a path of its own. */
export interface Pair {
  readonly name: string;
  readonly raw: (path: string) => Awaitable<Contender>;
  readonly stowage: (path: string) => Awaitable<Contender>;
}
