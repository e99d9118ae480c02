import type { Plan, PlanCounts, Report, Stop } from "@stowage/migrate";
import { comparisonTable, verdict } from "./comparison.ts";
import {
  describe,
  describeDamaged,
  describeFailures,
  describeForeign,
  describeNames,
  describeUnreadable,
  noteLines,
} from "./findings.ts";
import { formatBytes, formatCount, formatDuration, formatRecords, formatSize, kindText, printable } from "./format.ts";
import type { Output } from "./io.ts";
import { renderTable } from "./table.ts";

/** From where to where, as it is shown. */
export interface Ends {
  readonly from: string;
  readonly to: string;
  /** What the target has to say about itself. */
  readonly notices?: readonly string[];
}

/** As wide as what stands before a URL. */
const noteIndent = " ".repeat(5);

/** How a plan is carried out. */
interface Next {
  /** Where damaged records would go, as it is shown. */
  readonly setAside: string;
  readonly isOverwriting: boolean;
  readonly command: string;
}

/** What a migration would do, and the command that does it, if there is anything to do. */
export function planText(
  out: Output,
  ends: Ends & { readonly targetExists: boolean },
  plan: Plan,
  { setAside, isOverwriting, command }: Next,
): string {
  const { source, target } = plan;
  const state = ends.targetExists ? formatRecords(target.records) : "does not exist yet";
  return [
    routeLine(out, "from", `${ends.from} · ${formatSize(source)}`),
    routeLine(out, "to", `${ends.to} · ${state}`),
    noteLines(ends.notices, noteIndent),
    planTable(out, plan),
    describeDamaged(out, `Damaged, to be set aside in ${setAside}`, plan.damaged),
    describeUnreadable(out, "Can't be read in the source, not carried", source.unreadable),
    describeUnreadable(out, "Can't be read in the target", target.unreadable),
    describeNames(out, differentTitle(isOverwriting), plan.different),
    describeFailures(out, "Refused by the target", plan.refused),
    describe(out, "The target can't keep apart", plan.twins, ({ first, second }) =>
      [first, second].map(printable).join(" and "),
    ),
    describeForeign(out, plan.foreign),
    plan.total.extra.records === 0 ? "" : `\nIn the target only, left alone: ${formatSize(plan.total.extra)}\n`,
    nextText(plan, isOverwriting, command),
  ].join("");
}

function routeLine(out: Output, name: "from" | "to", text: string): string {
  return `${out.style("bold", name)}${name === "to" ? "  " : ""} ${text}\n`;
}

function differentTitle(isOverwriting: boolean): string {
  return isOverwriting
    ? "Different in the target, to be overwritten"
    : "Different in the target, left alone without --overwrite";
}

/** The last lines of a plan: the command for what there is to do. */
function nextText({ source, target, total, damaged }: Plan, isOverwriting: boolean, command: string): string {
  const isMarkerNew = source.marker !== undefined && source.marker !== target.marker;
  const isCopying = total.create.records > 0 || isMarkerNew;
  const work = [
    ...(isCopying ? ["copy"] : []),
    ...(isOverwriting && total.different.records > 0 ? ["overwrite"] : []),
    ...(damaged.count > 0 ? ["set the damaged records aside"] : []),
  ];
  const first = "This is a plan: nothing has been written";
  if (work.length === 0) return `\n${first}, and there is nothing to copy.\n`;
  return `\n${first}. To ${new Intl.ListFormat("en").format([...work, "compare"])}:\n  ${command}\n`;
}

function planTable(out: Output, { kinds, total }: Plan): string {
  const columns = [
    { title: "kind" },
    { title: "records", align: "right" },
    { title: "size", align: "right", isExtra: true },
    { title: "to copy", align: "right" },
    { title: "equal", align: "right" },
    { title: "different", align: "right" },
    { title: "damaged", align: "right" },
    ...(total.unreadable.records > 0 ? [{ title: "unreadable", align: "right" } as const] : []),
  ] as const;
  const row = (kind: string, counts: PlanCounts): string[] => [
    kindText(kind),
    formatCount(counts.source.records),
    formatBytes(counts.source.bytes),
    formatCount(counts.create.records),
    formatCount(counts.equal.records),
    formatCount(counts.different.records),
    formatCount(counts.damaged.records),
    ...(total.unreadable.records > 0 ? [formatCount(counts.unreadable.records)] : []),
  ];
  return renderTable(out, columns, [...kinds.map((kind) => row(kind.kind, kind)), row("total", total)], true);
}

/** What a migration did; the tables of the comparison if wanted; the verdict, and one line of counts at the end. */
export function reportText(out: Output, ends: Ends, report: Report, setAside: string, hasTables: boolean): string {
  const ms = Date.parse(report.finishedAt) - Date.parse(report.startedAt);
  const { comparison, stopped } = report;
  return [
    routeLine(out, "from", ends.from),
    routeLine(out, "to", ends.to),
    noteLines(ends.notices, noteIndent),
    `Copied ${formatSize(report.created)} in ${formatDuration(ms)}.\n`,
    report.overwritten.records === 0 ? "" : `Overwrote ${formatSize(report.overwritten)}.\n`,
    report.marker === "different" ? "The target has another migration marker, which was left alone.\n" : "",
    describeDamaged(out, `Damaged, set aside in ${setAside}`, report.setAside),
    describeDamaged(out, "Damaged, in the source only", report.leftBehind),
    describeUnreadable(out, "Can't be read, not carried", report.unreadable),
    describeNames(out, differentTitle(false), report.different),
    describeFailures(out, "Not written", report.failed),
    describeForeign(out, report.foreign),
    stopped === undefined ? "" : `\n${stopText(out, stopped)}`,
    comparison !== undefined && hasTables ? `\n${comparisonTable(out, ["source", "target"], comparison)}` : "",
    comparison === undefined ? "" : `\n${verdict(out, ["the source", "the target"], comparison)}\n`,
    `${summary(report)}\n`,
  ].join("");
}

function stopText(out: Output, { code, message }: Stop): string {
  if (code === "ABORTED") {
    return `${out.style("red", "Stopped: interrupted.")}\nRun the same command again, it goes on from here.\n`;
  }
  const first = mending[code] ?? "Mend the cause";
  return `${out.style("red", `Stopped: ${message}.`)}\n${first} first, then run the same command again: it goes on from here.\n`;
}

/** What has to be done before another run can get further; the message has the details. */
const mending: Readonly<Partial<Record<Stop["code"], string>>> = {
  BUSY: "Wait for whoever holds the store",
  UNAVAILABLE: "Mend the disk, the permissions, or the connection",
};

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
      ["unreadable", report.unreadable.count],
      ["different", report.different.count],
      ["failed", report.failed.count],
    ] as const
  ).filter(([, count]) => count > 0);
  return [...always, ...rare, ["lost", comparison?.missing.count] as const]
    .flatMap(([name, count]) => (count === undefined ? [] : `${name} ${formatCount(count)}`))
    .join(" · ");
}
