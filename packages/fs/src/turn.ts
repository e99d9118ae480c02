import { setImmediate as nextTurn } from "node:timers/promises";

const turnMs = 10;

/**
 * Keeps synchronous file calls from blocking the event loop: callers that chain thousands of them with nothing but
 * promises in between would never let timers and sockets come up.
 */
export class Turn {
  #start: number | undefined;

  /** Whether the calls of this turn of the event loop have taken long enough, so that the next one should wait. */
  isOver(): boolean {
    if (this.#start === undefined) {
      this.#start = performance.now();
      setImmediate(() => {
        this.#start = undefined;
      });
      return false;
    }
    return performance.now() - this.#start > turnMs;
  }

  /** Resolves in the next turn. */
  next(): Promise<void> {
    return nextTurn();
  }
}
