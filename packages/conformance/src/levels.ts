import { type Capabilities, keyLimits } from "@stowage/core";
import type { Backend, Case } from "./case.ts";
import { cases } from "./cases/index.ts";
import { categoryOf, inShort } from "./ids.ts";
import type { CaseResult } from "./run.ts";

/** What a backend was shown to be good for, from the least to the most; `none`: one handle alone breaks a law. */
export type Level = "none" | "core" | "durable" | "concurrent" | "full";

/** A level, why it is not the next one, and what of it nobody has seen. */
export interface Grade {
  readonly level: Level;
  /** A reason each, no sentences: `"VERSION-026 failed"`. Empty at the top. */
  readonly missing: readonly string[];
  /**
   * What the level speaks of and no case has shown: claims that were not tried, and cases that the harness could not be asked,
   * rather than that the capabilities excuse it from. Whoever chooses a backend by its level takes these on trust.
   */
  readonly unshown: readonly string[];
}

export interface Step {
  readonly level: Exclude<Level, "none">;
  /** What it promises to those who choose a backend by it. */
  readonly promise: string;
  /** Whether it rests on a case, whose failure or known gap then keeps a backend below. A case belongs to the highest such level. */
  readonly restsOn: (result: CaseResult) => boolean;
  /** Of each of these kinds a case must have passed: that none was run, or applied, shows nothing. */
  readonly shown: readonly RegExp[];
  /** A claim that belongs to it, and what those say who don't make it: the cases that these are excused from show it. */
  readonly claim?: {
    readonly words: string;
    readonly isMade: (capabilities: Capabilities) => boolean;
    readonly without: Partial<Capabilities>;
  };
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
    claim: {
      words: 'durability "power"',
      isMade: ({ durability }) => durability === "power",
      without: { durability: "process" },
    },
    refuses: ({ durability }) => [durability === "memory" && "nothing outlives its process"],
  },
  {
    level: "concurrent",
    promise: "any number of processes write at once, and nobody's change is lost to another's",
    restsOn: ({ id }) => /^LINEAR-|^PROCESS-00[128]$|^UPDATE-(?:01[3-6]|027)$|^VERSION-(?:02[6-9]|049)$/.test(id),
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
    refuses: ({ atomicBatch, compareAndRemove, caseSensitive, limits }) => [
      atomicBatch !== "store" && "no atomic batches",
      compareAndRemove !== "store" && "no conditions on removes",
      !caseSensitive && "names that differ in case can't both exist",
      hasShortKeys(limits) && "keys can't be as long as the contract allows",
    ],
  },
]);

/** The level that the results of a run show. It means something only when all cases of a profile were run. */
export function gradeOf(capabilities: Capabilities, results: readonly CaseResult[]): Grade {
  const reached: Step[] = [];
  for (const step of levels) {
    const missing = missingFor(step, capabilities, results);
    if (missing.length > 0) return gradeAt(reached, missing, capabilities, results);
    reached.push(step);
  }
  return gradeAt(reached, [], capabilities, results);
}

function gradeAt(
  reached: readonly Step[],
  missing: readonly string[],
  capabilities: Capabilities,
  results: readonly CaseResult[],
): Grade {
  return { level: reached.at(-1)?.level ?? "none", missing, unshown: unshownAt(reached, capabilities, results) };
}

function missingFor(step: Step, capabilities: Capabilities, results: readonly CaseResult[]): readonly string[] {
  const mine = results.filter((result) => stepOf(result) === step);
  const failed = mine.filter(isBreach).map(({ id }) => id);
  const gaps = mine.filter(isGap).map(({ id }) => id);
  const refused = step.refuses(capabilities).filter((reason) => reason !== false);
  return [
    ...(failed.length > 0 ? [`${inShort(failed)} failed`] : []),
    ...(gaps.length > 0 ? [`${inShort(gaps)} known to fail`] : []),
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

function unshownAt(
  reached: readonly Step[],
  capabilities: Capabilities,
  results: readonly CaseResult[],
): readonly string[] {
  const isMine = (result: CaseResult): boolean => reached.some((step) => step === stepOf(result));
  const mine = results.filter(isMine);
  const unexcused = mine.filter((result) => isSkip(result) && !isExcused(result, capabilities));
  const claims = reached.flatMap(({ claim }) => (claim?.isMade(capabilities) === true ? [claim] : []));
  const tried = claims.map(({ words, without }) => {
    const weaker = { ...capabilities, ...without };
    return { words, by: mine.filter((one) => isExcused(one, weaker) && !isExcused(one, capabilities)) };
  });
  const onTrust = tried.filter(({ by }) => by.every(({ status }) => status === "skipped"));
  const others = unexcused.filter((one) => !onTrust.some(({ by }) => by.includes(one)));
  const known = new Set(results.map(({ id }) => id));
  const notRun = cases.filter((one) => !known.has(one.id) && isMine({ ...one, status: "skipped", durationMs: 0 }));
  return [
    ...byReason(
      onTrust.map(({ words, by }) => [words, by[0]?.reason ?? "not tried"]),
      others,
    ),
    ...idleCategories(mine, unexcused),
    // A smaller profile leaves out many: their ids would say less than their number.
    ...(notRun.length > 3 ? [`${notRun.length} cases: not run`] : notRun.map(({ id }) => `${id}: not run`)),
  ];
}

/** A line for each reason, with the claims and then the cases that it kept from being shown. */
function byReason(
  claims: readonly (readonly [words: string, reason: string])[],
  skipped: readonly CaseResult[],
): readonly string[] {
  const groups = Map.groupBy(skipped, ({ reason = "" }) => reason);
  const reasons = new Set([...claims.map(([, reason]) => reason), ...groups.keys()]);
  return [...reasons].map((reason) => {
    const words = claims.filter(([, why]) => why === reason).map(([claim]) => claim);
    const ids = (groups.get(reason) ?? []).map(({ id }) => id);
    return `${[...words, ...(ids.length > 0 ? [inShort(ids)] : [])].join(", ")}: ${reason}`;
  });
}

/** The categories of which nothing has passed, where that has not been said: claims so modest that no case is left. */
function idleCategories(mine: readonly CaseResult[], told: readonly CaseResult[]): readonly string[] {
  const categories = Map.groupBy(mine, ({ id }) => categoryOf(id));
  const idle = [...categories].filter(([, some]) => some.every((one) => isSkip(one) && !told.includes(one)));
  return idle.map(([category, some]) => `all of ${category}: ${some[0]?.reason}`);
}

function isSkip({ status, gap }: CaseResult): boolean {
  return status === "skipped" && gap === undefined;
}

/** A backend that could be asked everything: what is skipped there, too, is skipped for what the capabilities say. */
const open: Backend = {
  open: () => Promise.reject(new Error("It is only looked at")),
  process: { module: "", factory: "", options: {}, files: "/" },
  plant: async () => {},
  destroy: async () => {},
};

function isExcused({ id }: CaseResult, capabilities: Capabilities): boolean {
  const one = suite.get(id);
  // A case that a harness brings itself is skipped by what it alone knows.
  return one === undefined || one.when?.(capabilities, open) !== undefined;
}

function hasShortKeys(limits: Capabilities["limits"]): boolean {
  const names = ["segments", "segmentBytes", "nameBytes"] as const;
  return names.some((name) => limits[name] < keyLimits[name]);
}

/** Whether the backend broke the law, rather than kept one that its harness still excuses it from. */
export function isBreach({ status, gap }: CaseResult): boolean {
  return status === "failed" && gap === undefined;
}

/** Whether its harness knows that it fails, also where chance let it pass this time. */
export function isGap({ status, gap }: CaseResult): boolean {
  return status === "skipped" && gap !== undefined;
}

const suite: ReadonlyMap<string, Case> = new Map(cases.map((one) => [one.id, one]));

/** Whether a case is one of its harness, which only that backend can be asked. */
function isOwn(id: string): boolean {
  return !suite.has(id);
}
