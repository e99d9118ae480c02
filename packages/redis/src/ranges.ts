import { compareNames, type Range } from "@stowage/core";

/** The ends of a range, for `ZRANGE … BYLEX`. */
export interface Ends {
  readonly low: string | Buffer;
  readonly high: string | Buffer;
}

/** The ends of a range of names, both exclusive. */
export function endsOf({ prefix, after, before }: Range): Ends {
  // "0" is the character behind "/", so this name comes behind all that start with the prefix.
  const end = prefix === "" ? undefined : `${prefix.slice(0, -1)}0`;
  const low = after !== undefined && compareNames(after, prefix) > 0 ? after : prefix;
  const high = before !== undefined && (end === undefined || compareNames(before, end) < 0) ? before : end;
  return { low: low === "" ? "-" : `(${low}`, high: high === undefined ? "+" : `(${high}` };
}

/** What is left of a range behind a name, which is given in bytes: another program's need not be UTF-8. */
export function endsBehind(ends: Ends, name: Buffer, reverse: boolean): Ends {
  const end = Buffer.concat([Buffer.from("("), name]);
  return reverse ? { ...ends, high: end } : { ...ends, low: end };
}
