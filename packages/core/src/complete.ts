import type { Driver, DriverOp, Found, Outcome, Range, Stored } from "./driver.ts";
import { DriverError } from "./errors.ts";
import { keyOf } from "./key.ts";
import { listAhead } from "./list-ahead.ts";
import { KeyedLock } from "./lock.ts";
import { parallel } from "./parallel.ts";
import { now, sleep } from "./retry.ts";

/** How many calls of a driver are under way at once where many small ones do the work of a large one. */
const parallelCalls = 16;
/** How many records one step of a default `removeRange` takes, and a step of a default `scan` at most. */
const stepSize = 128;
/** A default `scan` begins with few records, as it doesn't know their size, and goes on with about so many bytes a step. */
const firstStepSize = 4;
const stepLength = 4_000_000;
const conflictDelayMsMax = 50;

/** Order the writers of a name in this process, where a driver doesn't do their work in one step. */
const locks = new WeakMap<Driver, KeyedLock>();

/**
 * A driver with every optional method: what it lacks is made from what it has. Where its conditions hold in this process
 * only, they are checked here, under a lock that all stores over the driver share.
 */
export class CompleteDriver {
  readonly #driver: Driver;
  readonly #updateTimeoutMs: number;
  readonly #lock: KeyedLock;

  constructor(driver: Driver, updateTimeoutMs: number) {
    this.#driver = driver;
    this.#updateTimeoutMs = updateTimeoutMs;
    this.#lock = locks.get(driver) ?? new KeyedLock();
    locks.set(driver, this.#lock);
  }

  get(name: string): Promise<Stored | undefined> {
    return this.#driver.get(name);
  }

  put(name: string, text: string, ifVersion?: string | null): Promise<Outcome> {
    return this.#written(name, ifVersion, this.#checksPuts, (condition) => this.#driver.put(name, text, condition));
  }

  remove(name: string, ifVersion?: string): Promise<Outcome> {
    return this.#written(name, ifVersion, this.#checksRemoves, (condition) => this.#driver.remove(name, condition));
  }

  list(range: Range): AsyncIterable<readonly string[]> {
    return this.#driver.list(range);
  }

  /** As the driver's; by default read, edit, write on the condition that nothing came between, again if something did. */
  update(name: string, edit: (stored: Stored) => string | undefined): Promise<boolean> {
    return this.#driver.update?.(name, edit) ?? this.#lock.run(name, () => this.#updateByCondition(name, edit));
  }

  async getMany(names: readonly string[]): Promise<readonly (Stored | undefined)[]> {
    return this.#driver.getMany?.(names) ?? parallel(names, parallelCalls, (name) => this.get(name));
  }

  scan(ranges: readonly Range[]): AsyncIterable<readonly Found[]> {
    return this.#driver.scan?.(ranges) ?? this.#scanBySteps(ranges);
  }

  async batch(ops: readonly DriverOp[], atomic: boolean): Promise<void> {
    if (this.#driver.batch !== undefined && !this.#ordersWriters) return this.#driver.batch(ops, atomic);
    if (atomic) {
      // Sorted, so that no two batches wait for each other. A driver that claims atomic batches has them.
      const names = ops.map(({ name }) => name).sort();
      return this.#inTurn(names, () => this.#driver.batch!(ops, true));
    }
    await parallel(ops, parallelCalls, (op) => (op.type === "put" ? this.put(op.name, op.text) : this.remove(op.name)));
  }

  async removeRange(prefix: string): Promise<number> {
    if (this.#driver.removeRange !== undefined && !this.#ordersWriters) return this.#driver.removeRange(prefix);
    let count = 0;
    for await (const page of this.list({ prefix, reverse: false })) {
      const names = page.filter((name) => keyOf(name) !== undefined);
      for (const step of stepsOf(names)) {
        await this.batch(
          step.map((name) => ({ type: "remove", name })),
          false,
        );
      }
      count += names.length;
    }
    return count;
  }

  get #checksPuts(): boolean {
    return this.#driver.capabilities.compareAndSwap === "process";
  }

  get #checksRemoves(): boolean {
    return this.#driver.capabilities.compareAndRemove === "process";
  }

  /** Whether every writer of a name has to wait for the others here: none may come between a check and what it allows. */
  get #ordersWriters(): boolean {
    return this.#checksPuts || this.#checksRemoves;
  }

  /** Runs when each of the names is free, and keeps them all from other writers meanwhile. */
  #inTurn<T>(names: readonly string[], body: () => Promise<T>, from = 0): Promise<T> {
    const name = names[from];
    return name === undefined ? body() : this.#lock.run(name, () => this.#inTurn(names, body, from + 1));
  }

  async #written<Condition extends string | null | undefined>(
    name: string,
    ifVersion: Condition,
    isCheckedHere: boolean,
    write: (condition?: Condition) => Promise<Outcome>,
  ): Promise<Outcome> {
    if (!this.#ordersWriters) return write(ifVersion);
    return this.#lock.run(name, async () => {
      if (!isCheckedHere) return write(ifVersion);
      return (await this.#refused(name, ifVersion)) ?? write();
    });
  }

  /** What a condition that does not hold ends with. */
  async #refused(name: string, ifVersion: string | null | undefined): Promise<Outcome | undefined> {
    if (ifVersion === undefined) return undefined;
    const version = (await this.get(name))?.version ?? null;
    return version === ifVersion ? undefined : { done: false, version };
  }

  async #updateByCondition(name: string, edit: (stored: Stored) => string | undefined): Promise<boolean> {
    const start = now();
    for (let delay = 1; ; delay = Math.min(delay * 2, conflictDelayMsMax)) {
      const stored = await this.get(name);
      if (stored === undefined) return false;
      const text = edit(stored);
      if (text === undefined) return true;
      // Where conditions are checked here, the lock that is held is the whole condition.
      const outcome = await this.#driver.put(name, text, this.#checksPuts ? undefined : stored.version);
      if (outcome.done) return true;
      const waited = Math.round(now() - start);
      if (waited >= this.#updateTimeoutMs) {
        const detail = `other writers were faster, tried for ${waited} ms`;
        throw new DriverError("CONFLICT", detail, { currentVersion: outcome.version, retryable: true });
      }
      await sleep(delay * Math.random());
    }
  }

  async *#scanBySteps(ranges: readonly Range[]): AsyncGenerator<readonly Found[]> {
    // The caller takes no more than the limit, so no step needs to be longer.
    const sizeMax = Math.min(stepSize, ranges[0]?.limit ?? stepSize);
    let size = Math.min(firstStepSize, sizeMax);
    let names: string[] = [];
    for await (const page of listAhead(this.#driver, ranges)) {
      for (const name of page) {
        names.push(name);
        if (names.length < size) continue;
        const found = await this.#found(names);
        yield found;
        const length = found.reduce((sum, { stored }) => sum + stored.text.length, 1);
        size = Math.max(1, Math.min(sizeMax, size * 4, Math.floor((names.length * stepLength) / length)));
        names = [];
      }
    }
    if (names.length > 0) yield await this.#found(names);
  }

  async #found(names: readonly string[]): Promise<Found[]> {
    const found: Found[] = [];
    for (const [index, stored] of (await this.getMany(names)).entries()) {
      // Undefined: removed since it was listed.
      if (stored !== undefined) found.push({ name: names[index] as string, stored });
    }
    return found;
  }
}

function* stepsOf(names: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < names.length; i += stepSize) yield names.slice(i, i + stepSize);
}
