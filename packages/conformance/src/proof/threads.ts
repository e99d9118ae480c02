import { Worker } from "node:worker_threads";
import type { CaseResult } from "../run.ts";
import type { Base } from "./bases.ts";

/** How a case ended before a broken driver; `late`: not at all, within the time that it was given. */
export type Verdict = CaseResult["status"] | "late";

/** The cases that one broken driver, or none, is to be put before. It travels to a thread. */
export interface Job {
  readonly broken?: string;
  readonly runs: readonly Run[];
  readonly seed: number;
}

export interface Run {
  readonly id: string;
  readonly base: Base;
}

export type Word =
  | { readonly type: "begin"; readonly id: string }
  | { readonly type: "end"; readonly id: string; readonly verdict: Verdict }
  | { readonly type: "done" };

// The sources run as they are; a build runs its own output.
const isSource = import.meta.url.endsWith(".ts");
const program = new URL(isSource ? "./thread.ts" : "./thread.js", import.meta.url);

/**
 * Performs jobs in a thread of its own. A broken driver may spin so that no timer of its thread ever fires: the clock is out
 * here, a case that is late has its thread ended, and the job goes on behind it in another one.
 */
export class Thread {
  #worker: Worker | undefined;

  /**
   * Resolves to the verdict on each case. Rejects when the thread itself can't go on.
   *
   * @param limitMs - how long a case may take, by the clock on the wall.
   */
  async perform(job: Job, limitMs: number): Promise<ReadonlyMap<string, Verdict>> {
    const verdicts = new Map<string, Verdict>();
    let { runs } = job;
    while (runs.length > 0) {
      const late = await this.#attempt({ ...job, runs }, limitMs, verdicts);
      if (late === undefined) break;
      verdicts.set(late, "late");
      await this.end();
      runs = runs.slice(runs.findIndex(({ id }) => id === late) + 1);
    }
    return verdicts;
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  /** Resolves to the id of a case that did not end in time, or to nothing when all have ended. */
  async #attempt(job: Job, limitMs: number, verdicts: Map<string, Verdict>): Promise<string | undefined> {
    const worker = (this.#worker ??= startWorker());
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    let timer: NodeJS.Timeout | undefined;
    const hear = (word: Word): void => {
      clearTimeout(timer);
      if (word.type === "begin") timer = setTimeout(() => resolve(word.id), limitMs);
      else if (word.type === "end") verdicts.set(word.id, word.verdict);
      else resolve(undefined);
    };
    const fail = (): void => reject(new Error("Cannot prove the suite: a thread ended before its job"));
    worker.on("message", hear).once("error", reject).once("exit", fail);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(job);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      worker.off("message", hear).off("error", reject).off("exit", fail);
    }
  }
}

function startWorker(): Worker {
  return new Worker(program, {
    execArgv: isSource ? ["--conditions=@stowage/source"] : [],
    // What a test runner sets for its own processes is not meant for this thread.
    env: { ...process.env, NODE_OPTIONS: "" },
    // A broken driver may print what it likes; the thread has nothing to say but its words.
    stdout: true,
    stderr: true,
  });
}
