import type { Foreign, Store } from "@stowage/core";
import { refuseSameStore } from "./errors.ts";
import { limitError } from "./limits.ts";
import { Side } from "./side.ts";
import { type Pair, pairs } from "./steps.ts";
import { Faults, Kinds, List, Meter, Sum } from "./tally.ts";
import { TwinFinder } from "./twins.ts";
import type { Failure, Plan, PlanCounts, PlanSide, ReadOptions, Twins } from "./types.ts";

/**
 * Says what `migrate` would do. Reads both stores whole, in bounded memory, and writes nothing. (A target that folds
 * case costs memory for every name, to find those that it can't keep apart.)
 *
 * @throws StorageError INVALID_VALUE when both are the same store; what a backend fails with.
 */
export async function plan(from: Store, to: Store, options: ReadOptions = {}): Promise<Plan> {
  refuseSameStore("plan", from, to);
  return new Planning(from, to, options).run();
}

class Planning {
  readonly #from: Side;
  readonly #to: Side;
  readonly #options: ReadOptions;
  readonly #kinds = new Kinds(() => new Counts());
  readonly #total = new Counts();
  readonly #target = new Sum();
  readonly #faultsOfSource: Faults;
  readonly #faultsOfTarget: Faults;
  readonly #different: List<string>;
  readonly #refused: List<Failure>;
  readonly #twins: List<Twins>;
  readonly #twinFinder: TwinFinder | undefined;
  readonly #foreign: List<Foreign>;

  constructor(from: Store, to: Store, options: ReadOptions) {
    this.#from = new Side(from);
    this.#to = new Side(to);
    this.#options = options;
    this.#faultsOfSource = new Faults(options);
    this.#faultsOfTarget = new Faults(options);
    this.#different = new List(options);
    this.#refused = new List(options);
    this.#twins = new List(options);
    if (!to.capabilities.caseSensitive) this.#twinFinder = new TwinFinder(this.#twins);
    this.#foreign = new List(options);
  }

  async run(): Promise<Plan> {
    const meter = new Meter("plan", this.#options);
    for await (const step of pairs(this.#from, this.#to, { onForeign: (one) => this.#foreign.add(one) })) {
      for (const pair of step) this.#add(pair);
      meter.step(step.map((pair) => pair.a));
    }
    for await (const one of this.#from.foreign()) this.#foreign.add(one);
    const total = this.#total.counts();
    return {
      source: await sideOf(this.#from, total.source, this.#faultsOfSource),
      target: await sideOf(this.#to, this.#target.size(), this.#faultsOfTarget),
      kinds: this.#kinds.map((kind, counts) => ({ kind, ...counts.counts() })),
      total,
      damaged: this.#faultsOfSource.damaged.listed(),
      different: this.#different.listed(),
      refused: this.#refused.listed(),
      twins: this.#twins.listed(),
      foreign: this.#foreign.listed(),
    };
  }

  #add(pair: Pair): void {
    const { name, a, b } = pair;
    this.#twinFinder?.add(name);
    if (a !== undefined) this.#faultsOfSource.add(name, a);
    if (b !== undefined) {
      this.#target.add(b.size);
      this.#faultsOfTarget.add(name, b);
    }
    const fate = this.#fate(pair);
    for (const counts of [this.#kinds.of(name), this.#total]) {
      if (a !== undefined) counts.source.add(a.size);
      counts[fate].add((a ?? b)?.size ?? 0);
    }
  }

  /** What would become of a record; noted in the lists. */
  #fate({ name, a, b }: Pair): keyof Counts & keyof PlanCounts {
    if (a === undefined) return "extra";
    if (a.unread !== undefined) return "unreadable";
    if (a.problem !== undefined) return "damaged";
    if (b?.unread !== undefined) return "unreadable";
    if (b !== undefined && a.equals(b)) return "equal";
    const refusal = limitError(this.#to.driver, name, a.size);
    if (refusal !== undefined) {
      this.#refused.add({ name, code: refusal.code, message: refusal.message });
      return "refused";
    }
    if (b === undefined) return "create";
    this.#different.add(name);
    return "different";
  }
}

class Counts {
  readonly source: Sum = new Sum();
  readonly create: Sum = new Sum();
  readonly equal: Sum = new Sum();
  readonly different: Sum = new Sum();
  readonly damaged: Sum = new Sum();
  readonly unreadable: Sum = new Sum();
  readonly refused: Sum = new Sum();
  readonly extra: Sum = new Sum();

  counts(): PlanCounts {
    return {
      source: this.source.size(),
      create: this.create.size(),
      equal: this.equal.size(),
      different: this.different.size(),
      damaged: this.damaged.size(),
      unreadable: this.unreadable.size(),
      refused: this.refused.size(),
      extra: this.extra.size(),
    };
  }
}

async function sideOf(side: Side, size: PlanCounts["source"], { unreadable }: Faults): Promise<PlanSide> {
  const marker = await side.marker();
  return {
    driver: side.driver.name,
    ...size,
    ...(marker !== undefined && { marker }),
    unreadable: unreadable.listed(),
  };
}
