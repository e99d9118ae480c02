import { AssertionError } from "node:assert/strict";
import { now, sleep } from "@stowage/core";
import { attempt, type Ending, failureBy, type Limits } from "./attempt.ts";
import type { Case, Harness, Profile } from "./case.ts";
import { cases } from "./cases/index.ts";
import { type Breakage, messageOf } from "./failures.ts";
import type { CaseSize } from "./session.ts";
import { type Strays, StrayWatch } from "./strays.ts";

/** How a case ended on a backend. Plain JSON but for `error` and `left`. */
export interface CaseResult {
  readonly id: string;
  readonly law: string;
  readonly title: string;
  readonly status: "passed" | "failed" | "skipped";
  /**
   * Why it was skipped: it doesn't apply to this backend, it is a known gap, or the run was stopped; of a failed one, the gap
   * that is closed.
   */
  readonly reason?: string;
  /** Why the harness accepts that it fails; present wherever it is a known gap, met, not met, or closed. */
  readonly gap?: string;
  readonly error?: unknown;
  /** Why it says nothing about its law although it applies; absent where it does say something. */
  readonly broke?: Breakage;
  /** Why the backend could not be taken away after a failure, so that something of it may be left. */
  readonly left?: unknown;
  readonly durationMs: number;
}

type Outcome = Pick<CaseResult, "status" | "reason" | "gap" | "error" | "broke" | "left">;

export interface RunOptions {
  /** Ids of the cases to run, whatever the profile; all of the profile by default. An unknown id is refused. */
  readonly only?: readonly string[];
  /** Default `full`. */
  readonly profile?: Profile;
  /** See {@link Context.scale}; the environment variable STOWAGE_SCALE by default, or 10 for `stress`, or 1. */
  readonly scale?: number;
  /** See {@link Context.seed}; a whole number. Default 1. */
  readonly seed?: number;
  /**
   * A case that takes longer has failed, in milliseconds. After 5 such cases in a row, or 10 in all, the others fail without
   * being run.
   * Default 60,000 for `quick`, 240,000 for `full`, 600,000 for `stress`.
   */
  readonly timeoutMs?: number;
}

/** What {@link runCases} takes besides. */
export interface RunCasesOptions extends RunOptions {
  /** How many cases run at once, each on a backend of its own. Default 1; more pays off where a server is waited for. */
  readonly concurrency?: number;
  /** Called with each result as soon as it is there, and with the number of cases that are run in all. */
  readonly onResult?: (result: CaseResult, total: number) => void;
  /** Aborted: no other case begins, and those under way may end first, with all that they made, for 5 s; then they are skipped. */
  readonly signal?: AbortSignal;
}

/**
 * The part of a test runner that the suite needs: vitest's, node:test's, bun:test's, and Mocha's functions fit. `body` may
 * get an object with `skip`, which then says why a case doesn't apply. Where it gets none, as from bun:test, the case counts
 * as passed there, and the console says that it was skipped and why. `timeoutMs` is for runners with a limit of their own.
 */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(title: string, body: (...args: readonly unknown[]) => Promise<void>, timeoutMs: number): unknown;
}

/**
 * Registers every case with a test runner, each as a test of its own: `LIST-014 (R6) a missing prefix gives nothing`.
 *
 * @example conformance(harness, { describe, it })
 */
export function conformance(harness: Harness, { describe, it }: Runner, options: RunOptions = {}): void {
  const chosen = chooseCases(harness, options);
  const run = new Run(harness, options);
  describe(`${harness.name} keeps the contract`, () => {
    for (const one of chosen) {
      const title = `${one.id} (${one.law}) ${one.title}`;
      // Declared without parameters: bun:test would wait for a callback to be called.
      const body = async (...[test]: readonly unknown[]): Promise<void> => {
        await run.recover();
        const result = await run.case(one);
        if (result.status === "failed") throw result.error;
        if (result.status === "skipped") skip(test, result);
      };
      // The case's own limit comes first: it says more.
      it(title, body, limitOf(options) + cleanUpMs);
    }
  });
}

/**
 * Runs the cases without a test runner; resolves to the results in the order of the cases. Never rejects because a case fails.
 * While it runs, what a driver lets fail in the background fails the case instead of ending the process; that may show only
 * when `onResult` has been called with another result.
 */
export async function runCases(harness: Harness, options: RunCasesOptions = {}): Promise<readonly CaseResult[]> {
  const chosen = chooseCases(harness, options);
  const run = new Run(harness, options);
  const ended: { readonly result: CaseResult; readonly strays: Strays }[] = [];
  const watch = new StrayWatch();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < chosen.length) {
      await run.recover();
      if (options.signal?.aborted || next >= chosen.length) return;
      const i = next++;
      const one = chosen[i] as Case;
      const strays: Strays = { id: one.id, errors: [] };
      const result = spoilt(await watch.run(strays, () => run.case(one, options.signal, strays.errors)), strays);
      ended[i] = { result, strays };
      options.onResult?.(result, chosen.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.concurrency ?? 1 }, work));
  } finally {
    await watch.end();
  }
  return ended.map(({ result, strays }) => spoilt(result, strays));
}

/** One run of the suite on a backend, which is given up when too much of it hangs, or it can't be opened any more. */
class Run {
  readonly #harness: Harness;
  readonly #limitMs: number;
  readonly #size: CaseSize;
  /** How long the backend may be away. */
  readonly #awayMs: number;
  #lateInRow = 0;
  #lateInAll = 0;
  #unopened: { count: number; readonly since: number } | undefined;
  /** How every case ends from now on; absent while something can be hoped for. */
  #givenUp: Ending | undefined;

  constructor(harness: Harness, options: RunOptions) {
    this.#harness = harness;
    this.#limitMs = limitOf(options);
    this.#awayMs = Math.min(this.#limitMs, awayMaxMs);
    this.#size = sizeOf(options);
  }

  /** Waits for a while where the backend could not be opened last: if it is away for a moment, that costs few cases. */
  async recover(): Promise<void> {
    if (this.#unopened !== undefined && this.#givenUp === undefined) await sleep(this.#awayMs / unopenedInRowMax);
  }

  async case(one: Case, signal?: AbortSignal, strays: readonly unknown[] = []): Promise<CaseResult> {
    const { id, law, title } = one;
    const start = now();
    const limits: Limits = { limitMs: this.#limitMs, strays, ...(signal && { signal }) };
    const ending = this.#givenUp ?? (await attempt(this.#harness, one, this.#size, limits));
    if (this.#givenUp === undefined) this.#learn(ending, start);
    const outcome = outcomeOf(one, this.#harness.knownGaps?.[id], ending);
    return { id, law, title, ...outcome, durationMs: Math.round(now() - start) };
  }

  #learn({ isLate, failure }: Ending, start: number): void {
    this.#lateInRow = isLate ? this.#lateInRow + 1 : 0;
    this.#lateInAll += isLate ? 1 : 0;
    if (this.#lateInRow >= lateInRowMax || this.#lateInAll >= lateInAllMax) {
      this.#giveUp("time", `${this.#lateInAll} cases before it did not end`);
    }
    if (failure?.broke !== "open") {
      this.#unopened = undefined;
      return;
    }
    const unopened = (this.#unopened ??= { count: 0, since: start });
    unopened.count++;
    if (unopened.count < unopenedInRowMax || now() - unopened.since < this.#awayMs) return;
    const reason = `the backend could not be opened for the ${unopened.count} cases before it`;
    this.#giveUp("open", `${reason}: ${messageOf(failure.error)}`);
  }

  #giveUp(broke: Breakage, reason: string): void {
    this.#givenUp = { failure: failureBy(new Error(`The case was not run: ${reason}`), broke) };
  }
}

function outcomeOf(one: Case, gap: string | undefined, { reason, broke, failure }: Ending): Outcome {
  if (failure !== undefined) {
    if (gap === undefined) return { status: "failed", ...failure };
    return { status: "skipped", reason: `known gap: ${gap}`, gap, ...failure };
  }
  if (reason !== undefined) return { status: "skipped", reason, ...(broke && { broke }) };
  if (gap === undefined) return { status: "passed" };
  if (one.byChance === true) return { status: "skipped", reason: `known gap, not met this time: ${gap}`, gap };
  // As a check of the suite: where it was made tells nobody anything.
  const message = `The known gap ${one.id} is closed: ${gap}; take it out of knownGaps`;
  const error = new AssertionError({ message });
  return { status: "failed", reason: `known gap: ${gap}`, gap, error };
}

/** The result of a case that seemed good while something of it failed where nobody waited. */
function spoilt(result: CaseResult, { errors }: Strays): CaseResult {
  if (errors.length === 0 || result.error !== undefined) return result;
  const { id, law, title, durationMs } = result;
  return { id, law, title, status: "failed", ...failureBy(errors[0], "stray"), durationMs };
}

/** So many cases in a row that did not end, or so many in all, and the others would take just as long. */
const lateInRowMax = 5;
const lateInAllMax = 10;
/** A server that is away for a moment, or is started anew, comes back before so many cases, and before so long, in milliseconds. */
const unopenedInRowMax = 20;
const awayMaxMs = 30_000;
/** The slowest case that passes, on the slowest server among others, took about a tenth: what is right must never be late. */
const limitsMs: Readonly<Record<Profile, number>> = { quick: 60_000, full: 240_000, stress: 600_000 };
/** What a runner adds to the limit of a case. */
const cleanUpMs = 5_000;
/** From the smallest on. */
const profiles: readonly Profile[] = ["quick", "full", "stress"];

function chooseCases(harness: Harness, { only, profile = "full" }: RunOptions): readonly Case[] {
  const all = harness.cases === undefined ? cases : [...cases, ...harness.cases];
  const double = all.find(({ id }, i) => i >= cases.length && all.findIndex((one) => one.id === id) < i);
  if (double !== undefined) throw new Error(`Cannot choose cases: there are two of the id "${double.id}"`);
  for (const id of [...(only ?? []), ...Object.keys(harness.knownGaps ?? {})]) {
    if (!all.some((one) => one.id === id)) throw new Error(`Cannot choose cases: there is no case "${id}"`);
  }
  if (!profiles.includes(profile)) throw new Error(`Cannot choose cases: there is no profile "${profile}"`);
  if (only !== undefined) return all.filter((one) => only.includes(one.id));
  const size = profiles.indexOf(profile);
  return all.filter((one) => profiles.indexOf(one.profile ?? "quick") <= size);
}

function limitOf({ profile = "full", timeoutMs = limitsMs[profile] }: RunOptions): number {
  return timeoutMs;
}

function sizeOf(options: RunOptions): CaseSize {
  const { seed = 1, profile } = options;
  const scale = options.scale ?? Number(process.env["STOWAGE_SCALE"] ?? (profile === "stress" ? 10 : 1));
  if (!(Number.isInteger(scale) && scale >= 1)) {
    throw new Error(`Cannot run cases: the scale is a whole number from 1, got ${scale}`);
  }
  if (!Number.isInteger(seed)) throw new Error(`Cannot run cases: the seed is a whole number, got ${seed}`);
  return { scale, seed };
}

function skip(test: unknown, { id, reason }: CaseResult): void {
  const runner = test as { skip?: (reason?: string) => void } | undefined;
  if (runner?.skip !== undefined) runner.skip(reason);
  else console.info(`skipped: ${id}: ${reason}`);
}
