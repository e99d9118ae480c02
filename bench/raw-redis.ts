import { type Key, parallel } from "@stowage/core";
import type { Cluster, Redis } from "ioredis";

import type { LargeContender, PageOptions } from "./contender.ts";
import type { Item } from "./workload.ts";

const pageSize = 1_000;
/** How many texts one answer or one turn of a pipeline holds. */
const textsAtOnce = 500;

/**
 * ioredis by hand: a string for each record and one sorted set of all names, with auto-pipelining. Record and index are two
 * commands, so a crash between them leaves one without the other, and two processes can undo each other's updates.
 */
export class RawRedis implements LargeContender {
  readonly #client: Redis | Cluster;
  readonly #place: string;
  readonly #index: string;

  constructor(client: Redis | Cluster, place: string) {
    this.#client = client;
    this.#place = place;
    this.#index = `${place}:names`;
  }

  async write({ key, value }: Item): Promise<void> {
    await this.#write(key.join("/"), JSON.stringify(value, null, 2));
  }

  async read(key: Key): Promise<unknown> {
    return JSON.parse((await this.#client.get(this.#record(key.join("/")))) as string);
  }

  async update(key: Key, title: string): Promise<void> {
    const value = (await this.read(key)) as { title: string };
    value.title = title;
    await this.#client.set(this.#record(key.join("/")), JSON.stringify(value, null, 2));
  }

  async list(prefix: Key): Promise<number> {
    return (await this.#names(prefix)).map((name) => name.split("/")).length;
  }

  async openSession(sessionID: string): Promise<number> {
    const messages = await this.#names(["message", sessionID]);
    const parts = await Promise.all(messages.map((name) => this.#names(["part", name.split("/")[2] as string])));
    const names = [...messages, ...parts.flat()];
    for (const text of await this.#texts(names)) JSON.parse(text);
    return names.length;
  }

  async writeMany(items: readonly Item[]): Promise<void> {
    for (let i = 0; i < items.length; i += textsAtOnce) {
      await Promise.all(items.slice(i, i + textsAtOnce).map((item) => this.write(item)));
    }
  }

  async copyTo(target: string): Promise<void> {
    const copy = new RawRedis(this.#client, target);
    for await (const names of this.#pages([], {})) {
      const texts = await this.#texts(names);
      await Promise.all(names.map((name, i) => copy.#write(name, texts[i] as string)));
    }
  }

  async *keys(prefix: Key, options: PageOptions = {}): AsyncGenerator<Key> {
    for await (const names of this.#pages(prefix, options)) {
      for (const name of names) yield name.split("/");
    }
  }

  async close(): Promise<void> {
    await this.#client.quit();
  }

  #record(name: string): string {
    return `${this.#place}:${name}`;
  }

  async #write(name: string, text: string): Promise<void> {
    // Both in the same tick, so both are in one pipeline.
    await Promise.all([this.#client.set(this.#record(name), text), this.#client.zadd(this.#index, 0, name)]);
  }

  #names(prefix: Key): Promise<string[]> {
    const [low, high] = bounds(prefix);
    return this.#client.zrange(this.#index, low, high, "BYLEX");
  }

  async *#pages(prefix: Key, { after, limit = Infinity }: PageOptions): AsyncGenerator<string[]> {
    const [first, high] = bounds(prefix);
    let low = after === undefined ? first : `(${after.join("/")}`;
    for (let left = limit; left > 0;) {
      const size = Math.min(left, pageSize);
      const names = await this.#client.zrange(this.#index, low, high, "BYLEX", "LIMIT", 0, size);
      yield names;
      if (names.length < size) return;
      left -= names.length;
      low = `(${names.at(-1)}`;
    }
  }

  /** The keys of an MGET must be of one slot, so on a Cluster each text is a command of its own. */
  async #texts(names: readonly string[]): Promise<string[]> {
    const records = names.map((name) => this.#record(name));
    // Casts: nobody removes anything here.
    if (this.#client.isCluster) {
      return parallel(records, textsAtOnce, async (record) => (await this.#client.get(record)) as string);
    }
    const texts: string[] = [];
    for (let i = 0; i < records.length; i += textsAtOnce) {
      texts.push(...((await this.#client.mget(records.slice(i, i + textsAtOnce))) as string[]));
    }
    return texts;
  }
}

/** The names below a prefix lie between it with a `/` and it with the character after `/`. */
function bounds(prefix: Key): [string, string] {
  const name = prefix.join("/");
  return name === "" ? ["-", "+"] : [`(${name}/`, `(${name}0`];
}
