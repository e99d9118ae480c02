import type { Harness } from "@stowage/conformance";
import type { TargetReport } from "@stowage/conformance/report";
import type { Background } from "./conformance-background.ts";
import type { ConformanceOptions } from "./conformance-options.ts";
import type { Target } from "./conformance-targets.ts";
import { formatCount, shellWord } from "./format.ts";
import { type Interruption, interruptible, interruptionOf } from "./interrupt.ts";
import { bar, withLine } from "./progress.ts";
import type { Shell } from "./shell.ts";

const nameWidth = 14;

/** How the cases are run. */
export interface RunSettings extends Pick<
  ConformanceOptions,
  "profile" | "seed" | "scale" | "timeout" | "concurrency"
> {
  /** The ids that each target is asked for; absent: all of the profile. */
  readonly only: ReadonlyMap<Target, readonly string[]> | undefined;
}

export interface Tested {
  /** Of every target, in their order. */
  readonly reports: readonly TargetReport[];
  /** What ended it early. */
  readonly interruption: Interruption | undefined;
}

/**
 * Tests one target after the other. A signal ends it with the cases that are under way, so that they take away what they made.
 *
 * @param onTested - called with what became of each target, as soon as it is known, and again when that was not all.
 */
export function testAll(
  shell: Shell,
  targets: readonly Target[],
  settings: RunSettings,
  background: Background,
  onTested: (report: TargetReport) => Promise<void>,
): Promise<Tested> {
  return interruptible(shell, async (signal) => {
    signal.addEventListener("abort", () => void announce(shell));
    const tested: TargetReport[] = [];
    for (const target of targets) {
      const report = signal.aborted
        ? untested(target, signal)
        : await background.settled(target.place, signal, () => testOne(shell, target, settings, signal));
      tested.push(await judged(shell, target, report, settings, background));
      await onTested(tested.at(-1) as TargetReport);
    }
    const reports: TargetReport[] = [];
    for (const [i, target] of targets.entries()) {
      const report = tested[i] as TargetReport;
      reports.push(await judged(shell, target, report, settings, background));
      if (reports[i] !== report) await onTested(reports[i] as TargetReport);
    }
    return { reports, interruption: interruptionOf(signal) };
  });
}

/** A report with what the target has let fail in the background since the last look. */
async function judged(
  shell: Shell,
  { place }: Target,
  report: TargetReport,
  settings: RunSettings,
  background: Background,
): Promise<TargetReport> {
  const { withLateStrays } = await import("@stowage/conformance/report");
  return withLateStrays(report, background.take(place), {
    again: (id) => againCommand(place, id, settings),
    conceal: (text) => shell.conceal(text),
  });
}

/** Where a line tells how far it is, that one says so. */
async function announce({ err }: Shell): Promise<void> {
  if (!err.hasLine)
    await err.line("stowage: stopping behind the cases that are under way, another signal ends at once");
}

async function testOne(
  shell: Shell,
  target: Target,
  settings: RunSettings,
  signal: AbortSignal,
): Promise<TargetReport> {
  const { testTarget } = await import("@stowage/conformance/report");
  const { name, place, note, missing, tidy } = target;
  const { profile, seed, scale, timeout, concurrency = target.concurrency } = settings;
  const only = settings.only?.get(target);
  const harness: Harness = target.harness ?? { name, create: () => Promise.reject(new Error(missing)) };
  const counts = { done: 0, failed: 0, total: 0 };
  try {
    const result = await withLine(shell, (show) => {
      const draw = (): void => show(() => progressLine(shell, name, counts, signal));
      signal.addEventListener("abort", draw);
      return testTarget(harness, {
        name,
        place,
        profile,
        seed,
        signal,
        concurrency,
        ...(scale !== undefined && { scale }),
        ...(timeout !== undefined && { timeoutMs: timeout * 1000 }),
        ...(only && { only }),
        again: (id) => againCommand(place, id, settings),
        conceal: (text) => shell.conceal(text),
        onResult: ({ status }, total) => {
          counts.done++;
          counts.total = total;
          if (status === "failed") counts.failed++;
          draw();
        },
      }).finally(() => signal.removeEventListener("abort", draw));
    });
    if (signal.aborted && result.results.length === 0) return untested(target, signal);
    return note === undefined ? result : { ...result, notices: [note, ...result.notices] };
  } finally {
    tidy();
  }
}

/** What was not begun since a signal came first. */
function untested({ name, place }: Target, signal: AbortSignal): TargetReport {
  const reason = `${interruptionOf(signal)?.by} came before its first case had ended`;
  const counts = { passed: 0, failed: 0, skipped: 0, gap: 0 };
  return { name, place, status: "skipped", reason, notices: [], diagnoses: [], counts, durationMs: 0, results: [] };
}

/** `fs              ██████────────  312 of 541 cases · 2 failed` */
function progressLine(
  { err }: Shell,
  name: string,
  { done, failed, total }: { readonly done: number; readonly failed: number; readonly total: number },
  { aborted }: AbortSignal,
): string {
  const part = total === 0 ? 0 : done / total;
  const failures = failed === 0 ? "" : err.style("red", ` · ${formatCount(failed)} failed`);
  const end = aborted ? err.style("yellow", " · stopping") : failures;
  return `${name.padEnd(nameWidth)}  ${bar(err, part)}  ${formatCount(done)} of ${formatCount(total)} cases${end}`;
}

/** The command that runs one case again as it was run. */
function againCommand(place: string, id: string, { profile, seed, scale, timeout }: RunSettings): string {
  const option = (name: string, value: string | number | undefined): readonly string[] =>
    value === undefined ? [] : [name, String(value)];
  const words = [
    "stowage",
    "conformance",
    place,
    ...option("--only", id),
    // A case of any profile is run when it is named; stress makes it larger.
    ...option("--profile", profile === "stress" ? profile : undefined),
    ...option("--scale", scale),
    ...option("--timeout", timeout),
    ...option("--seed", seed),
  ];
  return words.map(shellWord).join(" ");
}
