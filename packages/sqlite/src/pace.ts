import { setImmediate } from "node:timers/promises";
import { now } from "@stowage/core";

/** So long may the calls of a store follow each other before other events of the process have their turn. */
const turnMs = 10;

/**
 * Lets the event loop go on under a stream of calls. A synchronous client answers at once, so a program that awaits one call
 * after the other would never get to its timers and sockets.
 */
export class Pace {
  #endMs = 0;
  #next: Promise<void> | undefined;

  /** Whether other events should have their turn now. */
  get isOver(): boolean {
    return now() >= this.#endMs;
  }

  /** Resolves when they have had it. */
  next(): Promise<void> {
    return (this.#next ??= this.#begin());
  }

  async #begin(): Promise<void> {
    await setImmediate();
    this.#endMs = now() + turnMs;
    this.#next = undefined;
  }
}
