import type { LargeResult } from "./large.ts";
import type { Result } from "./measure.ts";
import type { Trips } from "./wire.ts";

/** The results as a Markdown table; what was asked of servers, where there are any, as a second one. */
export function table(results: readonly Result[]): string {
  const times = markdown(
    ["operation", "raw p50", "Stowage p50", "raw ops/s", "Stowage ops/s", "ratio", "lowest to highest"],
    results.map(({ case: name, raw, stowage, ratio }) => [
      name,
      time(raw.p50Us),
      time(stowage.p50Us),
      rate(raw.opsPerSecond),
      rate(stowage.opsPerSecond),
      ratio.median.toFixed(2),
      `${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}`,
    ]),
  );
  const counted = results.flatMap(({ case: name, trips }) => (trips === undefined ? [] : [[name, ...counts(trips)]]));
  return counted.length === 0 ? times : `${times}\n\n${markdown(["operation", ...countHeads], counted)}`;
}

/** The results of a large store as two Markdown tables. */
export function largeTable({ cases, records, loadMs, listingBytes, bytesPerRecord }: LargeResult): string {
  const operations = markdown(
    ["operation", "raw", "Stowage", "ratio", ...countHeads],
    cases.map(({ case: name, ms, ratio, trips }) => [
      name,
      time(ms.raw * 1_000),
      time(ms.stowage * 1_000),
      ratio.toFixed(2),
      ...(trips === undefined ? countHeads.map(() => "") : counts(trips)),
    ]),
  );
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
  const whole = [
    [`load ${records.toLocaleString("en")} records`, seconds(loadMs.raw), seconds(loadMs.stowage)],
    ["heap during a listing of all keys", megabytes(listingBytes.raw), megabytes(listingBytes.stowage)],
  ];
  if (bytesPerRecord !== undefined) {
    const { raw, stowage } = bytesPerRecord;
    whole.push(["memory of the server for each record", `${raw.toFixed(0)} bytes`, `${stowage.toFixed(0)} bytes`]);
  }
  return `${operations}\n\n${markdown(["whole store", "raw", "Stowage"], whole)}`;
}

const countHeads = ["raw requests", "Stowage requests", "raw round trips", "Stowage round trips"];

function counts({ raw, stowage }: { readonly raw: Trips; readonly stowage: Trips }): string[] {
  return [raw.requests, stowage.requests, raw.roundTrips, stowage.roundTrips].map((count) =>
    count.toLocaleString("en"),
  );
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] as string).length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

function time(us: number): string {
  if (us < 1_000) return `${us.toFixed(us < 100 ? 1 : 0)} µs`;
  if (us < 10_000_000) return `${(us / 1_000).toFixed(us < 100_000 ? 1 : 0)} ms`;
  return `${(us / 1_000_000).toFixed(1)} s`;
}

function rate(opsPerSecond: number): string {
  if (opsPerSecond < 1) return opsPerSecond.toFixed(2);
  return opsPerSecond < 100 ? opsPerSecond.toFixed(1) : Math.round(opsPerSecond).toLocaleString("en");
}
