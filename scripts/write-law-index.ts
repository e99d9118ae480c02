// Writes below each law of docs/contract.md which cases prove it. With --check it changes nothing and fails when the
// document and the suite disagree.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cases, lawsElsewhere } from "@stowage/conformance";
import { inBrief } from "@stowage/conformance/report";

const file = join(import.meta.dirname, "../docs/contract.md");
const written = readFileSync(file, "utf8");
const lead = "  Proven by ";

function proofOf(law: string): string {
  const ids = cases.filter((one) => one.law === law).map(({ id }) => id);
  if (ids.length > 0) return inBrief(ids);
  const elsewhere = lawsElsewhere[law];
  if (elsewhere === undefined) throw new Error(`no case proves law ${law}, and nothing says why`);
  return `tests outside the suite: ${elsewhere}`;
}

const lines = written.split("\n").filter((line) => !line.startsWith(lead));
const indexed = lines.flatMap((line) => {
  const law = /^- \*\*([A-Z]\d+)\*\* /.exec(line)?.[1];
  return law === undefined ? [line] : [line, `${lead}${proofOf(law)}.`];
});
const text = indexed.join("\n");

if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (text !== written) {
  console.error("docs/contract.md does not name the cases that the suite has: run `pnpm laws`");
  process.exitCode = 1;
}
