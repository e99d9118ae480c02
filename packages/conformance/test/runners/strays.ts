import { setTimeout } from "node:timers";
import { breakHarness, brokenDrivers, type Case, memoryHarness, runCases } from "@stowage/conformance";

// Run as a program, since a test runner has listeners of its own: `node strays.ts BROKEN-901 ID…` prints how the cases ended.
const [id, ...only] = process.argv.slice(2);
const broken = brokenDrivers.find((one) => one.id === id);
const sound = memoryHarness();
/** Its failure is heard of only when the next case is under way. */
const slow: Case = {
  id: "MINE-001",
  law: "R1",
  title: "what is left behind fails later",
  async run() {
    setTimeout(() => {
      throw new Error("far too late");
    }, 20);
  },
};
/** It waits for just what has failed. */
const stuck: Case = {
  id: "MINE-002",
  law: "R1",
  title: "what failed behind it keeps it from ever ending",
  async run() {
    setTimeout(() => {
      throw new Error("it stopped the work");
    }, 1);
    await new Promise(() => {});
  },
};
const next: Case = {
  id: "MINE-003",
  law: "R1",
  title: "the next case takes a while",
  run: () => new Promise((resolve) => setTimeout(resolve, 60)),
};
const harness = { ...sound, cases: [slow, stuck, next] };
const before = process.listenerCount("unhandledRejection") + process.listenerCount("uncaughtException");
const results = await runCases(broken === undefined ? harness : breakHarness(harness, broken), {
  only,
  timeoutMs: 1000,
  // One behind the other, and side by side: each failure must find its own case.
  concurrency: only.length > 2 ? 3 : 1,
});
const left = process.listenerCount("unhandledRejection") + process.listenerCount("uncaughtException") - before;
const ended = results.map(({ id: its, status, broke, error }) => ({ id: its, status, broke, message: String(error) }));
console.log(JSON.stringify({ ended, left }));
