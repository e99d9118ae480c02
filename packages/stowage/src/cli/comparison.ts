import type { Comparison } from "@stowage/migrate";
import { describeDamaged, describeNames, describeUnreadable } from "./findings.ts";
import { formatBytes, formatCount, kindText, printable } from "./format.ts";
import type { Output } from "./io.ts";
import { renderTable } from "./table.ts";

/** What the two sides of a comparison are called: `A` and `B`, `source` and `target`. */
export type SideNames = readonly [a: string, b: string];

/** The tables, the digests, what differs, and in the last line the verdict. */
export function comparisonText(out: Output, sides: SideNames, comparison: Comparison): string {
  const { a, b, missing, extra, different } = comparison;
  const [nameA, nameB] = sides;
  return [
    comparisonTable(out, sides, comparison),
    describeDamaged(out, `Damaged in ${nameA}`, a.damaged),
    describeDamaged(out, `Damaged in ${nameB}`, b.damaged),
    describeUnreadable(out, `Can't be read in ${nameA}`, a.unreadable),
    describeUnreadable(out, `Can't be read in ${nameB}`, b.unreadable),
    describeNames(out, `In ${nameA} only`, missing),
    describeNames(out, `In ${nameB} only`, extra),
    describeNames(out, "With different bytes", different),
    `\n${verdict(out, sides, comparison)}\n`,
  ].join("");
}

/** One sentence: identical, or what is not. */
export function verdict(out: Output, [nameA, nameB]: SideNames, comparison: Comparison): string {
  const { a, b, missing, extra, different } = comparison;
  if (comparison.equal) return out.style("green", "Identical: the same names, the same bytes, the same marker.");
  const unreadable = ([name, { unreadable }]: readonly [string, Comparison["a"]]): readonly string[] =>
    unreadable.count > 0 ? [`${formatCount(unreadable.count)} unreadable in ${name}`] : [];
  const parts = [
    ...unreadable([nameA, a]),
    ...unreadable([nameB, b]),
    ...(missing.count > 0 ? [`${formatCount(missing.count)} in ${nameA} only`] : []),
    ...(extra.count > 0 ? [`${formatCount(extra.count)} in ${nameB} only`] : []),
    ...(different.count > 0 ? [`${formatCount(different.count)} with different bytes`] : []),
    ...(a.marker === b.marker ? [] : [`migration marker ${markerText(a.marker)} against ${markerText(b.marker)}`]),
  ];
  if (comparison.result === "ok") {
    const text = `Equal: the same names, the same bytes. ${parts.join(", ")}`;
    return out.style("green", parts.length === 0 ? text.trimEnd() : `${text}, which stays.`);
  }
  if (comparison.result === "incomplete") {
    const text = "Equal but for the damaged records.";
    return out.style("yellow", parts.length === 0 ? text : `${text} (${parts.join(", ")})`);
  }
  return out.style("red", `${comparison.result === "failed" ? "Failed" : "Different"}: ${parts.join(", ")}.`);
}

function markerText(marker: string | undefined): string {
  return marker === undefined ? "none" : `"${printable(marker.trim())}"`;
}

/** What each side holds, and its digest. */
export function comparisonTable(out: Output, sides: SideNames, comparison: Comparison): string {
  const [nameA, nameB] = sides;
  const { kinds, a, b } = comparison;
  const columns = [
    { title: "kind" },
    { title: nameA, align: "right" },
    { title: "size", align: "right", isExtra: true },
    { title: nameB, align: "right" },
    { title: "size", align: "right", isExtra: true },
    { title: "equal", align: "right" },
  ] as const;
  const rows = [...kinds, { kind: "total", a, b, equal: kinds.reduce((sum, { equal }) => sum + equal, 0) }];
  const cells = rows.map((row) => [
    kindText(row.kind),
    formatCount(row.a.records),
    formatBytes(row.a.bytes),
    formatCount(row.b.records),
    formatBytes(row.b.bytes),
    formatCount(row.equal),
  ]);
  return renderTable(out, columns, cells, true) + digestLines(sides, comparison);
}

function digestLines([nameA, nameB]: SideNames, { a, b }: Comparison): string {
  const width = Math.max(nameA.length, nameB.length);
  const line = (name: string, digest = "none: a record could not be read"): string =>
    `${name.padEnd(width)}  ${digest}\n`;
  return line(nameA, a.digest) + line(nameB, b.digest);
}
