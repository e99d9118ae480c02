import type { Key } from "@stowage/core";

import type { LargeContender, PageOptions, ServerPair, Side } from "./contender.ts";
import { sides } from "./contender.ts";
import { median } from "./measure.ts";
import type { Trips } from "./wire.ts";
import { id, type Item, messageCount, partCount, session, sessionID, textPart } from "./workload.ts";

/** What a large store costs; times in milliseconds. */
export interface LargeResult {
  readonly pair: string;
  readonly records: number;
  readonly loadMs: Record<Side, number>;
  /** How much of the heap was alive at most during a whole listing, beyond what was there before; in bytes. */
  readonly listingBytes: Record<Side, number>;
  /** What the servers' memory grew by, for each record. */
  readonly bytesPerRecord?: Record<Side, number>;
  readonly cases: readonly LargeCaseResult[];
}

interface LargeCaseResult {
  readonly case: string;
  readonly ms: Record<Side, number>;
  /** Raw over Stowage. */
  readonly ratio: number;
  readonly trips?: Record<Side, Trips>;
}

interface LargeCase {
  readonly name: string;
  readonly repeat: number;
  readonly run: (visit: Visit) => Promise<void>;
}

/** One run of a case on one side. */
interface Visit {
  readonly contender: LargeContender;
  readonly serial: number;
  /** Opens the loaded store once more, or one at a new place. */
  readonly open: (label?: string) => Promise<LargeContender>;
}

/** How many records a call of `writeMany` gets while the store is filled. */
const loadStep = 1_000;
const pageSize = 1_000;
/** The session of which a listing finds so many messages. */
const smallSession = 1;
const smallMessageCount = 20;
/** How many keys pass between two looks at the heap. */
const heapStep = 5_000;

const bigMessageID = id("msg", 9_000_000);

/**
 * Fills a store of each side with so many records: one in five is a part of a single message, the others are sessions of 200
 * messages and 1,500 parts, and a small one. Then measures what must not depend on their number, and what may.
 */
export async function measureLarge(
  pair: ServerPair,
  records: number,
  onStep: (step: string) => void,
): Promise<LargeResult> {
  const items = [...largeStore(records)];
  if (items.length !== records) throw new Error(`Cannot measure: ${items.length} records instead of ${records}`);
  const keys = items.map((item) => item.key);
  const contenders = {
    raw: await pair.open("raw", pair.place("large-raw")),
    stowage: await pair.open("stowage", pair.place("large-stowage")),
  };
  const loadMs = { raw: 0, stowage: 0 };
  const grown = { raw: 0, stowage: 0 };
  for (let i = 0; i < items.length; i += loadStep) {
    onStep(`loads ${i} of ${records} records`);
    for (const side of i % (2 * loadStep) === 0 ? sides : sides.toReversed()) {
      const before = (await pair.memory?.()) ?? 0;
      const start = performance.now();
      await contenders[side].writeMany(items.slice(i, i + loadStep));
      loadMs[side] += performance.now() - start;
      grown[side] += ((await pair.memory?.()) ?? 0) - before;
    }
  }
  const results: LargeCaseResult[] = [];
  for (const one of largeCases(keys)) {
    onStep(one.name);
    results.push(await measureCase(pair, one, contenders));
  }
  onStep("memory of a whole listing");
  const listingBytes = { raw: await listingHeap(contenders.raw), stowage: await listingHeap(contenders.stowage) };
  for (const side of sides) await contenders[side].close();
  return {
    pair: pair.name,
    records,
    loadMs,
    listingBytes,
    ...(pair.memory && { bytesPerRecord: { raw: grown.raw / records, stowage: grown.stowage / records } }),
    cases: results,
  };
}

function* largeStore(records: number): Generator<Item> {
  let left = records;
  const big = Math.floor(records / 5);
  for (let part = 0; part < big; part++, left--) {
    const prt = id("prt", 90_000_000 + part);
    yield { key: ["part", bigMessageID, prt], value: textPart(sessionID, bigMessageID, prt, 120) };
  }
  yield* take(session(smallSession, smallMessageCount, 150));
  for (let serial = 0; left > 0; serial += serial === 0 ? 2 : 1) yield* take(session(serial, messageCount, partCount));

  function* take(some: Iterable<Item>): Generator<Item> {
    for (const item of some) if (left-- > 0) yield item;
  }
}

function largeCases(keys: readonly Key[]): LargeCase[] {
  const names = keys.map((key) => key.join("/")).sort();
  const middle = (names[Math.floor(names.length / 2)] as string).split("/");
  const bigCount = Math.floor(keys.length / 5);
  const bigMiddle = keys[Math.floor(bigCount / 2) - 1] as Key;
  return [
    {
      name: "open a new store, write a record",
      repeat: 5,
      run: async ({ open, serial }) => {
        const opened = await open(`new-${serial}`);
        await opened.write({ key: ["todo", "one"], value: [] });
        await opened.close();
      },
    },
    {
      name: "open the store, read a record",
      repeat: 5,
      run: async ({ open }) => {
        const opened = await open();
        await opened.read(middle);
        await opened.close();
      },
    },
    {
      name: "read a record",
      repeat: 100,
      // A prime step visits the keys in no order.
      run: async ({ contender, serial }) => void (await contender.read(keys[(serial * 7_919) % keys.length] as Key)),
    },
    {
      name: `list ${smallMessageCount} messages`,
      repeat: 50,
      run: async ({ contender }) => {
        expectCount(await contender.list(["message", id("ses", smallSession)]), smallMessageCount);
      },
    },
    {
      name: `page of ${pageSize} keys, from the middle of ${bigCount} in one folder`,
      repeat: 10,
      run: ({ contender }) => expectPage(contender, bigMiddle.slice(0, 2), { after: bigMiddle, limit: pageSize }),
    },
    {
      name: `page of ${pageSize} keys, from the middle of all`,
      repeat: 10,
      run: ({ contender }) => expectPage(contender, [], { after: middle, limit: pageSize }),
    },
    {
      name: `open a session, ${messageCount} messages and ${partCount} parts`,
      repeat: 5,
      run: async ({ contender }) => expectCount(await contender.openSession(sessionID), messageCount + partCount),
    },
    {
      name: `all ${keys.length} keys`,
      repeat: 3,
      run: async ({ contender }) => expectCount(await count(contender.keys([])), keys.length),
    },
  ];
}

async function measureCase(
  pair: ServerPair,
  one: LargeCase,
  contenders: Record<Side, LargeContender>,
): Promise<LargeCaseResult> {
  const times: Record<Side, number[]> = { raw: [], stowage: [] };
  const placeOf = (side: Side, label?: string): string => pair.place(`large-${side}${label ? `-${label}` : ""}`);
  globalThis.gc?.();
  // The first run warms up.
  for (let serial = 0; serial <= one.repeat; serial++) {
    for (const side of serial % 2 === 0 ? sides : sides.toReversed()) {
      const open = async (label?: string): Promise<LargeContender> => pair.open(side, placeOf(side, label));
      const start = performance.now();
      await one.run({ contender: contenders[side], serial, open });
      if (serial > 0) times[side].push(performance.now() - start);
    }
  }
  const ms = { raw: median(times.raw), stowage: median(times.stowage) };
  const { counted } = pair;
  if (counted === undefined) return { case: one.name, ms, ratio: ms.raw / ms.stowage };
  const trips = {} as Record<Side, Trips>;
  for (const side of sides) {
    const open = (label?: string): Promise<LargeContender> => counted.open(side, placeOf(side, label));
    const contender = await open();
    // A connection of its own would be among the requests.
    await contender.list(["message", id("ses", smallSession)]);
    trips[side] = await counted.wire.count(() => one.run({ contender, serial: one.repeat + 1, open }));
    await contender.close();
  }
  return { case: one.name, ms, ratio: ms.raw / ms.stowage, trips };
}

/** Collects the garbage at each look: what is then left is what the listing holds. */
async function listingHeap(contender: LargeContender): Promise<number> {
  if (globalThis.gc === undefined) throw new Error("Cannot measure the heap: run node with --expose-gc");
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  let keys = 0;
  for await (const _key of contender.keys([])) {
    if (++keys % heapStep !== 0) continue;
    globalThis.gc();
    most = Math.max(most, process.memoryUsage().heapUsed - before);
  }
  return most;
}

async function expectPage(contender: LargeContender, prefix: Key, options: PageOptions): Promise<void> {
  expectCount(await count(contender.keys(prefix, options)), pageSize);
}

async function count(keys: AsyncIterable<Key>): Promise<number> {
  let found = 0;
  for await (const _key of keys) found++;
  return found;
}

function expectCount(found: number, expected: number): void {
  if (found !== expected) throw new Error(`Cannot measure: ${found} records instead of ${expected}`);
}
