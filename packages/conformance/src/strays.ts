import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { messageOf } from "./failures.ts";

/** What failed in the background of one case. */
export interface Strays {
  readonly id: string;
  readonly errors: unknown[];
}

/** The case in which something runs, also what it has left behind. */
const current = new AsyncLocalStorage<Strays>();
/** The cases of runs that are still heard. */
const heard = new Set<Strays>();
/** The cases of all runs that are under way. */
const underWay = new Set<Strays>();
/** How many hear of what no run is told of. */
let listeners = 0;

/**
 * Hears of what fails in the background where no run does: before the first case, between two runs, and of a case whose run is
 * over, then with its id. Keeps the process alive meanwhile. Returns what ends it.
 */
export function hearLateStrays(hear: (error: unknown, id: string | undefined) => void): () => void {
  const listen = (error: unknown): void => {
    const strays = current.getStore();
    const isTold = strays === undefined ? heard.size > 0 : heard.has(strays);
    if (!isTold) hear(error, strays?.id);
  };
  process.on("unhandledRejection", listen).on("uncaughtException", listen);
  listeners++;
  return () => {
    process.off("unhandledRejection", listen).off("uncaughtException", listen);
    listeners--;
  };
}

/** The ids of the cases that what calls this may belong to: its own where that is known, or else all that are under way. */
export function casesUnderWay(): readonly string[] {
  const own = current.getStore();
  return (own === undefined ? [...underWay] : [own]).map(({ id }) => id);
}

/**
 * Hears of promises that reject while nobody waits for them, and of what is thrown where nobody can catch it, and keeps the
 * process alive: without that one such driver ends a run without a report. In place between the first case and {@link end};
 * for runs without a test runner, which does the same.
 */
export class StrayWatch {
  readonly #underWay = new Set<Strays>();
  readonly #known = new Set<Strays>();

  constructor() {
    process.on("unhandledRejection", this.#hear).on("uncaughtException", this.#hear);
  }

  /** Runs a case; what fails behind its back is in `strays` then, and some may be added later. */
  async run<T>(strays: Strays, body: () => Promise<T>): Promise<T> {
    this.#known.add(strays);
    this.#underWay.add(strays);
    underWay.add(strays);
    heard.add(strays);
    try {
      const result = await current.run(strays, body);
      await turn();
      return result;
    } finally {
      this.#underWay.delete(strays);
      underWay.delete(strays);
    }
  }

  async end(): Promise<void> {
    await turn();
    process.off("unhandledRejection", this.#hear).off("uncaughtException", this.#hear);
    for (const strays of this.#known) heard.delete(strays);
  }

  readonly #hear = (error: unknown): void => {
    const strays = current.getStore();
    if (strays !== undefined && this.#known.has(strays)) strays.errors.push(error);
    else if (strays === undefined) for (const one of this.#underWay) one.errors.push(error);
    // Another run hears of its own; of one that is over nobody else tells.
    else if (!heard.has(strays) && listeners === 0)
      process.emitWarning(`${strays.id} failed after its run: ${messageOf(error)}`);
  };
}

/** Lets what is due have its turn. What rejected without anybody waiting is told at its end. */
async function turn(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
