import { isUtf8 } from "node:buffer";
import { compareNames, type Range } from "@stowage/core";
import { type Ends, endsBehind, endsOf } from "./ranges.ts";

/** Reads the names of one index in a range, at most so many, in order. */
export type ReadNames = (index: string, ends: Ends, reverse: boolean, count: number) => Promise<Buffer[]>;

type Compare = (a: string, b: string) => number;

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
    const page = textsOf(names);
    if (page.length > 0) yield page;
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
  const compare: Compare = range.reverse ? (a, b) => compareNames(b, a) : compareNames;
  const share = range.limit === undefined ? firstNamesOfMany : Math.ceil((2 * range.limit) / indexes.length);
  const count = Math.max(4, Math.min(share, namesOfManyMax));
  for (let shards = indexes.map((index) => new Shard(index, range, count)); shards.length > 0;) {
    // All reads are called at once, so that they travel together.
    await Promise.all(shards.map((shard) => shard.fill(read)));
    const end = nearest(shards, compare);
    const page = shards.flatMap((shard) => shard.take(end, compare));
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
    do {
      const names = await read(this.#index, this.#ends, this.#reverse, this.#count);
      const last = names.at(-1);
      this.#isRead = names.length < this.#count;
      if (last !== undefined) this.#ends = endsBehind(this.#ends, last, this.#reverse);
      this.#names.push(...textsOf(names));
      this.#count = Math.min(this.#count * 2, namesOfManyMax);
      // A shard whose end is not known would hold up no other.
    } while (!this.#isRead && this.#names.length === 0);
  }

  /** Takes the names from the first up to the end, with it. */
  take(end: string | undefined, compare: Compare): string[] {
    // Without comparing, so that a listing goes on whatever order the names have.
    if (end === undefined || end === this.end) return this.#names.splice(0);
    let low = 0;
    for (let high = this.#names.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (compare(this.#names[middle] as string, end) <= 0) low = middle + 1;
      else high = middle;
    }
    return this.#names.splice(0, low);
  }
}

/** The first of the ends of what is at hand; `undefined` when nothing is left to read. */
function nearest(shards: readonly Shard[], compare: Compare): string | undefined {
  let first: string | undefined;
  for (const { end } of shards) if (end !== undefined && (first === undefined || compare(end, first) < 0)) first = end;
  return first;
}

/**
 * Names as texts, without those that are no UTF-8. No record of ours has such a name: as a text it would be that of another,
 * and out of order.
 */
function textsOf(names: readonly Buffer[]): string[] {
  return names.filter((name) => isUtf8(name)).map(String);
}
