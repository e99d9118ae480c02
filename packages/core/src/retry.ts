import { DriverError } from "./errors.ts";

/** How long to go on, and what to say in the end. */
export interface RetryOptions {
  /** Whether an error is worth another try. */
  readonly isTransient: (error: unknown) => boolean;
  /** Give up after this time, in milliseconds. */
  readonly timeoutMs: number;
  /** The longest wait between two attempts, in milliseconds. Default 50, for what is held by a process nearby. */
  readonly delayMsMax?: number;
  /** What a caller gets then. Default BUSY: somebody holds it. UNAVAILABLE: nobody answers. */
  readonly code?: "BUSY" | "UNAVAILABLE";
  /** What a caller is told then: `"the database is locked by another process"`. */
  readonly describe: (error: unknown) => string;
}

// The one timer that browsers and every server runtime share; core is compiled without the types of any of them.
declare const setTimeout: (callback: () => void, ms: number) => unknown;
// So is this clock, which does not jump when the date is set.
declare const performance: { now(): number };

const firstDelayMs = 1;
const delayMsMaxDefault = 50;

/**
 * For drivers: calls until it works, fails for good, or the time is up; then throws BUSY with what was
 * waited and the last error as its cause. Waits grow from 1 ms, with jitter, so that competing processes don't
 * march in step. `attempt` is told how many attempts failed before, so that it can look for its own work.
 */
export async function retry<T>(attempt: (failed: number) => T | Promise<T>, options: RetryOptions): Promise<T> {
  const { delayMsMax = delayMsMaxDefault, code = "BUSY" } = options;
  const start = now();
  let failed = 0;
  for (let delay = firstDelayMs; ; delay = Math.min(delay * 2, delayMsMax)) {
    try {
      return await attempt(failed++);
    } catch (error) {
      if (!options.isTransient(error)) throw error;
      const waited = Math.round(now() - start);
      if (waited >= options.timeoutMs) {
        throw new DriverError(code, `${options.describe(error)}, waited ${waited} ms`, { cause: error });
      }
      await sleep(delay * (0.5 + Math.random() / 2));
    }
  }
}

/** Milliseconds on a clock that never jumps, for spans of time. */
export function now(): number {
  return performance.now();
}

/** Resolves after a time. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
