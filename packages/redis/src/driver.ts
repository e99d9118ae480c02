import {
  type Capabilities,
  declareCapabilities,
  type Driver,
  DriverError,
  type DriverOp,
  type Outcome,
  parallel,
  type Range,
  type Stored,
  type StorageErrorCode,
} from "@stowage/core";
import { codeOf, maybeApplied } from "./codes.ts";
import type { KeptStore } from "./kept.ts";
import type { Layout, Place } from "./layout.ts";
import type { Answer, Link } from "./link.ts";
import { listShard, listShards, type ReadNames } from "./listing.ts";
import { batchScript, putScript, removeScript } from "./scripts.ts";
import { headerLength, newId, storedOf, valueOf } from "./stored.ts";
import { syncServers } from "./sync.ts";

export interface DriverSettings {
  readonly location: string;
  readonly durability: Capabilities["durability"];
  readonly notices: readonly string[];
}

/** V8's longest string, less than what Redis takes. */
const valueBytesMax = 536_870_888;
const namesPerRead = 256;
/** A server does nothing else while it runs a script, so a batch that need not be atomic is cut into pieces. */
const opsPerScript = 500;
const lengthPerScript = 4_000_000;
const scriptsAtOnce = 16;
/** A command of more arguments, or more bytes, ends the connection. */
const opsAtOnceMax = 500_000;
const bytesAtOnceMax = 900_000_000;

/** Every change of a record is one script, which changes the index of its shard as well: readers see both or neither. */
export class RedisDriver implements Driver {
  readonly name = "redis";
  readonly capabilities: Capabilities;
  readonly location: string;
  readonly notices: readonly string[];
  readonly #link: Link;
  readonly #store: KeptStore;
  readonly #layout: Layout;

  constructor(link: Link, store: KeptStore, layout: Layout, settings: DriverSettings) {
    this.capabilities = declareCapabilities({
      compareAndSwap: "store",
      atomicBatch: layout.indexes.length === 1 ? "store" : "none",
      durability: settings.durability,
      limits: { valueBytes: valueBytesMax - headerLength },
    });
    this.location = settings.location;
    this.notices = settings.notices;
    this.#link = link;
    this.#store = store;
    this.#layout = layout;
  }

  async get(name: string): Promise<Stored | undefined> {
    const value = await this.#store.readBy("getBuffer", this.#layout.placeOf(name).key);
    return value === null ? undefined : storedOf(value);
  }

  async getMany(names: readonly string[]): Promise<readonly (Stored | undefined)[]> {
    const found = new Array<Stored | undefined>(names.length);
    const shards = Map.groupBy(names.keys(), (i) => this.#layout.shardOf(names[i] as string));
    const steps = [...shards.values()].flatMap((indexes) => stepsOf(indexes, namesPerRead));
    const read = async (step: readonly number[]): Promise<void> => {
      const keys = step.map((i) => this.#layout.placeOf(names[i] as string).key);
      const values = await this.#store.readBy("mgetBuffer", keys);
      for (const [at, value] of values.entries()) if (value !== null) found[step[at] as number] = storedOf(value);
    };
    // All are called at once, so that they travel together.
    await Promise.all(steps.map(read));
    return found;
  }

  async put(name: string, text: string, ifVersion?: string | null): Promise<Outcome> {
    const condition = ifVersion === undefined ? "" : ifVersion === null ? "none" : `=${ifVersion}`;
    const { key, index } = this.#layout.placeOf(name);
    return outcomeOf(await this.#store.write(putScript, [key, index], [name, valueOf(newId(), text), condition]));
  }

  async remove(name: string, ifVersion?: string): Promise<Outcome> {
    const condition = ifVersion === undefined ? "" : `=${ifVersion}`;
    const { key, index } = this.#layout.placeOf(name);
    return outcomeOf(await this.#store.write(removeScript, [key, index], [name, condition]));
  }

  list(range: Range): AsyncGenerator<readonly string[]> {
    const shards = this.#layout.shardsOf(range.prefix);
    const indexes = shards.map((shard) => this.#layout.indexes[shard] as string);
    if (indexes.length > 1) return listShards(indexes, range, this.#readNames);
    return listShard(indexes[0] as string, range, this.#readNames);
  }

  async batch(ops: readonly DriverOp[], atomic: boolean): Promise<void> {
    if (atomic) {
      refuseHuge(ops);
      await this.#write(ops);
      return;
    }
    const shards = Map.groupBy(ops, (op) => this.#layout.shardOf(op.name));
    const pieces = [...shards.values()].flatMap((some) => [...piecesOf(some)]);
    await parallel(pieces, scriptsAtOnce, (piece) => this.#write(piece));
  }

  async removeRange(prefix: string): Promise<number> {
    const shards = this.#layout.shardsOf(prefix);
    const counts = await parallel(shards, scriptsAtOnce, (shard) => this.#removeRangeOf(shard, prefix));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  getMarker(name: string): Promise<string | undefined> {
    return this.#store.getMarker(name);
  }

  putMarker(name: string, text: string): Promise<void> {
    return this.#store.putMarker(name, text);
  }

  sync(): Promise<void> {
    return syncServers(this.#link, this.#layout.indexes);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  codeOf(error: unknown): StorageErrorCode | undefined {
    return codeOf(error);
  }

  async #removeRangeOf(shard: number, prefix: string): Promise<number> {
    const index = this.#layout.indexes[shard] as string;
    let count = 0;
    for await (const page of listShard(index, { prefix, reverse: false }, this.#readNames)) {
      for (const step of stepsOf(page, opsPerScript)) {
        const { reply, isRepeated } = await this.#write(step.map((name) => ({ type: "remove", name })));
        const [removed] = reply as readonly [number | string];
        // What an earlier attempt removed is missing in the count of the repetition.
        count += isRepeated ? step.length : Number(removed);
      }
    }
    return count;
  }

  /** Writes and removes, all in one shard and in one step. */
  #write(ops: readonly DriverOp[]): Promise<Answer> {
    const places = ops.map(({ name }) => this.#layout.placeOf(name));
    const values = ops.map((op) => (op.type === "put" ? valueOf(newId(), op.text) : ""));
    // Then ioredis makes bytes of all that it sends, which may be longer than a string.
    if (ops.length > opsPerScript) values[0] = Buffer.from(values[0] as string);
    const keys = [(places[0] as Place).index, ...places.map(({ key }) => key)];
    return this.#store.write(batchScript, keys, values);
  }

  readonly #readNames: ReadNames = (index, { low, high }, reverse, count) => {
    const direction = reverse ? [high, low, "BYLEX", "REV"] : [low, high, "BYLEX"];
    return this.#store.readBy("zrangeBuffer", index, ...direction, "LIMIT", 0, count);
  };
}

/** How a script on one record ended. */
function outcomeOf({ reply, isRepeated }: Answer): Outcome {
  const [done, version] = reply as readonly [number | string, string | null];
  if (Number(done) === 1) return { done: true, version };
  // The condition held when the lost attempt came first, or it did not: whoever wrote since has covered the traces.
  if (isRepeated) {
    const detail = `the answer to a first attempt was lost, and the record has another version now; ${maybeApplied}`;
    throw new DriverError("UNAVAILABLE", detail);
  }
  return { done: false, version };
}

/** The ops of a shard by scripts. */
function* piecesOf(ops: readonly DriverOp[]): Generator<readonly DriverOp[]> {
  let piece: DriverOp[] = [];
  let length = 0;
  for (const op of ops) {
    piece.push(op);
    length += op.type === "put" ? op.text.length : 0;
    if (piece.length < opsPerScript && length < lengthPerScript) continue;
    yield piece;
    piece = [];
    length = 0;
  }
  if (piece.length > 0) yield piece;
}

function refuseHuge(ops: readonly DriverOp[]): void {
  const length = ops.reduce((sum, op) => sum + (op.type === "put" ? op.text.length : 0), 0);
  if (ops.length <= opsAtOnceMax && length <= bytesAtOnceMax) return;
  const detail = `an atomic batch has at most ${opsAtOnceMax} ops and ${bytesAtOnceMax} characters here`;
  throw new DriverError("TOO_LARGE", detail);
}

function stepsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, step) =>
    items.slice(step * size, (step + 1) * size),
  );
}
