import type { Plan, PlanCounts, Report, Stop } from "@stowage/migrate";
import { comparisonTable, verdict } from "./comparison.ts";
import { describe, describeDamaged, describeFailures, describeForeign, describeNames } from "./findings.ts";
import { formatBytes, formatCount, formatDuration, formatRecords, formatSize, printable } from "./format.ts";
import type { Output } from "./io.ts";
import { renderTable } from "./table.ts";

interface Urls {
  readonly from: string;
  readonly to: string;
}

/** What a migration would do, and the command that does it. */
export function planText(
  out: Output,
  urls: Urls & { readonly targetExists: boolean },
  plan: Plan,
  setAside: string,
  command: string,
): string {
  const { source, target } = plan;
  const state = urls.targetExists ? formatRecords(target.records) : "does not exist yet";
  return [
    `${out.style("bold", "from")}  ${urls.from}: ${formatSize(source)}\n`,
    `${out.style("bold", "to")}    ${urls.to}: ${state}\n`,
    planTable(out, plan),
    describeDamaged(out, `Damaged, to be set aside in ${setAside}`, plan.damaged),
    describeNames(out, "Different in the target, left alone without --overwrite", plan.different),
    describeFailures(out, "Refused by the target", plan.refused),
    describe(out, "The target can't keep apart", plan.twins, ({ first, second }) =>
      [first, second].map(printable).join(" and "),
    ),
    describeForeign(out, plan.foreign),
    plan.total.extra.records === 0 ? "" : `\nIn the target only, left alone: ${formatSize(plan.total.extra)}\n`,
    `\nThis is a plan: nothing has been written. To copy and compare:\n`,
    `  ${command}\n`,
  ].join("");
}

function planTable(out: Output, { kinds, total }: Plan): string {
  const columns = [
    { title: "kind" },
    { title: "records", align: "right" },
    { title: "size", align: "right" },
    { title: "to copy", align: "right" },
    { title: "equal", align: "right" },
    { title: "different", align: "right" },
    { title: "damaged", align: "right" },
  ] as const;
  const row = (kind: string, counts: PlanCounts): string[] => [
    kind,
    formatCount(counts.source.records),
    formatBytes(counts.source.bytes),
    formatCount(counts.create.records),
    formatCount(counts.equal.records),
    formatCount(counts.different.records),
    formatCount(counts.damaged.records),
  ];
  return renderTable(out, columns, [...kinds.map((kind) => row(kind.kind, kind)), row("total", total)], true);
}

/** What a migration did; the tables of the comparison if wanted; the verdict, and one line of counts at the end. */
export function reportText(out: Output, urls: Urls, report: Report, setAside: string, hasTables: boolean): string {
  const ms = Date.parse(report.finishedAt) - Date.parse(report.startedAt);
  const { comparison, stopped } = report;
  return [
    `${out.style("bold", "from")}  ${urls.from}\n${out.style("bold", "to")}    ${urls.to}\n`,
    `Copied ${formatSize(report.created)} in ${formatDuration(ms)}.\n`,
    report.overwritten.records === 0 ? "" : `Overwrote ${formatSize(report.overwritten)}.\n`,
    report.marker === "different" ? "The target has another migration marker, which was left alone.\n" : "",
    describeDamaged(out, `Damaged, set aside in ${setAside}`, report.setAside),
    describeDamaged(out, "Damaged, in the source only", report.leftBehind),
    describeNames(out, "Different in the target, left alone without --overwrite", report.different),
    describeFailures(out, "Not written", report.failed),
    describeForeign(out, report.foreign),
    stopped === undefined ? "" : `\n${stopText(out, stopped)}`,
    comparison !== undefined && hasTables ? `\n${comparisonTable(out, ["source", "target"], comparison)}` : "",
    comparison === undefined ? "" : `\n${verdict(out, ["the source", "the target"], comparison)}\n`,
    `${summary(report)}\n`,
  ].join("");
}

function stopText(out: Output, { code, message }: Stop): string {
  const reason = code === "ABORTED" ? "interrupted" : message;
  return `${out.style("red", `Stopped: ${reason}.`)}\nRun the same command again, it goes on from here.\n`;
}

/** `source 19 · copied 15 · equal 0 · set aside 4 · lost 0`; what is rare shows only when it is there. */
function summary(report: Report): string {
  const { comparison } = report;
  const always: readonly (readonly [string, number | undefined])[] = [
    ["source", comparison?.a.records],
    ["copied", report.created.records],
    ["equal", report.equal.records],
    ["set aside", report.setAside.count],
  ];
  const rare = (
    [
      ["overwritten", report.overwritten.records],
      ["left behind", report.leftBehind.count],
      ["different", report.different.count],
      ["failed", report.failed.count],
    ] as const
  ).filter(([, count]) => count > 0);
  return [...always, ...rare, ["lost", comparison?.missing.count] as const]
    .flatMap(([name, count]) => (count === undefined ? [] : `${name} ${formatCount(count)}`))
    .join(" · ");
}
