import { compareNames, type Range } from "@stowage/core";
import type { SqliteValue } from "./database.ts";

/** SQLite orders every text before every blob. */
const behindAllNames = Uint8Array.of(0);

/** The bounds of a range, both exclusive, for `name > ? AND name < ?`. */
export function boundsOf({ prefix, after, before }: Range): readonly [low: SqliteValue, high: SqliteValue] {
  const low = after !== undefined && compareNames(after, prefix) > 0 ? after : prefix;
  // "0" is the character behind "/", so this name comes behind all that start with the prefix.
  const end = prefix === "" ? undefined : `${prefix.slice(0, -1)}0`;
  if (before !== undefined && (end === undefined || compareNames(before, end) < 0)) return [low, before];
  return [low, end ?? behindAllNames];
}

/** What is left of a range behind a name. */
export function rangeBehind(range: Range, name: string): Range {
  return range.reverse ? { ...range, before: name } : { ...range, after: name };
}
