import { now } from "@stowage/core";
import type { Case, Context, Harness, Profile } from "./case.ts";
import { cases } from "./cases/index.ts";
import { type CaseSize, Session } from "./session.ts";

/** How a case ended on a backend. Plain JSON but for the error. */
export interface CaseResult {
  readonly id: string;
  readonly law: string;
  readonly title: string;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it was skipped: it doesn't apply to this backend, or it is a known gap; of a failed one, the gap that is closed. */
  readonly reason?: string;
  /** Why the harness accepts that it fails; present wherever it is a known gap, met, not met, or closed. */
  readonly gap?: string;
  readonly error?: unknown;
  readonly durationMs: number;
}

export interface RunOptions {
  /** Ids of the cases to run, whatever the profile; all of the profile by default. An unknown id is refused. */
  readonly only?: readonly string[];
  /** Default `full`. */
  readonly profile?: Profile;
  /** See {@link Context.scale}; the environment variable STOWAGE_SCALE by default, or 10 for `stress`, or 1. */
  readonly scale?: number;
  /** See {@link Context.seed}; a whole number. Default 1. */
  readonly seed?: number;
  /** A case that takes longer has failed, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
}

/** What {@link runCases} takes besides. */
export interface RunCasesOptions extends RunOptions {
  /** How many cases run at once, each on a backend of its own. Default 1; more pays off where a server is waited for. */
  readonly concurrency?: number;
  /** Called with each result as soon as it is there, and with the number of cases that are run in all. */
  readonly onResult?: (result: CaseResult, total: number) => void;
  /** Aborted: no other case begins, and those under way end first, with all that they made. */
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
  describe(`${harness.name} keeps the contract`, () => {
    for (const one of chosen) {
      const title = `${one.id} (${one.law}) ${one.title}`;
      // Declared without parameters: bun:test would wait for a callback to be called.
      const body = async (...[test]: readonly unknown[]): Promise<void> => {
        const result = await runCase(harness, one, options);
        if (result.status === "failed") throw result.error;
        if (result.status === "skipped") skip(test, result);
      };
      // The case's own limit comes first: it says more.
      it(title, body, timeoutOf(options) + cleanUpMs);
    }
  });
}

/** Runs the cases without a test runner; resolves to the results in the order of the cases. Never rejects because a case fails. */
export async function runCases(harness: Harness, options: RunCasesOptions = {}): Promise<readonly CaseResult[]> {
  const chosen = chooseCases(harness, options);
  const results: CaseResult[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < chosen.length && !options.signal?.aborted; i = next++) {
      const result = await runCase(harness, chosen[i] as Case, options);
      results[i] = result;
      options.onResult?.(result, chosen.length);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 1 }, work));
  return results;
}

async function runCase(harness: Harness, one: Case, options: RunOptions): Promise<CaseResult> {
  const start = now();
  const outcome = await outcomeOf(harness, one, options);
  const { id, law, title } = one;
  return { id, law, title, ...outcome, durationMs: Math.round(now() - start) };
}

async function outcomeOf(
  harness: Harness,
  one: Case,
  options: RunOptions,
): Promise<Pick<CaseResult, "status" | "reason" | "gap" | "error">> {
  const gap = harness.knownGaps?.[one.id];
  try {
    const reason = await inTime(perform(harness, one, sizeOf(options)), timeoutOf(options));
    if (reason !== undefined) return { status: "skipped", reason };
  } catch (error) {
    if (gap === undefined) return { status: "failed", error };
    return { status: "skipped", reason: `known gap: ${gap}`, gap, error };
  }
  if (gap === undefined) return { status: "passed" };
  if (one.byChance === true) return { status: "skipped", reason: `known gap, not met this time: ${gap}`, gap };
  const error = new Error(`The known gap ${one.id} is closed: ${gap}`);
  return { status: "failed", reason: `known gap: ${gap}`, gap, error };
}

/** Runs a case on a backend of its own; resolves to the reason when it doesn't apply. */
async function perform(harness: Harness, one: Case, size: CaseSize): Promise<string | undefined> {
  const backend = await harness.create();
  const session = new Session(backend, size);
  const end = async (): Promise<void> => {
    try {
      await session.end();
    } finally {
      await backend.destroy();
    }
  };
  let reason: string | undefined;
  try {
    const context: Context = await session.context();
    reason = one.when?.(context.capabilities, backend);
    if (reason === undefined) await one.run(context);
  } catch (error) {
    // What the case found says more than what cleaning up after it finds.
    await end().catch(() => {});
    throw error;
  }
  await end();
  return reason;
}

async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The case did not end within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a runner adds to the limit of a case. */
const cleanUpMs = 5_000;
/** From the smallest on. */
const profiles: readonly Profile[] = ["quick", "full", "stress"];

function chooseCases(harness: Harness, { only, profile = "full" }: RunOptions): readonly Case[] {
  const all = harness.cases === undefined ? cases : [...cases, ...harness.cases];
  for (const id of [...(only ?? []), ...Object.keys(harness.knownGaps ?? {})]) {
    if (!all.some((one) => one.id === id)) throw new Error(`Cannot choose cases: there is no case "${id}"`);
  }
  if (!profiles.includes(profile)) throw new Error(`Cannot choose cases: there is no profile "${profile}"`);
  if (only !== undefined) return all.filter((one) => only.includes(one.id));
  const size = profiles.indexOf(profile);
  return all.filter((one) => profiles.indexOf(one.profile ?? "quick") <= size);
}

function timeoutOf({ timeoutMs = 120_000 }: RunOptions): number {
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
