import type { Backend, Case, Context, Harness } from "./case.ts";
import { type Breakage, isAssertion } from "./failures.ts";
import { makeBackend } from "./made.ts";
import { runWithin } from "./room.ts";
import { type CaseSize, Session } from "./session.ts";

/** How a case ended: neither a failure nor a reason to skip it, and it has passed. */
export interface Ending {
  /** Why it doesn't apply, or was left before it had ended. */
  readonly reason?: string;
  /** Present where it was left, although it applies. */
  readonly broke?: Breakage;
  readonly failure?: Failure;
  /** Whether it took longer than it may. */
  readonly isLate?: true;
}

interface Failure {
  /** What it was ended by; never `undefined`. */
  readonly error: unknown;
  /** Absent where the failure is about the law of the case. */
  readonly broke?: Breakage;
  /** Why the backend could not be taken away either. */
  readonly left?: unknown;
}

/** What ends a case from outside. */
export interface Limits {
  readonly limitMs: number;
  /** Aborted while the case runs: it may take a few seconds more. */
  readonly signal?: AbortSignal;
  /** What has failed in the background meanwhile: a case that is late may well have waited for just that. */
  readonly strays?: readonly unknown[];
}

/** What a case that is late may still take to be cleaned up after, twice, in milliseconds. */
const abandonMs = 1_000;
/** What a case may still take when the run is told to stop, in milliseconds: most end by then, and somebody waits. */
const stopMs = 5_000;

/** Runs a case on a backend of its own. Never rejects. */
export async function attempt(
  harness: Harness,
  one: Case,
  size: CaseSize,
  { limitMs, signal, strays = [] }: Limits,
): Promise<Ending> {
  const trial = new Trial(harness, one, size);
  const late = new Error(`The case did not end within ${limitMs} ms`);
  const left = new Error("It is left where it is");
  try {
    const reason = await inTime(unlessLeft(trial.run(), signal, left), limitMs, late);
    return reason === undefined ? {} : { reason };
  } catch (error) {
    if (error === left) {
      await trial.abandon();
      return { reason: `left before its end: the run was stopped ${stopMs / 1000} s ago`, broke: "time" };
    }
    if (error !== late) {
      const { left } = trial;
      return { failure: { ...failureBy(error, trial.brokenBy(error)), ...(left !== undefined && { left }) } };
    }
    const failure = strays.length > 0 ? failureBy(strays[0], "stray") : failureBy(late, "time");
    await trial.abandon();
    return { failure, isLate: true };
  }
}

export function failureBy(error: unknown, broke: Breakage | undefined): Failure {
  return { error: error ?? new Error(`${error} was thrown`), ...(broke && { broke }) };
}

/** A case on a backend, from making it to taking it away. */
class Trial {
  /** Why the backend could not be taken away after a failure. */
  left: unknown;
  readonly #harness: Harness;
  readonly #case: Case;
  readonly #size: CaseSize;
  #stage: "open" | "call" | "close" = "open";
  #backend: Backend | undefined;
  #session: Session | undefined;
  #isAbandoned = false;
  #ending: Promise<void> | undefined;
  #removal: Promise<void> | undefined;

  constructor(harness: Harness, one: Case, size: CaseSize) {
    this.#harness = harness;
    this.#case = one;
    this.#size = size;
  }

  /** Resolves to the reason when the case doesn't apply. */
  async run(): Promise<string | undefined> {
    const backend = (this.#backend = await makeBackend(this.#harness));
    if (this.#isAbandoned) {
      await this.#remove();
      throw new Error("It came too late");
    }
    const session = (this.#session = new Session(backend, this.#size));
    let reason: string | undefined;
    try {
      const context: Context = await session.context();
      this.#stage = "call";
      reason = this.#case.when?.(context.capabilities, backend);
      reason ??= await runWithin(this.#case, context);
    } catch (error) {
      // What the case found says more than what cleaning up after it finds.
      await this.#end().catch(() => {});
      await this.#remove().catch((failure: unknown) => {
        if (!isAssertion(failure)) this.left = failure;
      });
      throw error;
    }
    this.#stage = "close";
    await this.#end();
    return reason;
  }

  /** Takes away what can be taken away although the case is not done with it, so that the next one has the machine to itself. */
  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    const late = new Error("It is left behind");
    await inTime(this.#end(), abandonMs, late).catch(() => {});
    // Closing may wait for just that which never ends.
    await inTime(this.#remove(), abandonMs, late).catch(() => {});
  }

  brokenBy(error: unknown): Breakage | undefined {
    if (this.#stage === "open") return "open";
    if (this.#stage === "call") return this.#session?.brokenBy(error);
    // A harness may have laws of its own that it checks at the end.
    return isAssertion(error) ? undefined : "close";
  }

  #end(): Promise<void> {
    return (this.#ending ??= (async () => {
      try {
        await this.#session?.end();
      } finally {
        await this.#remove();
      }
    })());
  }

  async #remove(): Promise<void> {
    await (this.#removal ??= this.#backend?.destroy());
  }
}

/** What some work resolves to, unless it goes on for long after a signal. */
async function unlessLeft<T>(work: Promise<T>, signal: AbortSignal | undefined, left: Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    timer = setTimeout(reject, stopMs, left);
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal?.removeEventListener("abort", stop);
    clearTimeout(timer);
  }
}

/** What some work resolves to, unless it takes longer. */
export async function inTime<T>(work: Promise<T>, limitMs: number, late: Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), limitMs);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
