// The page docs/conformance.md, made of the suite and the record of its last whole proof.
import { type BrokenDriver, brokenDrivers, cases, uncoveredCases } from "@stowage/conformance";
import { categoryOf, inBrief } from "@stowage/conformance/report";
import { type ProofRecord, witnesses } from "./proof-record.ts";

/** What the cases of a category are about. */
const categories: Readonly<Record<string, string>> = {
  RECORD: "writing, reading, and removing one record",
  KEY: "legal keys",
  NOKEY: "keys that are refused before any I/O",
  PAIR: "pairs of keys that must keep apart",
  VALUE: "values that come back, text for text",
  NOVALUE: "values that are refused before any I/O",
  LIMIT: "limits, at the limit and a step beyond",
  UPDATE: "atomic edits",
  VERSION: "versions and conditions",
  MANY: "reading many records",
  PREFIX: "removing everything below a prefix",
  BATCH: "many writes and removes, also all or nothing",
  LIST: "listings: order, prefixes, completeness",
  RANGE: "listings: bounds, limits, pages, several prefixes",
  CHANGE: "listings while records change",
  CORRUPT: "damaged records",
  FOREIGN: "files that are no records",
  MARKER: "the texts beside the records",
  HANDLE: "several handles on the same data",
  KEEP: "keeping what was acknowledged while the store fills",
  LIFE: "opening, closing, and what is under way meanwhile",
  CLAIM: "capabilities that must be true both ways",
  ERROR: "errors: codes, messages, causes",
  FAULT: "failures of the backend under each call",
  WRAP: "views: read-only and scoped",
  MOVE: "migrations from and to the backend",
  PROCESS: "several processes at once",
  CRASH: "a process killed at a named point",
  DISK: "errors of the file system at each call",
  POWER: "power cuts",
  LINEAR: "recorded histories that must be linearizable",
  MODEL: "generated operations, compared with a model",
};

/** So many runs of ids are shown in a row of a table. */
const runsMax = 12;
const marks = /<!-- adapters -->[^]*<!-- \/adapters -->/;

/** @param written - the page as it is: what stands between the marks of the adapters is kept. */
export function conformancePage(record: ProofRecord, written: string): string {
  const adapters = marks.exec(written)?.[0] ?? "<!-- adapters -->\n<!-- /adapters -->";
  return [introduction(record), adapters, categoryTable(), brokenTable(record), uncoveredTable(), caseTables(record)]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

function introduction({ trips }: ProofRecord): string {
  const killed = brokenDrivers.filter(({ id, killedBy }) => trips[id]?.includes(killedBy) === true).length;
  const uncovered = Object.keys(uncoveredCases).length;
  const laws = new Set(cases.map(({ law }) => law)).size;
  return `# Conformance

The suite [\`@stowage/conformance\`](../packages/conformance) asks a backend ${cases.length} cases about ${laws} laws of
[the contract](contract.md). This page says how far it can be believed. It is written by \`pnpm proof\`; \`pnpm check\` and the
tests fail when it is not true any more.

## Score

**${killed} of ${brokenDrivers.length} broken drivers are killed by the case that names them.**
${uncovered === 0 ? `Each of the ${cases.length} cases` : `${cases.length - uncovered} of the ${cases.length} cases`} ${uncovered === 0 ? "fails" : "fail"} on a broken driver that the tables below name${uncovered === 0 ? "." : "; the others are listed with the reason."}

A suite that passes says little until it has been seen to fail. So each case is shown a driver, or a store, that is sound but for
one fault, and has to find it. Three things count as an error and end the build:

- a broken driver that survives the case that its entry names: others may fail as well, but the one that was written for the
  law must;
- a case that fails on the sound backend: an alarm that always sounds warns of nothing;
- a case that no broken driver makes fail. One that makes more than a third of all cases fail shows nothing about any one of
  them and does not count, unless its entry names the case. Where nothing can break a case, a reason is recorded, and the reason
  becomes an error as soon as something can.

The faults stand before a sound backend: core's memory driver, one with short texts, and one that denies all that can be
denied; and for what only another process or a disk can show, fs and SQLite, where a fault meets the cases of one category.
[conformance.json](conformance.json) has in full what each makes fail. A case that hangs has failed. A fault
that is not found, since chance has a part in it, is looked for five times, from another seed each time.

## Adapters`;
}

function categoryTable(): string {
  const byCategory = Map.groupBy(cases, ({ id }) => categoryOf(id));
  const rows = [...byCategory].map(([category, some]) => {
    const laws = [...new Set(some.map(({ law }) => law))].toSorted();
    return [category, wordsOf(category), String(some.length), laws.join(" ")];
  });
  return `## Categories\n\n${table(["ids", "about", "cases", "laws"], rows)}`;
}

function brokenTable({ trips }: ProofRecord): string {
  const lawOf = new Map(cases.map(({ id, law }) => [id, law]));
  const sorted = brokenDrivers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const rows = sorted.map(({ id, title, killedBy }) => {
    const ids = trips[id] ?? [];
    return [number(id), title, killedBy, lawOf.get(killedBy) ?? "", String(ids.length), shortened(ids)];
  });
  const heads = ["BROKEN-", "a driver or store that …", "killed by", "law", "fails", "which"];
  return `## Broken drivers\n\n${table(heads, rows)}`;
}

function uncoveredTable(): string {
  const rows = Object.entries(uncoveredCases).map(([id, reason]) => [id, reason]);
  if (rows.length === 0) return "";
  return `## Cases that nothing breaks\n\n${table(["case", "why no broken driver can make it fail"], rows)}`;
}

function caseTables(record: ProofRecord): string {
  const witnessOf = witnesses(record);
  const tables = [...Map.groupBy(cases, ({ id }) => categoryOf(id))].map(([category, some]) => {
    const rows = some.map(({ id, law, title }) => [id, law, title, number(witnessOf.get(id)?.id)]);
    return `### ${category}: ${wordsOf(category)}\n\n${table(["case", "law", "holds", "shown by BROKEN-"], rows)}`;
  });
  return ["## Cases", "Each with a broken driver that makes it fail.", ...tables].join("\n\n");
}

function wordsOf(category: string): string {
  const words = categories[category];
  if (words === undefined) throw new Error(`Cannot write the page: there are no words for the category "${category}"`);
  return words;
}

function number(id: BrokenDriver["id"] | undefined): string {
  return id?.slice("BROKEN-".length) ?? "";
}

function shortened(ids: readonly string[]): string {
  const runs = inBrief(ids).split(", ");
  const more = runs.length > runsMax ? `, and ${runs.length - runsMax} more runs` : "";
  return runs.slice(0, runsMax).join(", ") + more;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(heads), `| ${heads.map(() => "---").join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** A text in which Markdown finds nothing to interpret. Titles hold keys and values, which it would. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|~&$]/g, String.raw`\$&`);
}
