import { DriverError, now, retry, sleep } from "@stowage/core";
import { isTransient, lockedDetail } from "./codes.ts";
import type { Connection } from "./connection.ts";
import { rollback } from "./database.ts";
import type { Pace } from "./pace.ts";

/** A write that waits for its transaction. */
interface Job {
  readonly body: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly sinceMs: number;
  /** Whether it needs a transaction of its own. */
  alone: boolean;
}

/** So many writes share one transaction at most: some milliseconds of work. */
const groupSize = 256;

/**
 * Runs all writes of a connection, in the order in which they were called. Writes that are called in one tick share a
 * transaction, since beginning and ending one costs more than most writes. While another connection holds the write lock,
 * they wait in timers, each for its own time.
 */
export class Writer {
  readonly #connection: Connection;
  readonly #pace: Pace;
  readonly #timeoutMs: number;
  readonly #queue: Job[] = [];
  #scheduled = false;
  /** Set while the bodies of a group run. One of them may be an edit, and that may call the store again. */
  #isRunning = false;
  /** Set while another connection holds the write lock. */
  #waiting: Promise<void> | undefined;

  constructor(connection: Connection, pace: Pace, timeoutMs: number) {
    this.#connection = connection;
    this.#pace = pace;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Resolves to the result of the body when it is committed; what the body throws leaves nothing behind. The body may run
   * again, when the group that it was in failed.
   *
   * @param alone - in a transaction of its own: for a body that does many things, or calls what is not ours.
   */
  run<T>(body: () => T, alone = false): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // The queue holds jobs of all types; each gets back what its own body returned.
      this.#queue.push({ body, resolve: resolve as (result: unknown) => void, reject, sinceMs: now(), alone });
      if (!this.#scheduled) {
        this.#scheduled = true;
        queueMicrotask(this.#turn);
      }
    });
  }

  /** Whether a transaction is open on this connection: what is called now must wait until the stack has unwound. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /**
   * Commits what was called until now, so that a read that follows sees it. While another connection holds the write
   * lock, it commits nothing: reads don't wait for writers.
   */
  flush(): void {
    while (this.#queue.length > 0 && this.#waiting === undefined && !this.#isRunning) this.#step();
  }

  /** Resolves when all that was called is committed or has failed. */
  async settled(): Promise<void> {
    for (this.flush(); this.#waiting !== undefined; this.flush()) await this.#waiting;
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    while (this.#queue.length > 0 && this.#waiting === undefined) {
      if (this.#pace.isOver) {
        this.#scheduled = true;
        void this.#pace.next().then(this.#turn);
        return;
      }
      this.#step();
    }
  };

  #step(): void {
    try {
      this.#commitGroup();
    } catch (error) {
      this.#waiting = this.#waitForLock(error);
    }
  }

  async #waitForLock(error: unknown): Promise<void> {
    this.#rejectExpired(error);
    const attempt = (): void => {
      if (this.#queue.length === 0) return;
      try {
        this.#commitGroup();
      } catch (error) {
        this.#rejectExpired(error);
        throw error;
      }
    };
    await sleep(1);
    // Every write has its own end of waiting; the attempts end when none is left.
    await retry(attempt, { isTransient, timeoutMs: Infinity, describe: () => lockedDetail });
    this.#waiting = undefined;
    this.#turn();
  }

  #rejectExpired(cause: unknown): void {
    const nowMs = now();
    for (let job = this.#queue[0]; job !== undefined; job = this.#queue[0]) {
      const waitedMs = Math.round(nowMs - job.sinceMs);
      if (waitedMs < this.#timeoutMs) return;
      this.#queue.shift();
      job.reject(new DriverError("BUSY", `${lockedDetail}, waited ${waitedMs} ms`, { cause }));
    }
  }

  /** Commits the first writes of the queue. Throws only when another connection is in the way: then they stay queued. */
  #commitGroup(): void {
    const group = this.#group();
    let results: unknown[];
    try {
      results = this.#committed(group);
    } catch (error) {
      if (isTransient(error)) throw error;
      // One bad write must not fail the others: each gets its own transaction now.
      if (group.length > 1) for (const job of group) job.alone = true;
      else this.#queue.shift()?.reject(error);
      return;
    }
    this.#queue.splice(0, group.length);
    for (const [index, job] of group.entries()) job.resolve(results[index]);
  }

  #group(): readonly Job[] {
    const end = this.#queue.findIndex((job, index) => job.alone || index === groupSize);
    return this.#queue.slice(0, end === -1 ? this.#queue.length : Math.max(end, 1));
  }

  #committed(group: readonly Job[]): unknown[] {
    const { sql } = this.#connection;
    sql.begin.run();
    this.#isRunning = true;
    try {
      const results = group.map((job) => job.body());
      sql.commit.run();
      return results;
    } catch (error) {
      rollback(() => sql.rollback.run());
      throw error;
    } finally {
      this.#isRunning = false;
    }
  }
}
