import type { Side } from "./side.ts";
import { TreeDigest } from "./digest.ts";
import { type Pair, pairs } from "./steps.ts";
import { Faults, Kinds, List, type Meter, Sum } from "./tally.ts";
import type { Comparison, ComparedSide } from "./readings.ts";
import type { ReadOptions } from "./types.ts";

/**
 * Compares the records of two stores, then their markers.
 *
 * @param beforeMarkers - called in between, with whether `b` holds nothing that `a` does not: a migration copies the
 * marker then.
 */
export async function compare(
  a: Side,
  b: Side,
  options: ReadOptions,
  meter: Meter,
  beforeMarkers?: (isCopy: boolean) => Promise<void>,
): Promise<Comparison> {
  const tally = new ComparisonTally(a, b, options);
  for await (const step of pairs(a, b)) {
    for (const pair of step) tally.add(pair);
    meter.step(step.map((pair) => pair.a));
  }
  await beforeMarkers?.(tally.isCopy);
  return tally.finish(await a.marker(), await b.marker());
}

class ComparisonTally {
  readonly #a: SideTally;
  readonly #b: SideTally;
  readonly #kinds = new Kinds(() => ({ a: new Sum(), b: new Sum(), equal: new Sum() }));
  readonly #missing: List<string>;
  readonly #extra: List<string>;
  readonly #different: List<string>;
  /** Records that both hold, of which one could not be read: whether they are equal is not known. */
  #unknown = 0;

  constructor(a: Side, b: Side, options: ReadOptions) {
    this.#a = new SideTally(a, options);
    this.#b = new SideTally(b, options);
    this.#missing = new List(options);
    this.#extra = new List(options);
    this.#different = new List(options);
  }

  get isCopy(): boolean {
    return this.#extra.count === 0 && this.#different.count === 0 && this.#unknown === 0;
  }

  add(pair: Pair): void {
    const { name, a, b } = pair;
    const kind = this.#kinds.of(name);
    if (a !== undefined) kind.a.add(a.size);
    if (b !== undefined) kind.b.add(b.size);
    this.#a.add(name, a);
    this.#b.add(name, b);
    if (a === undefined) this.#extra.add(name);
    else if (b === undefined) {
      if (a.problem === undefined) this.#missing.add(name);
    } else if (a.equals(b)) kind.equal.add(a.size);
    else if (a.unread !== undefined || b.unread !== undefined) this.#unknown++;
    else this.#different.add(name);
  }

  finish(markerOfA: string | undefined, markerOfB: string | undefined): Comparison {
    const a = this.#a.finish(markerOfA);
    const b = this.#b.finish(markerOfB);
    const kinds = this.#kinds.map((kind, sums) => ({
      kind,
      a: sums.a.size(),
      b: sums.b.size(),
      equal: sums.equal.size().records,
    }));
    const records = kinds.reduce((sum, kind) => sum + kind.equal, 0);
    // A store that says nothing of its format loses nothing in one that does.
    const isMarkerLost = markerOfA !== undefined && markerOfA !== markerOfB;
    const differs = this.#missing.count > 0 || !this.isCopy || isMarkerLost;
    const isWhole = records === a.records && records === b.records;
    const isUnreadable = a.unreadable.count + b.unreadable.count > 0;
    return {
      result: isUnreadable ? "failed" : differs ? "different" : isWhole ? "ok" : "incomplete",
      equal: a.digest !== undefined && a.digest === b.digest,
      a,
      b,
      kinds,
      missing: this.#missing.listed(),
      extra: this.#extra.listed(),
      different: this.#different.listed(),
    };
  }
}

class SideTally {
  readonly #driver: string;
  readonly #sum = new Sum();
  readonly #tree = new TreeDigest();
  readonly #faults: Faults;

  constructor(side: Side, options: ReadOptions) {
    this.#driver = side.driver.name;
    this.#faults = new Faults(options);
  }

  add(name: string, content: Pair["a"]): void {
    if (content === undefined) return;
    this.#sum.add(content.size);
    this.#tree.add(name, content);
    this.#faults.add(name, content);
  }

  finish(marker: string | undefined): ComparedSide {
    const digest = this.#tree.finish(marker);
    return {
      driver: this.#driver,
      ...this.#sum.size(),
      ...(digest !== undefined && { digest }),
      ...(marker !== undefined && { marker }),
      damaged: this.#faults.damaged.listed(),
      unreadable: this.#faults.unreadable.listed(),
    };
  }
}
