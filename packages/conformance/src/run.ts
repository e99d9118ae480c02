import type { Case, Context, Harness } from "./case.ts";
import { cases } from "./cases/index.ts";
import { Session } from "./session.ts";

/** How a case ended on a backend. Plain JSON but for the error. */
export interface CaseResult {
  readonly id: string;
  readonly law: string;
  readonly title: string;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it was skipped: it doesn't apply to this backend, or it is a known gap. */
  readonly reason?: string;
  readonly error?: unknown;
}

export interface RunOptions {
  /** Ids of the cases to run; all of them by default. An unknown id is refused. */
  readonly only?: readonly string[];
  /** See {@link Context.scale}; the environment variable STOWAGE_SCALE by default, or 1. */
  readonly scale?: number;
  /** A case that takes longer has failed, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
}

/**
 * The part of a test runner that the suite needs: vitest's, node:test's, and Mocha's functions fit. `body` may get an
 * object with `skip`, which then says why a case doesn't apply.
 */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(title: string, body: (test: unknown) => Promise<void>): unknown;
}

/**
 * Registers every case with a test runner, each as a test of its own: `LIST-014 (R6) a missing prefix gives nothing`.
 *
 * @example conformance(harness, { describe, it })
 */
export function conformance(harness: Harness, { describe, it }: Runner, options: RunOptions = {}): void {
  const chosen = chooseCases(options.only);
  checkGaps(harness);
  describe(`${harness.name} keeps the contract`, () => {
    for (const one of chosen) {
      it(`${one.id} (${one.law}) ${one.title}`, async (test) => {
        const result = await runCase(harness, one, options);
        if (result.status === "failed") throw result.error;
        if (result.status === "skipped") skip(test, result.reason);
      });
    }
  });
}

/** Runs the cases one after the other, without a test runner. Never rejects because a case fails. */
export async function runCases(harness: Harness, options: RunOptions = {}): Promise<readonly CaseResult[]> {
  const chosen = chooseCases(options.only);
  checkGaps(harness);
  const results: CaseResult[] = [];
  for (const one of chosen) results.push(await runCase(harness, one, options));
  return results;
}

async function runCase(harness: Harness, one: Case, options: RunOptions): Promise<CaseResult> {
  const { id, law, title } = one;
  const gap = harness.knownGaps?.[id];
  try {
    const reason = await inTime(perform(harness, one, scaleOf(options)), options.timeoutMs ?? 60_000);
    if (reason !== undefined) return { id, law, title, status: "skipped", reason };
  } catch (error) {
    return gap === undefined
      ? { id, law, title, status: "failed", error }
      : { id, law, title, status: "skipped", reason: `known gap: ${gap}`, error };
  }
  if (gap === undefined) return { id, law, title, status: "passed" };
  return { id, law, title, status: "failed", error: new Error(`The known gap ${id} is closed: ${gap}`) };
}

/** Runs a case on a backend of its own; resolves to the reason when it doesn't apply. */
async function perform(harness: Harness, one: Case, scale: number): Promise<string | undefined> {
  const backend = await harness.create();
  const session = new Session(backend, scale);
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

function chooseCases(only: readonly string[] | undefined): readonly Case[] {
  if (only === undefined) return cases;
  checkIds(only);
  return cases.filter((one) => only.includes(one.id));
}

function checkGaps(harness: Harness): void {
  checkIds(Object.keys(harness.knownGaps ?? {}));
}

function checkIds(ids: readonly string[]): void {
  for (const id of ids) {
    if (!cases.some((one) => one.id === id)) throw new Error(`Cannot choose cases: there is no case "${id}"`);
  }
}

function scaleOf(options: RunOptions): number {
  const scale = options.scale ?? Number(process.env["STOWAGE_SCALE"] ?? 1);
  if (!(Number.isInteger(scale) && scale >= 1)) {
    throw new Error(`Cannot run cases: the scale is a whole number from 1, got ${scale}`);
  }
  return scale;
}

function skip(test: unknown, reason: string | undefined): void {
  const runner = test as { skip?: (reason?: string) => void } | undefined;
  runner?.skip?.(reason);
}
