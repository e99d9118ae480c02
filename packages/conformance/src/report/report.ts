import { readFileSync } from "node:fs";
import { type Capabilities, now, type Refusals } from "@stowage/core";
import { redact } from "@stowage/core/redact";
import { inTime } from "../attempt.ts";
import type { Harness, Profile } from "../case.ts";
import { checkCapabilities } from "../claims.ts";
import { type Diagnosis, diagnose } from "../diagnosis.ts";
import { type Breakage, messageOf, traceOf } from "../failures.ts";
import { type Grade, gradeOf, isGap } from "../levels.ts";
import { HarnessError, makeBackend, openDriver } from "../made.ts";
import { type CaseResult, runCases, type RunCasesOptions } from "../run.ts";
import { timeOf } from "./words.ts";

/** What a run of the suite over one or several backends has shown. Plain JSON. */
export interface Report {
  /** The version of docs/contract.md. */
  readonly contract: 1;
  /** The version of the package that holds the cases. */
  readonly suite: string;
  /** When it ended, in ISO 8601. */
  readonly date: string;
  /** `"Node 24.1.0, linux x64"` */
  readonly runtime: string;
  readonly profile: Profile;
  readonly seed: number;
  /** Present where one was asked for. See {@link RunCasesOptions.scale}. */
  readonly scale?: number;
  /** `"SIGINT"`: what ended the run before all was run. */
  readonly cutShortBy?: string;
  readonly targets: readonly TargetReport[];
}

/** What became of one backend. */
export interface TargetReport {
  /** Unique in its report. */
  readonly name: string;
  /** Where it was tested: a URL without its secrets, or a module. */
  readonly place: string;
  /** `skipped`: it could not be reached, or none of the cases applies to it. `failed` without results: no case could be chosen. */
  readonly status: "passed" | "failed" | "skipped";
  /** Why it was skipped. */
  readonly reason?: string;
  /** What its driver says of itself; absent when it was skipped, or says nothing that cases can be chosen by. */
  readonly capabilities?: Capabilities;
  readonly notices: readonly string[];
  /** Absent when not all cases of the profile were run. */
  readonly grade?: Grade;
  readonly diagnoses: readonly Diagnosis[];
  readonly counts: Counts;
  readonly durationMs: number;
  readonly results: readonly ReportedCase[];
}

/** How many cases ended how. `gap`: failed as its harness knew it would. */
export type Counts = Readonly<Record<CaseStatus, number>>;
export type CaseStatus = "passed" | "failed" | "skipped" | "gap";

export interface ReportedCase {
  readonly id: string;
  readonly law: string;
  readonly title: string;
  readonly status: CaseStatus;
  /** Why it was skipped, or why its failure is accepted. */
  readonly reason?: string;
  /** What it failed with, in one or several lines. */
  readonly message?: string;
  /** Where that came from, in several lines: frames of the stack outside the suite, and causes. Absent where there are none. */
  readonly trace?: string;
  /** See {@link CaseResult.broke}. */
  readonly broke?: Breakage;
  /** The command that runs it alone; present when it failed. */
  readonly again?: string;
  readonly durationMs: number;
}

export interface TargetOptions extends RunCasesOptions {
  /** See {@link TargetReport.name}; the harness's name by default. */
  readonly name?: string;
  /** See {@link TargetReport.place}. */
  readonly place: string;
  /** The command that runs one case alone. */
  readonly again: (id: string) => string;
  /** Takes secrets out of what others wrote. Passwords in URLs are hidden without it. */
  readonly conceal?: (text: string) => string;
}

/** A server may take its time to answer for the first time; one that takes longer is as good as none. In milliseconds. */
const meetMs = 60_000;
const noCounts: Counts = { passed: 0, failed: 0, skipped: 0, gap: 0 };

/** Runs the cases on a backend and tells what they show. Rejects only for options that are wrong. */
export async function testTarget(harness: Harness, options: TargetOptions): Promise<TargetReport> {
  const start = now();
  const conceal = (text: string): string => redact(options.conceal?.(text) ?? text);
  const head = { name: conceal(options.name ?? harness.name), place: conceal(options.place) };
  const none = { ...head, notices: [], diagnoses: [], counts: noCounts, durationMs: 0, results: [] };
  const told = await meet(harness, options.timeoutMs ?? meetMs).catch((error: unknown) => ({ error }));
  if ("error" in told) {
    const { error } = told;
    if (!(error instanceof HarnessError)) return { ...none, status: "skipped", reason: conceal(messageOf(error)) };
    const sentence = `Nothing could be tested, since ${error.problem}.`;
    return { ...none, status: "failed", diagnoses: [{ sentence, cases: [] }] };
  }
  const found = await runCases(harness, options);
  const results = found.map((result) => reported(result, options.again, conceal));
  const counts = countsOf(results);
  const isWhole = options.only === undefined && !options.signal?.aborted;
  const isEmpty = counts.failed + counts.passed + counts.gap === 0;
  return {
    ...head,
    status: counts.failed > 0 ? "failed" : isEmpty ? "skipped" : "passed",
    ...(isEmpty && { reason: results[0]?.reason ?? "it has none of these cases" }),
    capabilities: told.capabilities,
    notices: told.notices.map(conceal),
    ...(isWhole && { grade: concealed(gradeOf(told.capabilities, found), conceal) }),
    diagnoses: diagnose(found, told.refusals).map((one) => ({ ...one, sentence: conceal(one.sentence) })),
    counts,
    durationMs: Math.round(now() - start),
    results,
  };
}

/** How the cases of all backends were run. */
export interface ReportOptions extends Pick<RunCasesOptions, "profile" | "seed" | "scale"> {
  /** See {@link Report.cutShortBy}. */
  readonly cutShortBy?: string;
}

/** Puts what was shown of several backends together. */
export function makeReport(
  targets: readonly TargetReport[],
  { profile = "full", seed = 1, scale, cutShortBy }: ReportOptions,
): Report {
  return {
    contract: 1,
    suite: suiteVersion(),
    date: new Date().toISOString(),
    runtime: runtime(),
    profile,
    seed,
    ...(scale !== undefined && { scale }),
    ...(cutShortBy !== undefined && { cutShortBy }),
    targets,
  };
}

interface Told {
  readonly capabilities: Capabilities;
  readonly notices: readonly string[];
  readonly refusals: Refusals | undefined;
}

/** Opens a backend once, to hear what it says of itself. */
async function meet(harness: Harness, limitMs: number): Promise<Told> {
  const late = new Error(`it could not be opened and closed within ${timeOf(limitMs)}`);
  return inTime(listenTo(harness), limitMs, late);
}

async function listenTo(harness: Harness): Promise<Told> {
  const backend = await makeBackend(harness);
  const destroy = async (): Promise<void> => backend.destroy();
  let told: Told;
  try {
    const driver = await openDriver(backend);
    const { capabilities, notices = [], refusals } = driver;
    await driver.close?.();
    checkCapabilities(capabilities);
    told = { capabilities, notices: notices.map(messageOf), refusals };
  } catch (error) {
    // Why it can't be opened says more than why it then can't be taken away.
    await destroy().catch(() => {});
    throw error;
  }
  await destroy();
  return told;
}

function reported(result: CaseResult, again: (id: string) => string, conceal: (text: string) => string): ReportedCase {
  const { id, law, title, status, gap, error, broke, left, durationMs } = result;
  const rest = left === undefined ? "" : `\nSomething of it may be left: ${messageOf(left)}`;
  // That a gap was not met stands in the reason alone.
  const reason = error === undefined ? result.reason : gap;
  const trace = error === undefined ? "" : conceal(traceOf(error));
  return {
    id,
    law,
    title: conceal(title),
    status: isGap(result) ? "gap" : status,
    ...(reason !== undefined && { reason: conceal(reason) }),
    ...(error !== undefined && { message: conceal(messageOf(error) + rest) }),
    ...(trace !== "" && { trace }),
    ...(broke !== undefined && { broke }),
    ...(status === "failed" && { again: conceal(again(id)) }),
    durationMs,
  };
}

function concealed({ level, missing, unshown }: Grade, conceal: (text: string) => string): Grade {
  return { level, missing: missing.map(conceal), unshown: unshown.map(conceal) };
}

/** How many ended how. */
export function countsOf(results: readonly ReportedCase[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0, gap: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

function suiteVersion(): string {
  // The folder above is `src` or `dist`: the package lies two steps up from here in both.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

function runtime(): string {
  const { bun, node } = process.versions;
  return `${bun === undefined ? `Node ${node}` : `Bun ${bun}`}, ${process.platform} ${process.arch}`;
}
