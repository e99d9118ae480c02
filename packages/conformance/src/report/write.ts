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
  badge: ({ targets }) => {
    const names = badgeNames(targets);
    return targets.map((target, i) => ({ name: `${names[i]}.svg`, content: badge(target) }));
  },
};

export const reportForms: readonly ReportForm[] = Object.freeze(Object.keys(writers) as ReportForm[]);

/** The files of a report in one form: one, or for badges one for each backend. */
export function reportFiles(report: Report, form: ReportForm): readonly ReportFile[] {
  return writers[form](report);
}

/** A name is cut behind so many characters: a file system takes no more than 255, and people read fewer. */
const nameMax = 60;

/** `badge-s3`, and no two alike. */
function badgeNames(targets: readonly TargetReport[]): readonly string[] {
  const taken = new Set<string>();
  return targets.map(({ name }) => {
    const words = name.toLowerCase().match(/[a-z\d]+/g) ?? ["target"];
    const base = `badge-${words.join("-").slice(0, nameMax)}`;
    let free = base;
    for (let count = 2; taken.has(free); count++) free = `${base}-${count}`;
    taken.add(free);
    return free;
  });
}
