import { badge } from "./badge.ts";
import { html } from "./html.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import type { Report, TargetReport } from "./report.ts";

/** How a report can be written. */
export type ReportForm = "json" | "junit" | "html" | "md" | "badge";

export interface ReportFile {
  /** Without a folder: `"report.html"`. */
  readonly name: string;
  readonly content: string;
}

const writers: Readonly<Record<ReportForm, (report: Report) => readonly ReportFile[]>> = {
  json: (report) => [{ name: "report.json", content: `${JSON.stringify(report, null, 2)}\n` }],
  junit: (report) => [{ name: "junit.xml", content: junit(report) }],
  html: (report) => [{ name: "report.html", content: html(report) }],
  md: (report) => [{ name: "report.md", content: markdown(report) }],
  badge: ({ targets }) => targets.map((target) => ({ name: badgeName(target), content: badge(target) })),
};

export const reportForms: readonly ReportForm[] = Object.freeze(Object.keys(writers) as ReportForm[]);

/** The files of a report in one form: one, or for badges one for each backend. */
export function reportFiles(report: Report, form: ReportForm): readonly ReportFile[] {
  return writers[form](report);
}

/** `badge-s3.svg` */
function badgeName({ name }: TargetReport): string {
  return `badge-${name
    .toLowerCase()
    .replace(/[^a-z\d]+/g, "-")
    .replace(/^-|-$/g, "")}.svg`;
}
