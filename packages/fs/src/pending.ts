import { dirname } from "node:path";
import type { Root } from "./root.ts";
import { syncFolder, syncPath } from "./write.ts";

/** Above this number of names, the whole store is flushed instead: they must not take memory without end. */
const namesMax = 10_000;
const syncsAtOnce = 16;

/** What was written and may not be on stable storage yet. */
export class Pending {
  readonly #root: Root;
  #names = new Set<string>();
  #isFull = false;
  #flushed: Promise<void> = Promise.resolve();

  constructor(root: Root) {
    this.#root = root;
  }

  /** Notes that a file was written or removed. */
  add(name: string): void {
    if (this.#isFull) return;
    this.#names.add(name);
    if (this.#names.size <= namesMax) return;
    this.#names.clear();
    this.#isFull = true;
  }

  /**
   * Flushes all that was noted before the call. What fails stays noted.
   *
   * @param all - the names of every file of the store, asked when there were too many to note.
   */
  flush(all: () => Iterable<readonly string[]>): Promise<void> {
    // One after the other: a flush that is under way has taken names that the next caller waits for as well.
    const flushed = this.#flushed.then(() => this.#flush(all));
    this.#flushed = flushed.catch(() => {});
    return flushed;
  }

  async #flush(all: () => Iterable<readonly string[]>): Promise<void> {
    const names = this.#names;
    const isFull = this.#isFull;
    this.#names = new Set();
    this.#isFull = false;
    try {
      const folders = new Set([this.#root.path]);
      for (const run of isFull ? all() : [[...names]]) await this.#flushFiles(run, folders);
      // Files first, then the folders that name them, from the bottom.
      for (const folder of [...folders].sort((a, b) => b.length - a.length)) await syncFolder(folder);
      // What is gone needs no flushing, unless all of it went with the store's folder.
      this.#root.check();
    } catch (error) {
      if (isFull) this.#isFull = true;
      else for (const name of names) this.add(name);
      throw error;
    }
  }

  async #flushFiles(names: readonly string[], folders: Set<string>): Promise<void> {
    for (let i = 0; i < names.length; i += syncsAtOnce) {
      const step = names.slice(i, i + syncsAtOnce).map((name) => `${this.#root.path}/${name}`);
      // All settle before a failure is told: a descriptor must not be open any more when the caller goes on.
      const ends = await Promise.allSettled(step.map(syncPath));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
      for (const path of step) {
        for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) folders.add(folder);
      }
    }
  }
}
