import { redact } from "@stowage/core/redact";
import { messageOf, traceOf } from "../failures.ts";
import { type Grade, gradeOf } from "../levels.ts";
import type { CaseResult } from "../run.ts";
import { countsOf, type ReportedCase, type TargetOptions, type TargetReport } from "./report.ts";

/** What failed in the background of a backend while no run was there to hear of it. */
export interface LateStray {
  readonly error: unknown;
  /** The case that has left it behind; `undefined` where none has, as while the backend is opened for the first time. */
  readonly id: string | undefined;
}

/** A report with what failed of its backend when it was done: in the cases that left that behind, or else in a diagnosis. */
export function withLateStrays(
  report: TargetReport,
  strays: readonly LateStray[],
  options: Pick<TargetOptions, "again" | "conceal">,
): TargetReport {
  if (strays.length === 0) return report;
  const conceal = (text: string): string => redact(options.conceal?.(text) ?? text);
  const results = report.results.map((one) => {
    const stray = strays.find(({ id }) => id === one.id);
    // What the case itself has failed with says more.
    return stray === undefined || one.message !== undefined ? one : spoilt(one, stray.error, options.again, conceal);
  });
  const homeless = strays.filter(({ id }) => !results.some((one) => one.id === id));
  const { grade, reason, capabilities } = report;
  const { reason: _, ...rest } = report;
  return {
    ...rest,
    status: "failed",
    ...(grade !== undefined &&
      capabilities && { grade: regraded(gradeOf(capabilities, results.map(asResult)), homeless) }),
    notices: [...report.notices, ...(report.status === "skipped" && reason !== undefined ? [reason] : [])],
    diagnoses: [diagnosisOf(strays, conceal), ...report.diagnoses],
    counts: countsOf(results),
    results,
  };
}

function spoilt(
  { id, law, title, durationMs }: ReportedCase,
  error: unknown,
  again: (id: string) => string,
  conceal: (text: string) => string,
): ReportedCase {
  const trace = conceal(traceOf(error));
  return {
    id,
    law,
    title,
    status: "failed",
    message: conceal(messageOf(error)),
    ...(trace !== "" && { trace }),
    broke: "stray",
    again: conceal(again(id)),
    durationMs,
  };
}

/** What a level is given by. */
function asResult({ id, law, title, status, reason, durationMs }: ReportedCase): CaseResult {
  const one = { id, law, title, durationMs, ...(reason !== undefined && { reason }) };
  if (status === "gap") return { ...one, status: "skipped", gap: reason ?? "" };
  // A failure has a reason where a known gap is closed, and no other.
  return { ...one, status, ...(status === "failed" && reason !== undefined && { gap: reason }) };
}

/** No level stands for a backend that fails outside of all cases. */
function regraded(grade: Grade, homeless: readonly LateStray[]): Grade {
  if (homeless.length === 0) return grade;
  return { level: "none", missing: ["something of it failed in the background"], unshown: [] };
}

function diagnosisOf(
  strays: readonly LateStray[],
  conceal: (text: string) => string,
): TargetReport["diagnoses"][number] {
  const messages = [...new Set(strays.map(({ error }) => conceal(messageOf(error))))];
  const others = messages.length > 1 ? `, and ${(messages.length - 1).toLocaleString("en-US")} more` : "";
  const sentence = `Something of it failed in the background, after its case or outside of all: ${messages[0]}${others}.`;
  const ids = strays.flatMap(({ id }) => (id === undefined ? [] : [id]));
  return { sentence, cases: [...new Set(ids)].sort() };
}
