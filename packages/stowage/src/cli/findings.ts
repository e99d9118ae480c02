import type { Foreign } from "@stowage/core";
import type { Damaged, Failure, Listed, Unreadable } from "@stowage/migrate";
import { formatCount, keyText, printable } from "./format.ts";
import type { Output } from "./io.ts";

const shownMax = 10;

/** The first things of a list under a title, one a line; empty when there are none. */
export function describe<T>(out: Output, title: string, list: Listed<T>, line: (item: T) => string): string {
  if (list.count === 0) return "";
  const shown = list.items.slice(0, shownMax);
  const rest = list.count - shown.length;
  return [
    `\n${out.style("yellow", `${title}: ${formatCount(list.count)}`)}`,
    ...shown.map((item) => `  ${line(item)}`),
    ...(rest > 0 ? [`  … and ${formatCount(rest)} more; --json lists all`] : []),
    "",
  ].join("\n");
}

export function describeDamaged(out: Output, title: string, list: Listed<Damaged>): string {
  return describe(out, title, list, ({ name, reason }) => `${keyText(name)}: ${printable(reason)}`);
}

export function describeUnreadable(out: Output, title: string, list: Listed<Unreadable>): string {
  return describe(out, title, list, ({ name, code, reason }) => `${keyText(name)}: ${code}, ${printable(reason)}`);
}

export function describeFailures(out: Output, title: string, list: Listed<Failure>): string {
  return describe(out, title, list, ({ name, code, message }) => `${keyText(name)}: ${code}, ${printable(message)}`);
}

export function describeNames(out: Output, title: string, list: Listed<string>): string {
  return describe(out, title, list, keyText);
}

export function describeForeign(out: Output, list: Listed<Foreign>): string {
  return describe(
    out,
    "Not records, left alone",
    list,
    ({ path, reason }) => `${printable(path)}: ${printable(reason)}`,
  );
}

/** What the backend has to say about itself, a line each; empty when that is nothing. */
export function noteLines(notices: readonly string[] | undefined, indent = ""): string {
  return (notices ?? []).map((notice) => `${indent}note: ${printable(notice)}\n`).join("");
}

/** The line about OpenCode's `migration` file; empty when there is none. */
export function describeMarker(marker: string | undefined): string {
  return marker === undefined ? "" : `migration marker: ${printable(marker.trim())}\n`;
}
