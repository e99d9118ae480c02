import { setTimeout as sleep } from "node:timers/promises";

const timeoutMs = 60_000;
const pollMs = 20;

/** Resolves when `test` says yes. A throw of `test` ends the waiting; after a minute it ends with what `failure` makes. */
export async function until(test: () => Promise<boolean>, failure: () => Error): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await test())) {
    if (performance.now() > end) throw failure();
    await sleep(pollMs);
  }
}
