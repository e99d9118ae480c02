/** A text in which control characters, which would do who knows what to a terminal or an editor, are written as `\u0000`. */
export function printable(text: string): string {
  return text.replace(/[^\t\n -~\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, escaped);
}

/**
 * A text as it stands in XML and HTML, in an element or in a quoted attribute. What XML can't hold at all (control characters,
 * lone surrogates, U+FFFE) is written as people would: `\u0000`.
 */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r -~\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, escaped)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
