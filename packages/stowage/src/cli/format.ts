import type { Size } from "@stowage/migrate";
import prettyBytes from "pretty-bytes";

/** `1,525` */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1.96 MB` */
export function formatBytes(bytes: number): string {
  return prettyBytes(bytes);
}

/** `1,525 records` */
export function formatRecords(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "record" : "records"}`;
}

/** `1,525 records (1.96 MB)` */
export function formatSize({ records, bytes }: Size): string {
  return `${formatRecords(records)} (${formatBytes(bytes)})`;
}

/** `0.42 s`, `12 s`, `3 min 5 s` */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A time in ISO 8601, to the minute: `2026-01-10 00:00Z`. */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;
}

/**
 * Makes text from a store fit to be shown: names of foreign files may hold line breaks, or escape sequences that would
 * command the terminal.
 */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A kind as it is shown: the first segment of the keys, if they have more than that one. */
export function kindText(kind: string): string {
  return kind === "" ? "(top level)" : printable(kind);
}

/** The key of a record's name, as it is typed: `session/a/b`. */
export function keyText(name: string): string {
  return printable(name.replace(/\.json$/, ""));
}

/** A word as a POSIX shell takes it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-][\w@%+=:,./~-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
