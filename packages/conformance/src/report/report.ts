import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { type Capabilities, type Driver, now, type Refusals } from "@stowage/core";
import type { Harness, Profile } from "../case.ts";
import { type Diagnosis, diagnose } from "../diagnosis.ts";
import { type Grade, gradeOf, isGap } from "../levels.ts";
import { type CaseResult, runCases, type RunCasesOptions } from "../run.ts";

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
  readonly targets: readonly TargetReport[];
}

/** What became of one backend. */
export interface TargetReport {
  /** Unique in its report. */
  readonly name: string;
  /** Where it was tested: a URL without its secrets, or a module. */
  readonly place: string;
  /** `skipped`: it could not be reached, or none of the cases applies to it. */
  readonly status: "passed" | "failed" | "skipped";
  /** Why it was skipped. */
  readonly reason?: string;
  /** What its driver says of itself; absent when it was skipped. */
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
  /** Takes secrets out of what others wrote. */
  readonly conceal?: (text: string) => string;
}

/** A message is cut behind so many characters: what differs may be megabytes. */
const messageMax = 4000;

/** Runs the cases on a backend and tells what they show. Rejects only for options that are wrong. */
export async function testTarget(harness: Harness, options: TargetOptions): Promise<TargetReport> {
  const start = now();
  const { place, again, name = harness.name, conceal = (text) => text } = options;
  const head = { name, place };
  const told = await meet(harness).catch((error: unknown) => ({ reason: conceal(messageOf(error)) }));
  if ("reason" in told) {
    const counts = { passed: 0, failed: 0, skipped: 0, gap: 0 };
    return { ...head, status: "skipped", ...told, notices: [], diagnoses: [], counts, durationMs: 0, results: [] };
  }
  const found = await runCases(harness, options);
  const results = found.map((result) => reported(result, again, conceal));
  const counts = countsOf(results);
  const isWhole = options.only === undefined && !options.signal?.aborted;
  const isEmpty = counts.failed + counts.passed + counts.gap === 0;
  return {
    ...head,
    status: counts.failed > 0 ? "failed" : isEmpty ? "skipped" : "passed",
    ...(isEmpty && { reason: results[0]?.reason ?? "it has none of these cases" }),
    capabilities: told.capabilities,
    notices: told.notices.map(conceal),
    ...(isWhole && { grade: gradeOf(told.capabilities, found) }),
    diagnoses: diagnose(found, told.refusals),
    counts,
    durationMs: Math.round(now() - start),
    results,
  };
}

/** Puts what was shown of several backends together. */
export function makeReport(
  targets: readonly TargetReport[],
  { profile = "full", seed = 1 }: Pick<RunCasesOptions, "profile" | "seed">,
): Report {
  return {
    contract: 1,
    suite: suiteVersion(),
    date: new Date().toISOString(),
    runtime: runtime(),
    profile,
    seed,
    targets,
  };
}

/** Opens a backend once, to hear what it says of itself. */
async function meet(harness: Harness): Promise<{
  readonly capabilities: Capabilities;
  readonly notices: readonly string[];
  readonly refusals: Refusals | undefined;
}> {
  const backend = await harness.create();
  try {
    const driver: Driver = await backend.open();
    const { capabilities, notices = [], refusals } = driver;
    await driver.close?.();
    return { capabilities, notices, refusals };
  } finally {
    await backend.destroy();
  }
}

function reported(result: CaseResult, again: (id: string) => string, conceal: (text: string) => string): ReportedCase {
  const { id, law, title, status, gap, error, durationMs } = result;
  // That a gap was not met stands in the reason alone.
  const reason = error === undefined ? result.reason : gap;
  return {
    id,
    law,
    title,
    status: isGap(result) ? "gap" : status,
    ...(reason !== undefined && { reason: conceal(reason) }),
    ...(error !== undefined && { message: conceal(messageOf(error)) }),
    ...(status === "failed" && { again: again(id) }),
    durationMs,
  };
}

function countsOf(results: readonly ReportedCase[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0, gap: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

function messageOf(error: unknown): string {
  const text = stripVTControlCharacters(error instanceof Error ? error.message : String(error)).trimEnd();
  if (text.length <= messageMax) return text;
  // A pair of surrogates that is cut in two is no text any more.
  const shown = text.slice(0, messageMax).toWellFormed();
  return `${shown}… and ${(text.length - messageMax).toLocaleString("en-US")} more characters`;
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
