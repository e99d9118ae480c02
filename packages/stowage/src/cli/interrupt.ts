import { constants } from "node:os";
import type { Shell } from "./shell.ts";

/** What a step was stopped by: the reason of its signal. */
export class Interruption extends Error {
  /** `"SIGINT"` */
  readonly by: NodeJS.Signals;

  constructor(by: NodeJS.Signals) {
    super("Cannot finish: interrupted, the same command starts over");
    this.by = by;
  }

  /** As shells count: 130 for Ctrl-C. */
  get exitCode(): number {
    return 128 + constants.signals[this.by];
  }
}

/** Runs a step that ends cleanly on Ctrl-C and its like; a second one ends the process at once. */
export async function interruptible<T>(shell: Shell, step: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const release = shell.io.onInterrupt?.((by) => controller.abort(new Interruption(by)));
  try {
    return await step(controller.signal);
  } finally {
    release?.();
  }
}

/** What has stopped a step, if something has. */
export function interruptionOf({ aborted, reason }: AbortSignal): Interruption | undefined {
  // The cast: nothing else aborts these signals.
  return aborted ? (reason as Interruption) : undefined;
}
