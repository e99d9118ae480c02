import { StorageError } from "./errors.ts";
import { keyLimits, utf8Bytes } from "./key.ts";

/**
 * Maps any string to a legal segment, one to one, so that ids from elsewhere (paths, URLs, e-mail
 * addresses) can be part of a key. What is legal already, except `%`, stays as it is: `ses_1` is `ses_1`,
 * `a/b` is `a%2Fb`, `..` is `%2E.`, the empty string is `%`.
 *
 * @throws StorageError INVALID_KEY when the result would have more than 250 bytes: infinitely many long
 * strings don't fit into finitely many segments. Hash them first.
 */
export function encodeSegment(text: string): string {
  const segment =
    text === ""
      ? "%"
      : text
          .replace(unsafe, encodeUnit)
          .replace(/^\./, "%2E")
          .replace(/\.json$/, "%2Ejson");
  const bytes = utf8Bytes(segment);
  if (bytes > keyLimits.segmentBytes) {
    throw invalid(
      "encode",
      text,
      `the segment would have ${bytes} bytes, at most ${keyLimits.segmentBytes} are allowed`,
    );
  }
  return segment;
}

/**
 * The string that {@link encodeSegment} was given.
 *
 * @throws StorageError INVALID_KEY when `encodeSegment` makes no such segment, so that two spellings of one
 * string never both work.
 */
export function decodeSegment(segment: string): string {
  const text =
    segment === "%"
      ? ""
      : segment.replace(/%u([0-9A-F]{4})|%([0-9A-F]{2})/g, (_, wide, narrow) =>
          String.fromCharCode(Number.parseInt(wide ?? narrow, 16)),
        );
  if (utf8Bytes(segment) > keyLimits.segmentBytes || encodeSegment(text) !== segment) {
    throw invalid("decode", segment, "it is not what encodeSegment makes");
  }
  return text;
}

// Percent itself, both slashes, control characters (Cc), and surrogates without their other half.
const unsafe = /[%/\\\p{Cc}]|\p{Surrogate}/gu;

function encodeUnit(unit: string): string {
  const code = unit.charCodeAt(0);
  return code < 0x100
    ? `%${code.toString(16).toUpperCase().padStart(2, "0")}`
    : `%u${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

function invalid(verb: string, text: string, detail: string): StorageError {
  return new StorageError({ code: "INVALID_KEY", verb, what: JSON.stringify(text), detail });
}
