import { chapters, type Law } from "./laws.ts";
import { h, type Markup } from "./markup.ts";
import type { CaseStatus, Counts, ReportedCase, TargetReport } from "./report.ts";
import { countOf } from "./words.ts";

/** Shapes, since colours alone don't tell everybody. */
const marks: Readonly<Record<CaseStatus, string>> = { passed: "✓", failed: "✕", gap: "!", skipped: "–" };
const words: Readonly<Record<CaseStatus, string>> = {
  passed: "passed",
  failed: "failed",
  gap: "known to fail",
  skipped: "skipped",
};
/** From what matters most down. */
const statuses: readonly CaseStatus[] = ["failed", "gap", "skipped", "passed"];

/** Laws against adapters; a cell leads to the cases of its law. */
export function matrixSection(targets: readonly TargetReport[]): Markup {
  const isPresent = ({ id }: Law): boolean => targets.some(({ results }) => results.some(({ law }) => law === id));
  return h`<section id="laws"><h2>Laws</h2>
<ul class="key">${statuses.map((status) => h`<li class="${status}"><span class="mark ${status}" aria-hidden="true">${marks[status]}</span> ${words[status]}</li>`)}</ul>
<div class="scroll" role="region" aria-label="Laws and adapters" tabindex="0"><table class="matrix">
<thead><tr><td></td>${targets.map(({ name }) => h`<th scope="col">${name}</th>`)}</tr></thead>
${chaptersOf(targets).map(
  ({ title, laws }) => h`<tbody>
<tr class="chapter"><th scope="rowgroup" colspan="${targets.length + 1}"><span>${title}</span></th></tr>
${laws.filter(isPresent).map((law) => row(law, targets))}</tbody>`,
)}
</table></div>
</section>`;
}

function row({ id, title }: Law, targets: readonly TargetReport[]): Markup {
  return h`<tr><th scope="row"><a href="#law-${id}"><b>${id}</b> ${title}</a></th>
${targets.map((target) => cell(id, target))}</tr>`;
}

function cell(law: string, { results, name }: TargetReport): Markup {
  const counts = { passed: 0, failed: 0, skipped: 0, gap: 0 };
  for (const one of results) if (one.law === law) counts[one.status]++;
  const worst = worstOf(counts);
  if (worst === undefined) return h`<td></td>`;
  const said = statuses.filter((status) => counts[status] > 0).map((status) => `${counts[status]} ${words[status]}`);
  const others = statuses.filter((status) => status !== worst && counts[status] > 0);
  return h`<td class="${worst}"><a href="#law-${law}" title="${name}: ${said.join(", ")}"><span aria-hidden="true"><b>${marks[worst]}</b> ${countOf(counts[worst])}${others.map(
    (status) => h` <small class="${status}">${marks[status]} ${countOf(counts[status])}</small>`,
  )}</span><span class="aside">${said.join(", ")}</span></a></td>`;
}

/** What decides how a cell looks. Skipped cases among passed ones are no blemish. */
function worstOf(counts: Counts): CaseStatus | undefined {
  if (counts.failed > 0) return "failed";
  if (counts.gap > 0) return "gap";
  if (counts.passed > 0) return "passed";
  return counts.skipped > 0 ? "skipped" : undefined;
}

/** What shows under a pointer is no place for a long message. */
const titleMax = 500;

interface Row {
  readonly id: string;
  readonly title: string;
  readonly ended: readonly { readonly name: string; readonly result: ReportedCase }[];
}

/** Every case, law by law, with a filter. */
export function casesSection(targets: readonly TargetReport[]): Markup {
  const laws = chaptersOf(targets).flatMap((chapter) => chapter.laws);
  return h`<section id="cases"><h2>Cases</h2>
<form class="filter" role="search" hidden>
<label>Search <input type="search" name="words" autocomplete="off" placeholder="id or words"></label>
<label>Show <select name="status"><option value="">all</option>${statuses.map((status) => h`<option value="${status}">${words[status]}</option>`)}</select></label>
<output></output>
</form>
${laws.map((law) => lawCases(law, targets))}
</section>`;
}

function lawCases({ id, title }: Law, targets: readonly TargetReport[]): Markup | undefined {
  const rows = rowsOf(id, targets);
  if (rows.length === 0) return undefined;
  return h`<details class="law"><summary><b>${id}</b> ${title} <small>${countOf(rows.length)} ${rows.length === 1 ? "case" : "cases"}</small></summary>
<ul id="law-${id}">${rows.map((one) => caseLine(one, targets.length))}</ul>
</details>`;
}

function rowsOf(law: string, targets: readonly TargetReport[]): readonly Row[] {
  const rows = new Map<string, { id: string; title: string; ended: { name: string; result: ReportedCase }[] }>();
  for (const { name, results } of targets) {
    for (const result of results.filter((one) => one.law === law)) {
      const { id, title } = result;
      const known = rows.get(id) ?? { id, title, ended: [] };
      rows.set(id, known);
      known.ended.push({ name, result });
    }
  }
  return [...rows.values()];
}

function caseLine({ id, title, ended }: Row, targetCount: number): Markup {
  const found = statuses.filter((status) => ended.some(({ result }) => result.status === status));
  return h`<li data-status="${found.join(" ")}"><code>${id}</code><span>${title}</span><span class="marks">${found.map(
    (status) => chip(status, ended, targetCount),
  )}</span></li>`;
}

/** Adapters that ended alike are told together. */
function chip(status: CaseStatus, ended: Row["ended"], targetCount: number): Markup {
  const such = ended.filter(({ result }) => result.status === status);
  const names = such.map(({ name }) => name).join(", ");
  const told = such.map(({ name, result: { reason, message = words[status] } }) => `${name}: ${reason ?? message}`);
  const label = such.length === targetCount && targetCount > 1 ? "all" : names;
  return h`<span class="chip ${status}" title="${told.join("\n").slice(0, titleMax)}"><span aria-hidden="true">${marks[status]}</span> ${label}</span>`;
}

/** The contract's chapters, and one more where a harness has cases about laws that are none of the contract's. */
function chaptersOf(
  targets: readonly TargetReport[],
): readonly { readonly title: string; readonly laws: readonly Law[] }[] {
  const known = new Set(chapters.flatMap(({ laws }) => laws.map(({ id }) => id)));
  const others = new Set(
    targets.flatMap(({ results }) => results.map(({ law }) => law)).filter((law) => !known.has(law)),
  );
  if (others.size === 0) return chapters;
  return [...chapters, { title: "Laws of its own", laws: [...others].sort().map((id) => ({ id, title: "" })) }];
}
