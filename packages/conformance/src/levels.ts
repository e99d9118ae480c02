import type { Capabilities } from "@stowage/core";
import { cases } from "./cases/index.ts";
import { inBrief } from "./ids.ts";
import type { CaseResult } from "./run.ts";

/** What a backend was shown to be good for, from the least to the most; `none`: one handle alone breaks a law. */
export type Level = "none" | "core" | "durable" | "concurrent" | "full";

/** A level, and why it is not the next one. */
export interface Grade {
  readonly level: Level;
  /** A reason each, no sentences: `"VERSION-026 failed"`. Empty at the top. */
  readonly missing: readonly string[];
}

export interface Step {
  readonly level: Exclude<Level, "none">;
  /** What it promises to those who choose a backend by it. */
  readonly promise: string;
  /** Whether it rests on a case, whose failure or known gap then keeps a backend below. A case belongs to the highest such level. */
  readonly restsOn: (result: CaseResult) => boolean;
  /** Of each of these kinds a case must have passed: that none was run, or applied, shows nothing. */
  readonly shown: readonly RegExp[];
  /** What the capabilities must not say, and how it is put when they do. */
  readonly refuses: (capabilities: Capabilities) => readonly (string | false)[];
}

/** The levels from the least to the most, each with all that it takes beyond the one before. */
export const levels: readonly Step[] = Object.freeze<Step[]>([
  {
    level: "core",
    promise: "one handle keeps every law: keys, values, listings, versions, errors",
    restsOn: () => true,
    shown: [/^RECORD-/],
    refuses: () => [],
  },
  {
    level: "durable",
    promise: "what was acknowledged is there when its process has died, and no record is half of one",
    restsOn: ({ id, law }) =>
      /^(?:CRASH|DISK|POWER|KEEP)-|^PROCESS-00[3-7]$/.test(id) || (isOwn(id) && ["R3", "L2"].includes(law)),
    shown: [/^CRASH-/, /^PROCESS-006$/],
    refuses: ({ durability }) => [durability === "memory" && "nothing outlives its process"],
  },
  {
    level: "concurrent",
    promise: "any number of processes write at once, and nobody's change is lost to another's",
    restsOn: ({ id }) => /^LINEAR-|^PROCESS-00[128]$|^UPDATE-01[3-6]$|^VERSION-02[6-9]$/.test(id),
    shown: [/^LINEAR-/, /^PROCESS-001$/, /^VERSION-026$/],
    refuses: ({ compareAndSwap }) => [
      compareAndSwap !== "store" && "no conditions that hold for all users of the store",
    ],
  },
  {
    level: "full",
    promise: "nothing lacks, and damaged records were tried",
    restsOn: () => false,
    shown: [/^CORRUPT-/],
    refuses: ({ atomicBatch, compareAndRemove, caseSensitive }) => [
      atomicBatch !== "store" && "no atomic batches",
      compareAndRemove !== "store" && "no conditions on removes",
      !caseSensitive && "names that differ in case can't both exist",
    ],
  },
]);

/** The level that the results of a run show. It means something only when all cases of a profile were run. */
export function gradeOf(capabilities: Capabilities, results: readonly CaseResult[]): Grade {
  let level: Level = "none";
  for (const step of levels) {
    const missing = missingFor(step, capabilities, results);
    if (missing.length > 0) return { level, missing };
    level = step.level;
  }
  return { level, missing: [] };
}

function missingFor(step: Step, capabilities: Capabilities, results: readonly CaseResult[]): readonly string[] {
  const mine = results.filter((result) => stepOf(result) === step);
  const failed = mine.filter(isBreach).map(({ id }) => id);
  const gaps = mine.filter(isGap).map(({ id }) => id);
  const refused = step.refuses(capabilities).filter((reason) => reason !== false);
  return [
    ...(failed.length > 0 ? [`${inBrief(failed)} failed`] : []),
    ...(gaps.length > 0 ? [`${inBrief(gaps)} known to fail`] : []),
    ...refused,
    // What is not even claimed need not be shown.
    ...(refused.length > 0 ? [] : step.shown.flatMap((kind) => notShown(kind, results))),
  ];
}

function stepOf(result: CaseResult): Step | undefined {
  return levels.findLast((step) => step.restsOn(result));
}

/** Why no case of a kind has passed, where none has and nothing else says so. */
function notShown(kind: RegExp, results: readonly CaseResult[]): readonly string[] {
  const such = results.filter(({ id }) => kind.test(id));
  if (such.some(({ status }) => status === "passed" || status === "failed")) return [];
  const name = kind.source.replace(/[^A-Z\d-]/g, "").replace(/-$/, "");
  if (such.length === 0) return [`${name} was not run`];
  return such.some(isGap) ? [] : [`${name} does not apply: ${such[0]?.reason}`];
}

/** Whether the backend broke the law, rather than kept one that its harness still excuses it from. */
export function isBreach({ status, gap }: CaseResult): boolean {
  return status === "failed" && gap === undefined;
}

/** Whether its harness knows that it fails, also where chance let it pass this time. */
export function isGap({ status, gap }: CaseResult): boolean {
  return status === "skipped" && gap !== undefined;
}

const suite: ReadonlySet<string> = new Set(cases.map(({ id }) => id));

/** Whether a case is one of its harness, which only that backend can be asked. */
function isOwn(id: string): boolean {
  return !suite.has(id);
}
