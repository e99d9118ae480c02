import { parentPort } from "node:worker_threads";
import { brokenDrivers } from "../broken/index.ts";
import { runCases } from "../run.ts";
import { baseHarness } from "./bases.ts";
import { breakHarness } from "./break.ts";
import type { Job, Word } from "./threads.ts";

// The program of a thread: runs the cases of each job it is sent, and says before each case that it begins, since a broken
// driver may keep it from ever saying more.
parentPort?.on("message", (job: Job) => void perform(job));
// What a broken driver leaves behind fails when nobody waits for it any more. The case that it kept waiting is late.
process.on("unhandledRejection", () => {});
process.on("uncaughtException", () => {});

async function perform({ broken: brokenId, runs, seed }: Job): Promise<void> {
  const broken = brokenDrivers.find(({ id }) => id === brokenId);
  for (const { id, base } of runs) {
    say({ type: "begin", id });
    const sound = await baseHarness(base);
    const [result] = await runCases(broken === undefined ? sound : breakHarness(sound, broken), {
      only: [id],
      scale: 1,
      seed,
    });
    if (result !== undefined) say({ type: "end", id, verdict: result.status });
  }
  say({ type: "done" });
}

function say(word: Word): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(word);
}
