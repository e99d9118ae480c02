/** A key that every backend refuses, with what its message must name. Plain JSON. */
export interface IllegalKey {
  readonly id: string;
  readonly title: string;
  /** Not typed as a key: some are no arrays of strings. */
  readonly key: unknown;
  /** A part of the error message that says what is wrong. */
  readonly says: string;
  /** Refused as a key, but legal as the prefix of a listing. */
  readonly legalPrefix?: true;
}

export const illegalKeys: readonly IllegalKey[] = [
  { id: "NOKEY-001", title: "an empty key", key: [], says: "empty", legalPrefix: true },
  { id: "NOKEY-002", title: "an empty segment", key: [""], says: "is empty" },
  { id: "NOKEY-003", title: "an empty segment in front", key: ["", "a"], says: "is empty" },
  { id: "NOKEY-004", title: "an empty segment inside", key: ["a", "", "b"], says: "is empty" },
  { id: "NOKEY-005", title: "an empty segment at the end", key: ["a", ""], says: "is empty" },
  { id: "NOKEY-006", title: "one dot", key: ["."], says: '"."' },
  { id: "NOKEY-007", title: "two dots", key: [".."], says: '".."' },
  { id: "NOKEY-008", title: "two dots inside a key", key: ["a", "..", "b"], says: '".."' },
  { id: "NOKEY-009", title: "a way out of the store", key: ["..", "..", "etc", "passwd"], says: '".."' },
  { id: "NOKEY-010", title: "three dots", key: ["..."], says: '"..."' },
  { id: "NOKEY-011", title: "a leading dot", key: [".hidden"], says: '".hidden"' },
  { id: "NOKEY-012", title: "a leading dot further down", key: ["a", ".git"], says: '".git"' },
  { id: "NOKEY-013", title: "a segment that ends with .json", key: ["a.json"], says: '"a.json"' },
  { id: "NOKEY-014", title: "a folder that ends with .json", key: ["a.json", "b"], says: '"a.json"' },
  { id: "NOKEY-015", title: "a segment that is only .json", key: [".json"], says: '".json"' },
  { id: "NOKEY-016", title: "a slash", key: ["a/b"], says: '"a/b"' },
  { id: "NOKEY-017", title: "a leading slash", key: ["/a"], says: '"/a"' },
  { id: "NOKEY-018", title: "a trailing slash", key: ["a/"], says: '"a/"' },
  { id: "NOKEY-019", title: "a step upwards in one segment", key: ["../a"], says: '"../a"' },
  { id: "NOKEY-020", title: "a backslash", key: ["a\\b"], says: "a\\\\b" },
  { id: "NOKEY-021", title: "a NUL", key: ["a\u0000b"], says: "control" },
  { id: "NOKEY-022", title: "a line feed", key: ["a\nb"], says: "control" },
  { id: "NOKEY-023", title: "a tab", key: ["\t"], says: "control" },
  { id: "NOKEY-024", title: "an escape character", key: ["\u001b[2J"], says: "control" },
  { id: "NOKEY-025", title: "DEL", key: ["a\u007f"], says: "control" },
  { id: "NOKEY-026", title: "a control character above ASCII", key: ["a\u0085b"], says: "control" },
  { id: "NOKEY-027", title: "a lone high surrogate", key: ["a\ud800"], says: "surrogate" },
  { id: "NOKEY-028", title: "a lone low surrogate", key: ["\udc00a"], says: "surrogate" },
  { id: "NOKEY-029", title: "surrogates in the wrong order", key: ["\udc00\ud800"], says: "surrogate" },
  { id: "NOKEY-030", title: "a segment of 251 bytes", key: ["a".repeat(251)], says: "251 bytes" },
  { id: "NOKEY-031", title: "126 characters of 252 bytes", key: ["\u00e9".repeat(126)], says: "252 bytes" },
  { id: "NOKEY-032", title: "seventeen segments", key: [..."abcdefghijklmnopq"], says: "17 segments" },
  {
    id: "NOKEY-033",
    title: "a name of 901 bytes",
    key: ["a", "b", "c"].map((s) => s.repeat(250)).concat("d".repeat(143)),
    says: "901 bytes",
  },
  { id: "NOKEY-034", title: "a string instead of a key", key: "a", says: "string" },
  { id: "NOKEY-035", title: "null instead of a key", key: null, says: "null" },
  { id: "NOKEY-036", title: "a number instead of a key", key: 7, says: "number" },
  { id: "NOKEY-037", title: "an object instead of a key", key: { 0: "a", length: 1 }, says: "object" },
  { id: "NOKEY-038", title: "a number as a segment", key: ["a", 7], says: "number" },
  { id: "NOKEY-039", title: "null as a segment", key: ["a", null], says: "null" },
  { id: "NOKEY-040", title: "a key as a segment", key: [["a"]], says: "object" },
  { id: "NOKEY-041", title: "a key below the marker", key: ["migration", "x"], says: "marker", legalPrefix: true },
];
