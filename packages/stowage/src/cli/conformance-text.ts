import type { Report, ReportedCase, TargetReport } from "@stowage/conformance/report";
import { formatCount, formatDuration, printable } from "./format.ts";
import type { Output } from "./io.ts";
import { renderTable } from "./table.ts";

type Style = Parameters<Output["style"]>[0];

/** What of the suite's package the texts are made with: it is loaded only when it is needed. */
export type Words = Pick<
  typeof import("@stowage/conformance/report"),
  "byReason" | "inBrief" | "isGood" | "levelOf" | "onTrust" | "runLine" | "shortfall" | "verdictOf"
>;

/** So many failures are shown in full; of the others the ids. */
const shownMax = 20;
/** And so many lines of each message. */
const linesMax = 40;

/** Everything about one target. */
export function targetText(out: Output, words: Words, target: TargetReport): string {
  const { name, place, status, reason = "", results, diagnoses, notices } = target;
  const title = `${out.style("bold", name)}  ${out.style("dim", printable(place))}\n`;
  const say = (label: string, text: string, style: Style = "reset"): string => paragraph(out, label, text, style);
  if (status === "skipped") return `${title}${say("not tested", reason, "yellow")}\n`;
  const why = words.shortfall(target);
  const trust = words.onTrust(target);
  const level = words.levelOf(target);
  const reasons = (kind: "gap" | "skipped", head: string): string =>
    words
      .byReason(results, kind)
      .map(({ reason, ids, count }) => say(`${head} ${formatCount(count)}`, `${reason} (${ids})`))
      .join("");
  return [
    title,
    `  ${countsLine(out, target)}\n`,
    say("level", why === undefined ? level : `${level}; no more, since ${why}`, "bold"),
    trust === undefined ? "" : say("taken on trust", trust),
    ...notices.map((notice) => say("note", notice)),
    ...diagnoses.map(({ sentence }) => say("diagnosis", sentence, "yellow")),
    reasons("gap", "known gap"),
    reasons("skipped", "skipped"),
    failuresText(
      out,
      words,
      results.filter((one) => one.status === "failed"),
    ),
    "\n",
  ].join("");
}

function countsLine(out: Output, { counts, durationMs }: TargetReport): string {
  const { passed, failed, skipped, gap } = counts;
  const parts = [
    out.style(failed === 0 ? "green" : "reset", `${formatCount(passed)} passed`),
    out.style(failed > 0 ? "red" : "reset", `${formatCount(failed)} failed`),
    `${formatCount(skipped)} skipped`,
    ...(gap > 0 ? [`${formatCount(gap)} known ${gap === 1 ? "gap" : "gaps"}`] : []),
    `in ${formatDuration(durationMs)}`,
  ];
  return parts.join(" · ");
}

function failuresText(out: Output, { inBrief }: Words, failures: readonly ReportedCase[]): string {
  const shown = failures.slice(0, shownMax).map(({ id, law, title, message = "", trace, again = "" }) => {
    return [
      `\n${paragraph(out, `failed ${id} (${law})`, title, "red")}`,
      linesOf(out, message, linesMax),
      trace === undefined ? "" : linesOf(out, originOf(trace), linesMax),
      `    again: ${again}\n`,
    ].join("");
  });
  const others = failures.slice(shownMax).map(({ id }) => id);
  if (others.length === 0) return shown.join("");
  return `${shown.join("")}\n${fitted(out, `  and ${formatCount(others.length)} more: ${inBrief(others)}`, "    ")}\n`;
}

/** The first lines of a text, below what they belong to. */
function linesOf(out: Output, text: string, max: number): string {
  const lines = text.split("\n");
  const shown = lines.slice(0, max).map((line) => fitted(out, `      ${visible(line)}`.trimEnd(), "        "));
  const rest = lines.length - max;
  return [...shown, ...(rest > 0 ? [`      … and ${formatCount(rest)} more lines`] : []), ""].join("\n");
}

/** Where an error was made, and what caused it and where: of each the first frame. The reports have them all. */
function originOf(trace: string): string {
  const lines = trace.split("\n");
  const isHead = (line: string | undefined): boolean => line?.startsWith("caused by") ?? true;
  return lines.filter((line, i) => isHead(line) || isHead(lines[i - 1])).join("\n");
}

/** A labelled sentence or two, in lines that fit a terminal. */
function paragraph(out: Output, label: string, text: string, style: Style): string {
  const head = `  ${visible(label)}: `;
  const lines = fitted(out, head + visible(text), "    ");
  return `${out.style(style, lines.slice(0, head.length - ": ".length))}${lines.slice(head.length - ": ".length)}\n`;
}

/** Makes those characters visible, too, that have no picture: whether something is right may turn on them. */
function visible(text: string): string {
  return printable(text).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** Breaks a text between words where a terminal is too narrow for it; a word that is longer than a line stays whole. */
function fitted(out: Output, text: string, indent: string): string {
  if (!out.isTerminal) return text;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\S) /)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || longer.length <= out.columns) line = longer;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line].join("\n");
}

/** All targets in a table, if they are several, and the verdict. */
export function reportText(out: Output, words: Words, report: Report): string {
  const { targets } = report;
  const columns = [
    { title: "adapter" },
    { title: "level" },
    { title: "passed", align: "right" },
    { title: "failed", align: "right" },
    { title: "skipped", align: "right" },
    { title: "gaps", align: "right", isExtra: true },
    { title: "time", align: "right", isExtra: true },
  ] as const;
  const rows = targets.map((target) => {
    const { name, counts, durationMs, status } = target;
    const { passed, failed, skipped, gap } = counts;
    const time = status === "skipped" ? "" : formatDuration(durationMs);
    return [name, words.levelOf(target), ...[passed, failed, skipped, gap].map(formatCount), time];
  });
  const verdict = words.verdictOf(report);
  return [
    targets.length > 1 ? `${renderTable(out, columns, rows, false)}\n` : "",
    `${out.style(words.isGood(report) ? "green" : "red", fitted(out, verdict, ""))}\n`,
  ].join("");
}
