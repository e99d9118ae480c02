/** One to sixteen segments: `["message", sessionID, messageID]`. */
export type Key = readonly string[];

/** What a key may measure. Bytes are bytes of UTF-8. */
export interface KeyLimits {
  readonly segments: number;
  readonly segmentBytes: number;
  readonly nameBytes: number;
}

/**
 * The limits of the contract (K1). A segment of 250 bytes plus `.json` is a file name of 255 bytes, the
 * most that common file systems take; a name of 900 bytes leaves room for a prefix in S3's 1,024.
 */
export const keyLimits: KeyLimits = Object.freeze({
  segments: 16,
  segmentBytes: 250,
  nameBytes: 900,
});

/**
 * The name of the marker that stands beside the records: OpenCode's file `migration`. It lies where the folder of keys
 * that begin with this segment would have to be, so there are no such keys.
 */
export const markerName = "migration";

/** What the marker of a new store says: OpenCode 1.1 counts two migrations of its own, and runs none on such a folder. */
export const markerText = "2";

/** Why a store with this marker can't be opened: a newer format wrote it. `undefined` where it can. */
export function markerProblem(marker: string): string | undefined {
  const count = marker.trim();
  // OpenCode takes anything but a number for 0 and counts from there, so only a number tells of a newer layout.
  if (!/^\d+$/.test(count) || Number(count) <= Number(markerText)) return undefined;
  return `a newer format wrote it: its file "${markerName}" says ${count}, and ${markerText} is the last known`;
}

const suffix = ".json";
// Letters, digits, `_` and `-`: what ids and family names are made of. They need no closer look, and a byte each.
const plainSegment = /^[\w-]+$/;
const plainName = /^[\w-]+(?:\/[\w-]+)*\.json$/;
const control = /\p{Cc}/u;

/**
 * Says what is wrong with a key, or `undefined` when it is legal (K1, K2). Never throws: anything may be
 * handed in, also what is no array.
 */
export function keyProblem(key: unknown, limits: KeyLimits = keyLimits): string | undefined {
  if (!Array.isArray(key)) return `a key is an array of strings, got ${typeName(key)}`;
  if (key.length === 0) return "the key is empty";
  if (key.length > 1 && key[0] === markerName) return `the first segment "${markerName}" is the name of the marker`;
  return prefixProblem(key, limits);
}

/** As {@link keyProblem}, for the prefix of a listing, which may be empty. */
export function prefixProblem(prefix: unknown, limits: KeyLimits = keyLimits): string | undefined {
  if (!Array.isArray(prefix)) return `a prefix is an array of strings, got ${typeName(prefix)}`;
  if (prefix.length > limits.segments) {
    return `the key has ${prefix.length} segments, at most ${limits.segments} are allowed`;
  }
  let bytes = suffix.length + prefix.length - 1;
  for (const segment of prefix as readonly unknown[]) {
    if (typeof segment !== "string") return `a segment is a string, got ${typeName(segment)}`;
    const isPlain = plainSegment.test(segment);
    const shape = isPlain ? undefined : shapeProblem(segment);
    if (shape !== undefined) return `the segment ${JSON.stringify(clip(segment))} ${shape}`;
    const size = isPlain ? segment.length : utf8Bytes(segment);
    if (size > limits.segmentBytes) {
      return `the segment ${JSON.stringify(clip(segment))} has ${size} bytes, at most ${limits.segmentBytes} are allowed`;
    }
    bytes += size;
  }
  return bytes > limits.nameBytes ? `the name has ${bytes} bytes, at most ${limits.nameBytes} are allowed` : undefined;
}

function shapeProblem(segment: string): string | undefined {
  if (segment === "") return "is empty";
  if (segment === "." || segment === "..") return "is a path step";
  if (segment.startsWith(".")) return 'starts with "."';
  if (segment.endsWith(suffix)) return `ends with "${suffix}"`;
  if (segment.includes("/")) return 'holds "/"';
  if (segment.includes("\\")) return 'holds "\\"';
  if (control.test(segment)) return "holds a control character";
  if (!segment.isWellFormed()) return "holds a lone surrogate";
  return undefined;
}

/** The name of a legal key: the same path in every backend. Check the key first; this does not. */
export function nameOf(key: Key): string {
  return joined(key) + suffix;
}

/** What every name below a legal prefix starts with: `""` for the empty prefix, else it ends with `/`. */
export function namePrefixOf(prefix: Key): string {
  return prefix.length === 0 ? "" : joined(prefix) + "/";
}

/** By the array's own method: an object that brings another `join` must not choose a name that nobody checked. */
function joined(segments: Key): string {
  return Array.prototype.join.call(segments, "/");
}

/** The key of a name, or `undefined` when no legal key has it: the file is no record. */
export function keyOf(name: string): Key | undefined {
  if (!name.endsWith(suffix)) return undefined;
  const key = name.slice(0, -suffix.length).split("/");
  // Every listing comes through here with every name, and nearly all are like this. What is as short as this can't
  // have a segment that is too long.
  const isPlain = name.length <= keyLimits.segmentBytes && key.length <= keyLimits.segments && plainName.test(name);
  if (isPlain && key[0] !== markerName) return key;
  return keyProblem(key) === undefined ? key : undefined;
}

/**
 * Orders names by their UTF-8 bytes (K4). JavaScript's `<` compares UTF-16 units, which differs where a
 * surrogate pair (U+10000 and above) meets U+E000–U+FFFF: there the pair must sort last.
 */
export function compareNames(a: string, b: string): number {
  // Nearly all names: no unit of the one can be where the orders differ, and the engine compares memory.
  if (!surrogatesAndBehind.test(a)) return a < b ? -1 : a > b ? 1 : 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

const surrogatesAndBehind = /[\ud800-\uffff]/;

/** Orders legal keys as every listing does: by the UTF-8 bytes of their names. */
export function compareKeys(a: Key, b: Key): number {
  return compareNames(nameOf(a), nameOf(b));
}

/** Lifts surrogates above all other units, which puts them where their four UTF-8 bytes belong. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Bytes of a string in UTF-8, without encoding it. A lone surrogate counts as the three bytes of U+FFFD. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text.charCodeAt(i + 1))) {
      // Two units become four bytes.
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function typeName(value: unknown): string {
  return value === null ? "null" : typeof value;
}
