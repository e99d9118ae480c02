import { utf8Bytes } from "./key.ts";

/** A value that has no JSON text, and why. */
export class NoJson extends Error {
  override readonly name = "NoJson";
  /** Whether there would be a text, but longer than any string. */
  readonly isTooLong: boolean;

  constructor(message: string, options: { readonly cause?: unknown; readonly isTooLong?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.isTooLong = options.isTooLong ?? false;
  }
}

/**
 * The text of a value, as OpenCode writes it: two spaces of indent, no final newline.
 *
 * @throws NoJson for a value that JSON would drop or change at the top, or refuses anywhere.
 */
export function toText(value: unknown): string {
  const problem = topProblem(value);
  if (problem !== undefined) throw new NoJson(problem);
  let text: string | undefined;
  try {
    text = JSON.stringify(value, null, 2);
  } catch (error) {
    // A bigint or a cycle; what a `toJSON` or a getter throws reads no worse. The message spans lines for cycles.
    const isTooLong = error instanceof RangeError && error.message === "Invalid string length";
    throw new NoJson(isTooLong ? "the text is longer than any string" : firstLine(error), { cause: error, isTooLong });
  }
  if (text === undefined) throw new NoJson("toJSON() returned a value that JSON drops");
  // An invalid date, or a number object that holds NaN.
  if (text === "null" && value !== null) throw new NoJson("JSON makes null of it");
  return text;
}

function topProblem(value: unknown): string | undefined {
  if (value === undefined) return "the value is undefined";
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
    return `the value is a ${typeof value}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) return `JSON has no ${value}`;
  return undefined;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] as string;
}

const byteOrderMark = "\uFEFF";

/** Parses a stored text. A byte-order mark before it is ignored, as OpenCode does. @throws SyntaxError */
export function parseText(text: string): unknown {
  return JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text);
}

/** What is wrong with a text that is no JSON. */
export interface Damage {
  /** With the record before it, a sentence: `"breaks off after 12 bytes"`. */
  readonly detail: string;
  /** The first byte that is wrong, which may be the one behind the last. */
  readonly position: number;
  readonly bytes: number;
}

/** What is wrong with a text that {@link parseText} refused. Quotes nothing of it: what a record says is not for logs. */
export function damageOf(text: string): Damage {
  const position = errorPosition(text);
  const bytes = utf8Bytes(text);
  if (bytes === 0) return { detail: "is empty", position, bytes };
  const detail =
    position === bytes ? `breaks off after ${bytes} bytes` : `is not JSON from byte ${position} of ${bytes}`;
  return { detail, position, bytes };
}

/** Where a text stops being JSON, in bytes, for a text that {@link parseText} refused. */
function errorPosition(text: string): number {
  return utf8Bytes(text.slice(0, new Scanner(text).failure()));
}

/** Where bytes stop being UTF-8, given their lossy decoding: the first U+FFFD that the bytes don't spell out. */
export function undecodablePosition(text: string, bytes: Uint8Array): number {
  let position = 0;
  for (const char of text) {
    if (
      char === "\uFFFD" &&
      !(bytes[position] === 0xef && bytes[position + 1] === 0xbf && bytes[position + 2] === 0xbd)
    ) {
      return position;
    }
    position += utf8Bytes(char);
  }
  return position;
}

const literals = ["true", "false", "null"];
// What may begin a number; it is whole when a digit ends it.
const numberStart = /-?(?:0|[1-9]\d*)?(?:(?<=\d)\.\d*)?(?:(?<=\d)[eE][+-]?\d*)?/y;
const digit = /\d/;
const hexDigit = /[\dA-Fa-f]/;
const space = /[ \t\n\r]*/y;

/**
 * Finds the first character that no JSON text can have there. V8's messages give it for some errors only, and other
 * engines word it differently. Runs for damaged records only, so it is plain rather than fast; it keeps its own stack,
 * since a damaged record may nest deeply.
 */
class Scanner {
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith(byteOrderMark) ? 1 : 0;
  }

  failure(): number {
    const closers: string[] = [];
    let wantsValue = true;
    for (;;) {
      this.#skip(space);
      const char = this.#text[this.#at];
      if (char === undefined) return this.#at;
      if (wantsValue) {
        if (char === "{" || char === "[") {
          this.#at++;
          this.#skip(space);
          const closer = char === "{" ? "}" : "]";
          if (this.#text[this.#at] === closer) {
            this.#at++;
            wantsValue = false;
          } else {
            closers.push(closer);
            if (closer === "}" && !this.#member()) return this.#at;
          }
        } else if (!this.#scalar()) return this.#at;
        else wantsValue = false;
      } else if (char === "," && closers.length > 0) {
        this.#at++;
        if (closers.at(-1) === "}" && !this.#member()) return this.#at;
        wantsValue = true;
      } else if (char === closers.at(-1)) {
        closers.pop();
        this.#at++;
      } else return this.#at;
    }
  }

  #scalar(): boolean {
    return this.#string() || this.#literal() || this.#number();
  }

  #literal(): boolean {
    for (const literal of literals) {
      let length = 0;
      while (length < literal.length && this.#text[this.#at + length] === literal[length]) length++;
      this.#at += length;
      if (length > 0) return length === literal.length;
    }
    return false;
  }

  /** A member's name and colon. */
  #member(): boolean {
    this.#skip(space);
    if (!this.#string()) return false;
    this.#skip(space);
    if (this.#text[this.#at] !== ":") return false;
    this.#at++;
    return true;
  }

  #number(): boolean {
    return this.#skip(numberStart) && digit.test(this.#text.charAt(this.#at - 1));
  }

  /** By hand: a pattern with a choice in its loop would exhaust the stack in a text of megabytes. */
  #string(): boolean {
    if (this.#text[this.#at] !== '"') return false;
    for (this.#at++; ; this.#at++) {
      const char = this.#text[this.#at];
      if (char === undefined || char < " ") return false;
      if (char === '"') {
        this.#at++;
        return true;
      }
      if (char === "\\" && !this.#escape()) return false;
    }
  }

  /** Goes to the last character of an escape, or behind what may begin one. */
  #escape(): boolean {
    const char = this.#text.charAt(++this.#at);
    if (char !== "u") return char !== "" && '"\\/bfnrt'.includes(char);
    for (let i = 0; i < 4; i++) {
      if (!hexDigit.test(this.#text.charAt(++this.#at))) return false;
    }
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.#at += found[0].length;
    return found[0].length > 0;
  }
}
