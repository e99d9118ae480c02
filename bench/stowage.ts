import { type Driver, type Key, Store } from "@stowage/core";
import { migrate } from "@stowage/migrate";

import type { LargeContender, PageOptions } from "./contender.ts";
import type { Item } from "./workload.ts";

/** Stowage as a program uses it: everything through the public interface of the store. */
export class StowageContender implements LargeContender {
  readonly #open: (place: string) => Promise<Driver>;
  readonly #store: Store;

  readonly #end: (() => Promise<unknown>) | undefined;

  private constructor(open: (place: string) => Promise<Driver>, store: Store, end?: () => Promise<unknown>) {
    this.#open = open;
    this.#store = store;
    this.#end = end;
  }

  /**
   * @param end - called after the store was closed: ends what the driver does not close, a client that was handed in.
   */
  static async open(
    open: (place: string) => Promise<Driver>,
    place: string,
    end?: () => Promise<unknown>,
  ): Promise<StowageContender> {
    return new StowageContender(open, new Store(await open(place)), end);
  }

  write({ key, value }: Item): Promise<void> {
    return this.#store.write(key, value);
  }

  read(key: Key): Promise<unknown> {
    return this.#store.read(key);
  }

  update(key: Key, title: string): Promise<unknown> {
    return this.#store.update<{ title: string }>(key, (draft) => {
      draft.title = title;
    });
  }

  async list(prefix: Key): Promise<number> {
    return (await this.#store.list(prefix)).length;
  }

  async openSession(sessionID: string): Promise<number> {
    const prefixes: Key[] = [];
    for await (const { key } of this.#store.entries(["message", sessionID])) prefixes.push(["part", key[2] as string]);
    let records = prefixes.length;
    for await (const _part of this.#store.entries({ prefixes })) records++;
    return records;
  }

  keys(prefix: Key, options?: PageOptions): AsyncIterable<Key> {
    return this.#store.keys(prefix, options);
  }

  writeMany(items: readonly Item[]): Promise<void> {
    return this.#store.batch(items.map((item) => ({ type: "write", ...item })));
  }

  async copyTo(target: string): Promise<void> {
    await using store = new Store(await this.#open(target));
    const report = await migrate(this.#store, store);
    if (report.result !== "ok") throw new Error(`Cannot copy the store: the result is "${report.result}"`);
  }

  async close(): Promise<void> {
    await this.#store.close();
    await this.#end?.();
  }
}
