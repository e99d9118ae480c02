import type { Level } from "../levels.ts";
import { levels } from "../levels.ts";
import { casesSection, matrixSection } from "./html-cases.ts";
import { script, style } from "./html-style.ts";
import { h, type Markup } from "./markup.ts";
import type { Report, ReportedCase, TargetReport } from "./report.ts";
import { byReason, countOf, levelOf, onTrust, runLine, shortfall, timeOf, verdictOf } from "./words.ts";

/** One page that needs nothing else: no script, style, font, or picture from anywhere. */
export function html(report: Report): string {
  const { targets, date } = report;
  const tested = targets.filter(({ status }) => status !== "skipped");
  const page = h`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Conformance of ${targets.map(({ name }) => name).join(", ")}</title>
${style}
</head>
<body>
<header>
<p class="over">Stowage conformance</p>
<h1>${verdictOf(report)}</h1>
<p class="run"><time datetime="${date}">${date.slice(0, 10)} ${date.slice(11, 16)} UTC</time> · ${runLine(report)}</p>
</header>
<main>
<section class="cards" aria-label="Adapters">${targets.map(card)}</section>
${failuresSection(tested)}
${tested.length > 0 && matrixSection(tested)}
${tested.length > 0 && capabilitiesSection(tested)}
${levelsSection()}
${untestedSection(tested)}
${tested.length > 0 && casesSection(tested)}
</main>
${script}
</body>
</html>
`;
  return page.html;
}

function card(target: TargetReport): Markup {
  const { name, place, status, reason, durationMs, notices, diagnoses } = target;
  if (status === "skipped") {
    return h`<article class="card">
<h2>${name}</h2><p class="place">${place}</p>
<p class="level skipped">not tested</p><p class="why">${reason}</p>
</article>`;
  }
  const why = shortfall(target);
  const trust = onTrust(target);
  const level = levelOf(target);
  return h`<article class="card">
<h2>${name}</h2><p class="place">${place}</p>
<p class="level ${status}">${level === "none" ? "no level" : level}</p>
${ladder(target.grade?.level)}
${bar(target)}
${why !== undefined && h`<p class="why"><b>Not ${nextOf(target.grade?.level)}:</b> ${why}</p>`}
${trust !== undefined && h`<p class="why"><b>Taken on trust:</b> ${trust}</p>`}
${diagnoses.length > 0 && h`<ul class="diagnoses">${diagnoses.map(({ sentence }) => h`<li>${sentence}</li>`)}</ul>`}
${notices.length > 0 && h`<details class="notices"><summary>What it says of itself</summary><ul>${notices.map((notice) => h`<li>${notice}</li>`)}</ul></details>`}
<p class="time">${timeOf(durationMs)}</p>
</article>`;
}

function ladder(reached: Level | undefined): Markup | undefined {
  if (reached === undefined) return undefined;
  const height = levels.findIndex(({ level }) => level === reached);
  return h`<ol class="ladder" aria-hidden="true">${levels.map(
    ({ level }, i) => h`<li${i <= height && h` class="on"`}>${level}</li>`,
  )}</ol>`;
}

function nextOf(level: Level | undefined): string {
  return levels[levels.findIndex((step) => step.level === level) + 1]?.level ?? "";
}

function bar({ counts, results }: TargetReport): Markup {
  const parts = [
    ["passed", "passed", counts.passed],
    ["failed", "failed", counts.failed],
    ["gap", counts.gap === 1 ? "known gap" : "known gaps", counts.gap],
    ["skipped", "skipped", counts.skipped],
  ] as const;
  const present = parts.filter(([, , count]) => count > 0);
  return h`<div class="bar" aria-hidden="true">${present.map(
    ([kind, , count]) => h`<i class="${kind}" style="flex-grow:${((count / results.length) * 100).toFixed(2)}"></i>`,
  )}</div>
<ul class="counts">${present.map(([kind, word, count]) => h`<li class="${kind}"><b>${countOf(count)}</b> ${word}</li>`)}</ul>`;
}

function failuresSection(targets: readonly TargetReport[]): Markup | undefined {
  const broken = targets.filter(({ counts }) => counts.failed > 0);
  if (broken.length === 0) return undefined;
  return h`<section id="failures"><h2>Failures</h2>
${broken.map(({ name, results, counts }) => {
  const failures = results.filter(({ status }) => status === "failed");
  return h`<h3>${name} <small>${countOf(counts.failed)} failed</small></h3>
${failures.map((one) => failure(one, failures.length <= 8))}`;
})}
</section>`;
}

function failure({ id, law, title, message, trace, again }: ReportedCase, isOpen: boolean): Markup {
  return h`<details class="failure"${isOpen && h` open`}>
<summary><span class="mark failed" aria-hidden="true">✕</span> <code>${id}</code> <span>${title}</span> <a href="#law-${law}">${law}</a></summary>
<pre tabindex="0">${message}</pre>
${trace !== undefined && h`<details class="trace"><summary>Where it comes from</summary><pre tabindex="0">${trace}</pre></details>`}
<p class="again"><span>Again:</span> <code>${again}</code></p>
</details>`;
}

function capabilitiesSection(targets: readonly TargetReport[]): Markup {
  const rows = [
    ["durability", "a resolved write survives"],
    ["compareAndSwap", "conditions on writes, update"],
    ["compareAndRemove", "conditions on removes"],
    ["atomicBatch", "atomic batches"],
    ["caseSensitive", "names that differ in case"],
    ["watch", "how changes are noticed"],
  ] as const;
  const limits = [
    ["segments", "segments of a key, at most"],
    ["segmentBytes", "bytes of a segment"],
    ["nameBytes", "bytes of a name"],
    ["valueBytes", "bytes of a text"],
  ] as const;
  const line = (field: string, meaning: string, cells: readonly (string | undefined)[]): Markup =>
    h`<tr><th scope="row"><code>${field}</code><small>${meaning}</small></th>${cells.map((cell) => h`<td>${cell}</td>`)}</tr>`;
  return h`<section id="capabilities"><h2>Capabilities</h2>
<div class="scroll" role="region" aria-label="Capabilities" tabindex="0"><table>
<thead><tr><td></td>${targets.map(({ name }) => h`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(([field, meaning]) =>
    line(
      field,
      meaning,
      targets.map(({ capabilities }) => wordOf(capabilities?.[field])),
    ),
  )}
${limits.map(([field, meaning]) =>
  line(
    field,
    meaning,
    targets.map(({ capabilities }) => capabilities && countOf(capabilities.limits[field])),
  ),
)}</tbody>
</table></div>
</section>`;
}

/** Also of what is no word of the contract's, which CLAIM-003 finds. */
function wordOf(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function levelsSection(): Markup {
  return h`<section id="levels"><h2>Levels</h2>
<dl class="levels">${levels.map(({ level, promise }) => h`<div><dt>${level}</dt><dd>${promise}</dd></div>`)}</dl>
</section>`;
}

function untestedSection(targets: readonly TargetReport[]): Markup | undefined {
  const groups = targets.flatMap((target) =>
    (["gap", "skipped"] as const).flatMap((status) => {
      const reasons = byReason(target.results, status);
      return reasons.length === 0 ? [] : [{ name: target.name, status, reasons }];
    }),
  );
  if (groups.length === 0) return undefined;
  return h`<section id="skipped"><h2>Skipped and known to fail</h2>
${groups.map(
  ({ name, status, reasons }) => h`<h3>${name} <small>${status === "gap" ? "known gaps" : "skipped"}</small></h3>
<dl class="reasons">${reasons.map(({ reason, ids }) => h`<div><dt>${reason}</dt><dd>${ids}</dd></div>`)}</dl>`,
)}
</section>`;
}
