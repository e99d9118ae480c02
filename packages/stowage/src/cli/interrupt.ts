import type { Shell } from "./shell.ts";

/** Runs a step that ends cleanly on Ctrl-C; a second Ctrl-C ends the process at once. */
export async function interruptible<T>(shell: Shell, step: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const release = shell.io.onInterrupt?.(() => {
    controller.abort(new Error("Cannot finish: interrupted, the same command starts over"));
  });
  try {
    return await step(controller.signal);
  } finally {
    release?.();
  }
}
