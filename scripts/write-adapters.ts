// Writes the table of the adapters in docs/conformance.md from what was measured:
//   pnpm conformance --profile quick --out .conformance/quick
//   pnpm conformance
//   pnpm adapters
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  byReason,
  levelOf,
  onTrust,
  type Report,
  runLine,
  shortfall,
  type TargetReport,
  timeOf,
} from "@stowage/conformance/report";

const root = join(import.meta.dirname, "..");
const pageFile = join(root, "docs/conformance.md");

function reportAt(folder: string): Report {
  // The cast: it is what the command line has written.
  return JSON.parse(readFileSync(join(root, folder, "report.json"), "utf8")) as Report;
}

function rowOf(target: TargetReport, quick: TargetReport | undefined): string {
  const { passed, failed, skipped, gap } = target.counts;
  const times = [quick === undefined ? "" : timeOf(quick.durationMs), timeOf(target.durationMs)];
  const cells = [target.name, levelOf(target), passed, failed, skipped, gap, ...times];
  return `| ${cells.join(" | ")} |`;
}

/** Why cases were skipped, why a level is not the next one, and what of it was not seen: nothing stays unexplained. */
function explained(target: TargetReport): readonly string[] {
  const missing = shortfall(target);
  const trust = onTrust(target);
  return [
    `- **${target.name}**${missing === undefined ? "" : ` is not of the next level: ${missing}`}`,
    ...(trust === undefined ? [] : [`  - taken on trust: ${trust}`]),
    ...byReason(target.results, "gap").map(({ reason, ids }) => `  - known gap ${ids}: ${reason}`),
    ...byReason(target.results, "skipped").map(({ reason, ids }) => `  - skipped ${ids}: ${reason}`),
  ];
}

const quick = reportAt(".conformance/quick");
const full = reportAt(".conformance");
const rows = full.targets.map((target) =>
  rowOf(
    target,
    quick.targets.find(({ name }) => name === target.name),
  ),
);
const text = `<!-- adapters -->

Measured on ${full.date.slice(0, 10)} by \`pnpm conformance\`: ${runLine(full)}; cases of an adapter's own are counted with the
suite's. The last two columns are the times that the profiles \`quick\` and \`full\` took.

| adapter | level | passed | failed | skipped | known gaps | quick | full |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join("\n")}

Every case that was skipped, with the reason:

${full.targets.flatMap(explained).join("\n")}

<!-- /adapters -->`;
const page = readFileSync(pageFile, "utf8");
writeFileSync(
  pageFile,
  page.replace(/<!-- adapters -->[^]*<!-- \/adapters -->/, () => text),
);
