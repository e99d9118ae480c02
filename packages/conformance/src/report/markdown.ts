import { printable } from "./escape.ts";
import type { Report, TargetReport } from "./report.ts";
import { allOf, byReason, countOf, levelOf, onTrust, runLine, shortfall, timeOf, verdictOf } from "./words.ts";

/** A table and what lies behind it, for a pull request or a document. */
export function markdown(report: Report): string {
  const { targets, date } = report;
  return [
    `# Conformance\n\n${text(verdictOf(report))}\n\n${date.slice(0, 10)}, ${runLine(report)}.\n`,
    tableOf(targets),
    ...targets.flatMap(detailsOf),
  ].join("\n");
}

function tableOf(targets: readonly TargetReport[]): string {
  const rows = targets.map((target) => {
    const { name, counts, durationMs } = target;
    const { passed, failed, skipped, gap } = counts;
    return [
      text(name),
      text(levelOf(target)),
      ...[passed, failed, skipped, gap].map(countOf),
      target.status === "skipped" ? "" : timeOf(durationMs),
    ];
  });
  const head = ["adapter", "level", "passed", "failed", "skipped", "known gaps", "time"];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map((_, column) => (column < 2 ? "---" : "---:"))) + rows.map(line).join("");
}

function detailsOf(target: TargetReport): readonly string[] {
  const { name, place, reason, notices, diagnoses, results, counts } = target;
  const why = shortfall(target);
  const trust = onTrust(target);
  const lines = [
    ...(reason === undefined ? [] : [`Not tested: ${text(reason)}.`]),
    ...(why === undefined ? [] : [`Not the next level: ${text(why)}.`]),
    ...(trust === undefined ? [] : [`Taken on trust: ${text(trust)}.`]),
    ...diagnoses.map(({ sentence, cases }) => text(sentence) + (cases.length > 0 ? ` (${casesOf(cases)})` : "")),
    ...notices.map((notice) => `It says of itself: ${text(notice)}.`),
    ...byReason(results, "gap").map(({ reason, ids }) => `Known gap ${ids}: ${text(reason)}.`),
    ...byReason(results, "skipped").map(({ reason, ids }) => `Skipped ${ids}: ${text(reason)}.`),
  ];
  const failures = results.filter(({ status }) => status === "failed");
  const count = counts.failed === 0 ? "" : `, ${countOf(counts.failed)} of ${countOf(allOf(counts))} failed`;
  return [
    `## ${text(name)}${count}\n\n${code(place)}\n`,
    ...(lines.length > 0 ? [`${lines.map((line) => `- ${line}`).join("\n")}\n`] : []),
    ...failures.map(({ id, law, title, message = "", again = "" }) => {
      return `### ${id} (${law}) ${text(title)}\n\n${block(message)}\n\n${block(again)}\n`;
    }),
  ];
}

function casesOf(ids: readonly string[]): string {
  return ids.length <= 5 ? ids.join(", ") : `${ids.slice(0, 5).join(", ")} and ${ids.length - 5} more`;
}

/** Words that Markdown would take for marks of its own. */
function text(words: string): string {
  return printable(words)
    .replace(/[\\`*_{}[\]<>|#]/g, "\\$&")
    .replaceAll("\n", " ");
}

function code(words: string): string {
  return `\`${printable(words).replaceAll("`", "'").replaceAll("\n", " ")}\``;
}

/** A fence is longer than any that the text holds. */
function block(words: string): string {
  const longest = Math.max(2, ...[...words.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${printable(words)}\n${fence}`;
}
