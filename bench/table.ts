import type { Result } from "./measure.ts";

/** The results as a Markdown table. */
export function table(results: readonly Result[]): string {
  const head = ["operation", "raw p50", "Stowage p50", "raw ops/s", "Stowage ops/s", "ratio", "lowest to highest"];
  const rows = results.map(({ case: name, raw, stowage, ratio }) => [
    name,
    time(raw.p50Us),
    time(stowage.p50Us),
    rate(raw.opsPerSecond),
    rate(stowage.opsPerSecond),
    ratio.median.toFixed(2),
    `${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}`,
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] as string).length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

function time(us: number): string {
  return us < 1_000 ? `${us.toFixed(us < 100 ? 1 : 0)} µs` : `${(us / 1_000).toFixed(us < 100_000 ? 1 : 0)} ms`;
}

function rate(opsPerSecond: number): string {
  return opsPerSecond < 100 ? opsPerSecond.toFixed(1) : Math.round(opsPerSecond).toLocaleString("en");
}
