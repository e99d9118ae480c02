import type { Level } from "../levels.ts";
import { escapeXml } from "./escape.ts";
import type { TargetReport } from "./report.ts";

/** White text on each of these has a contrast of at least 4.5. */
const colours: Readonly<Record<Level | "skipped" | "partial", string>> = {
  full: "#1a7f37",
  concurrent: "#2c7a1f",
  durable: "#4d7000",
  core: "#8a6100",
  none: "#c4312a",
  partial: "#5c6670",
  skipped: "#5c6670",
};

/** Widths in Verdana at 11 px, in tenths of a pixel: narrow, usual, and wide letters. An image has no way to measure. */
const widths: readonly (readonly [letters: RegExp, width: number])[] = [
  [/[fijlrt1 .,:'|!()-]/, 44],
  [/[mwMW]/, 98],
  [/[A-Z]/, 76],
];
const usualWidth = 66;
const margin = 6;
const height = 20;

/** An image for a README, on its own: the contract's version and the level that was reached. */
export function badge(target: TargetReport): string {
  const left = "stowage contract 1";
  const { right, colour } = rightOf(target);
  const [leftWidth, rightWidth] = [left, right].map((text) => widthOf(text) + 2 * margin) as [number, number];
  const width = leftWidth + rightWidth;
  const label = escapeXml(`${target.name}: ${left}, ${right}`);
  const text = (x: number, words: string): string =>
    `<text x="${x}" y="15" fill="#010101" fill-opacity=".3" aria-hidden="true">${escapeXml(words)}</text>` +
    `<text x="${x}" y="14">${escapeXml(words)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img" aria-label="${label}">
<title>${label}</title>
<linearGradient id="s" x2="0" y2="100%"><stop offset="0" stop-color="#bbb" stop-opacity=".1"/><stop offset="1" stop-opacity=".1"/></linearGradient>
<clipPath id="r"><rect width="${width}" height="${height}" rx="3" fill="#fff"/></clipPath>
<g clip-path="url(#r)">
<rect width="${leftWidth}" height="${height}" fill="#444"/>
<rect x="${leftWidth}" width="${rightWidth}" height="${height}" fill="${colour}"/>
<rect width="${width}" height="${height}" fill="url(#s)"/>
</g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
${text(leftWidth / 2, left)}
${text(leftWidth + rightWidth / 2, right)}
</g>
</svg>
`;
}

function rightOf({ status, grade, counts, results }: TargetReport): {
  readonly right: string;
  readonly colour: string;
} {
  if (status === "skipped") return { right: "not tested", colour: colours.skipped };
  if (grade !== undefined) return { right: grade.level, colour: colours[grade.level] };
  if (results.length === 0) return { right: "none", colour: colours.none };
  if (counts.failed > 0) return { right: `${counts.failed} failed`, colour: colours.none };
  return { right: `${counts.passed} passed`, colour: colours.partial };
}

function widthOf(text: string): number {
  const tenths = [...text].map((letter) => widths.find(([letters]) => letters.test(letter))?.[1] ?? usualWidth);
  return Math.round(tenths.reduce((sum, width) => sum + width, 0) / 10);
}
