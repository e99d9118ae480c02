// Writes below each law of docs/contract.md which cases prove it. With --check it changes nothing and fails when the
// document and the suite disagree.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cases, lawsElsewhere } from "@stowage/conformance";

const file = join(import.meta.dirname, "../docs/contract.md");
const written = readFileSync(file, "utf8");
const lead = "  Proven by ";

/** Ids in one line: runs of numbers of one category as `LIST-001–014`. */
function inBrief(ids: readonly string[]): string {
  const runs: { category: string; first: string; last: string }[] = [];
  for (const id of ids.toSorted()) {
    const cut = id.lastIndexOf("-");
    const [category, number] = [id.slice(0, cut), id.slice(cut + 1)];
    const run = runs.at(-1);
    if (run?.category === category && Number(run.last) + 1 === Number(number)) run.last = number;
    else runs.push({ category, first: number, last: number });
  }
  return runs.map(({ category, first, last }) => `${category}-${first}${first === last ? "" : `–${last}`}`).join(", ");
}

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
