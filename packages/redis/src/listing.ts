import { compareNames, type Range } from "@stowage/core";
import { type Ends, endsBehind, endsOf } from "./ranges.ts";

/** Reads the names of one index in a range, at most so many, in order. */
export type ReadNames = (index: string, ends: Ends, reverse: boolean, count: number) => Promise<Buffer[]>;

/** A page of one shard, and the first read of each of many: what a listing holds does not grow with what it lists. */
const namesPerRead = 1000;
const firstNamesOfMany = 16;
const namesOfManyMax = 256;

/** The names of one shard. Each page starts from the last name of the one before. */
export async function* listShard(index: string, range: Range, read: ReadNames): AsyncGenerator<readonly string[]> {
  const count = Math.min(range.limit ?? namesPerRead, namesPerRead);
  for (let ends = endsOf(range); ;) {
    const names = await read(index, ends, range.reverse, count);
    const last = names.at(-1);
    if (last === undefined) return;
    yield names.map(String);
    if (names.length < count) return;
    ends = endsBehind(ends, last, range.reverse);
  }
}

/**
 * The names of several shards in one order. Some names of each shard are at hand; between those that come before the nearest
 * end of what is at hand there can be no others, so they make a page.
 */
export async function* listShards(
  indexes: readonly string[],
  range: Range,
  read: ReadNames,
): AsyncGenerator<readonly string[]> {
  const compare = range.reverse ? (a: string, b: string): number => compareNames(b, a) : compareNames;
  const share = range.limit === undefined ? firstNamesOfMany : Math.ceil((2 * range.limit) / indexes.length);
  const count = Math.max(4, Math.min(share, namesOfManyMax));
  for (let shards = indexes.map((index) => new Shard(index, range, count)); shards.length > 0;) {
    // All reads are called at once, so that they travel together.
    await Promise.all(shards.map((shard) => shard.fill(read)));
    const ends = shards.flatMap((shard) => shard.end ?? []);
    const end = ends.sort(compare)[0];
    const page = shards.flatMap((shard) => shard.take((name) => end === undefined || compare(name, end) <= 0));
    if (page.length > 0) yield page.sort(compare);
    shards = shards.filter((shard) => !shard.isSpent);
  }
}

/** One of many shards: its names at hand, and how to get more. */
class Shard {
  readonly #index: string;
  readonly #reverse: boolean;
  #ends: Ends;
  #count: number;
  #names: string[] = [];
  /** Whether all names of the range have been read. */
  #isRead = false;

  constructor(index: string, range: Range, count: number) {
    this.#index = index;
    this.#reverse = range.reverse;
    this.#ends = endsOf(range);
    this.#count = count;
  }

  /** The last name at hand, unless none can come behind it. */
  get end(): string | undefined {
    return this.#isRead ? undefined : this.#names.at(-1);
  }

  get isSpent(): boolean {
    return this.#isRead && this.#names.length === 0;
  }

  /** Reads on when few names are left, not only when none are: several shards then share a round trip. */
  async fill(read: ReadNames): Promise<void> {
    if (this.#isRead || this.#names.length > this.#count / 2) return;
    const names = await read(this.#index, this.#ends, this.#reverse, this.#count);
    const last = names.at(-1);
    this.#isRead = names.length < this.#count;
    if (last !== undefined) this.#ends = endsBehind(this.#ends, last, this.#reverse);
    this.#names.push(...names.map(String));
    this.#count = Math.min(this.#count * 2, namesOfManyMax);
  }

  /** Takes the names from the first on for as long as they are wanted. */
  take(isWanted: (name: string) => boolean): string[] {
    const end = this.#names.findIndex((name) => !isWanted(name));
    return this.#names.splice(0, end === -1 ? this.#names.length : end);
  }
}
