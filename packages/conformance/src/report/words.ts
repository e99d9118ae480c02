import { cases } from "../cases/index.ts";
import { inBrief } from "../ids.ts";
import type { Counts, Report, ReportedCase, TargetReport } from "./report.ts";

// What all forms of a report say in the same words.

/** `"concurrent"`, or what stands in its place where there is none. */
export function levelOf({ status, grade, results }: TargetReport): string {
  if (status === "skipped") return "not tested";
  return grade?.level ?? (results.length === 0 ? "none" : "some cases only");
}

/** Why it is not the next level, in half a sentence; `undefined` at the top, and where no level was given. */
export function shortfall({ grade }: TargetReport): string | undefined {
  return grade === undefined || grade.missing.length === 0 ? undefined : grade.missing.join("; ");
}

/** What of its level nobody has seen, in half a sentence; `undefined` where there is nothing, and where no level was given. */
export function onTrust({ grade }: TargetReport): string | undefined {
  return grade === undefined || grade.level === "none" || grade.unshown.length === 0
    ? undefined
    : grade.unshown.join("; ");
}

/** Skipped cases and known gaps by their reasons, those with the most cases first. */
export function byReason(results: readonly ReportedCase[], status: "skipped" | "gap"): readonly Reason[] {
  const groups = new Map<string, string[]>();
  for (const { id, reason = "", status: its } of results) {
    if (its === status) groups.set(reason, [...(groups.get(reason) ?? []), id]);
  }
  return [...groups]
    .map(([reason, ids]) => ({ reason, count: ids.length, ids: inBrief(ids) }))
    .sort((a, b) => b.count - a.count);
}

export interface Reason {
  readonly reason: string;
  readonly count: number;
  /** In brief: `"CLAIM-009–010"`. */
  readonly ids: string;
}

/** `0.42 s`, `12 s`, `3 min 5 s` */
export function timeOf(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `1,525` */
export function countOf(count: number): string {
  return count.toLocaleString("en-US");
}

export function allOf({ passed, failed, skipped, gap }: Counts): number {
  return passed + failed + skipped + gap;
}

/** What was run, in one line: `"contract 1, suite 0.1.0, profile full, seed 1, Node 24.1.0, linux x64"`. */
export function runLine({ contract, suite, profile, seed, scale, runtime }: Report): string {
  const size = scale === undefined ? "" : `, scale ${scale}`;
  return `contract ${contract}, suite ${suite}, profile ${profile}${size}, seed ${seed}, ${runtime}`;
}

/** What came of it, in one sentence that begins with no name. */
export function verdictOf({ targets, profile, cutShortBy }: Report): string {
  const extent = profile === "quick" ? ` as far as the quick profile shows (${quickPart()}),` : "";
  const such = (lead: string, is: (target: TargetReport) => boolean): readonly string[] => {
    const names = targets.filter(is).map(({ name }) => name);
    return names.length === 0 ? [] : [`${lead} ${listOf(names)}`];
  };
  const contract = [
    ...such("broken by", (target) => target.status === "failed" && !keepsMore(target) && !isAway(target)),
    ...such(`kept${extent && `,${extent}`} by`, (target) => isKept(target) && target.counts.gap === 0),
    ...such(`kept,${extent} but for known gaps, by`, (target) => isKept(target) && target.counts.gap > 0),
  ];
  const parts = [
    ...(contract.length > 0 ? [`the contract is ${contract.join(", ")}`] : []),
    ...such("what was run has passed on", (target) => hasPassed(target) && target.grade === undefined),
    ...such("nothing but known gaps:", (target) => target.status === "passed" && !hasPassed(target)),
    ...such("known gaps are closed on", keepsMore),
    ...such("the suite could not be carried out on", isAway),
    ...such("not tested:", ({ status }) => status === "skipped"),
  ];
  const text = (cutShortBy === undefined ? "" : `cut short by ${cutShortBy}: `) + parts.join("; ");
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

/** `"541 of 965 cases"` */
function quickPart(): string {
  const quick = cases.filter((one) => (one.profile ?? "quick") === "quick");
  return `${countOf(quick.length)} of ${countOf(cases.length)} cases`;
}

/** Whether a run is good: something has passed, and nothing failed. */
export function isGood({ targets }: Report): boolean {
  return targets.some(hasPassed) && targets.every(({ status }) => status !== "failed");
}

/** Whether nothing failed but what was to fail as a known gap: such a failure has a reason, and no other has. */
function keepsMore({ status, results }: TargetReport): boolean {
  const failures = results.filter((one) => one.status === "failed");
  return status === "failed" && failures.length > 0 && failures.every(({ reason }) => reason !== undefined);
}

/** Whether all that failed says nothing about the contract: the backend was away, or its disk was full. */
function isAway({ status, results }: TargetReport): boolean {
  const failures = results.filter((one) => one.status === "failed");
  const isAccident = ({ broke }: ReportedCase): boolean => broke !== undefined && broke !== "stray" && broke !== "time";
  return status === "failed" && failures.length > 0 && failures.every(isAccident);
}

function isKept(target: TargetReport): boolean {
  return hasPassed(target) && target.grade !== undefined;
}

/** Whether it was shown to keep anything: known gaps alone fail nothing, and show nothing. */
function hasPassed({ status, counts }: TargetReport): boolean {
  return status === "passed" && counts.passed > 0;
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
