import type { Key } from "@stowage/core";

/** Two keys that a careless backend takes for one, or lets stand in each other's way. Plain JSON. */
export interface KeyPair {
  readonly id: string;
  readonly title: string;
  readonly a: Key;
  readonly b: Key;
  /** They differ only in case or in Unicode normalisation, so a backend that folds them may refuse the second. */
  readonly folds?: true;
}

export const keyPairs: readonly KeyPair[] = [
  { id: "PAIR-001", title: "a record and one below it", a: ["a"], b: ["a", "b"] },
  { id: "PAIR-002", title: "a record and one far below it", a: ["a"], b: ["a", "b", "c", "d"] },
  { id: "PAIR-003", title: "a key and one that it starts", a: ["a", "1"], b: ["a", "10"] },
  { id: "PAIR-004", title: "a folder and one that it starts", a: ["a", "x"], b: ["ab", "x"] },
  { id: "PAIR-005", title: "the same letters, split elsewhere", a: ["a", "bc"], b: ["ab", "c"] },
  { id: "PAIR-006", title: "segments turned around", a: ["a", "b"], b: ["b", "a"] },
  { id: "PAIR-007", title: "a dash for a separator", a: ["a", "b"], b: ["a-b"] },
  { id: "PAIR-008", title: "a colon for a separator", a: ["a", "b"], b: ["a:b"] },
  { id: "PAIR-009", title: "a comma for a separator", a: ["a", "b"], b: ["a,b"] },
  { id: "PAIR-010", title: "a dot for a separator", a: ["a", "b"], b: ["a.b"] },
  { id: "PAIR-011", title: "an underscore for a separator", a: ["a", "b"], b: ["a_b"] },
  { id: "PAIR-012", title: "an escaped slash for a separator", a: ["a", "b"], b: ["a%2Fb"] },
  { id: "PAIR-013", title: "an escaped slash in small letters", a: ["a%2Fb"], b: ["a%2fb"], folds: true },
  { id: "PAIR-014", title: "a division slash for a separator", a: ["a", "b"], b: ["a\u2215b"] },
  { id: "PAIR-015", title: "a space and its escape", a: ["a b"], b: ["a%20b"] },
  { id: "PAIR-016", title: "a space and a plus", a: ["a b"], b: ["a+b"] },
  { id: "PAIR-017", title: "a percent sign and its escape", a: ["%"], b: ["%25"] },
  { id: "PAIR-018", title: "a trailing dot", a: ["a"], b: ["a."] },
  { id: "PAIR-019", title: "a trailing space", a: ["a"], b: ["a "] },
  { id: "PAIR-020", title: "a leading space", a: ["a"], b: [" a"] },
  { id: "PAIR-021", title: "one space or two", a: ["a b"], b: ["a  b"] },
  { id: "PAIR-022", title: "a space and a no-break space", a: ["a b"], b: ["a\u00a0b"] },
  { id: "PAIR-023", title: "a zero-width space", a: ["ab"], b: ["a\u200bb"] },
  { id: "PAIR-024", title: "a byte-order mark", a: ["a"], b: ["\ufeffa"] },
  { id: "PAIR-025", title: "a leading zero", a: ["1"], b: ["01"] },
  { id: "PAIR-026", title: "a number and its decimal", a: ["1"], b: ["1.0"] },
  { id: "PAIR-027", title: "numbers beyond 2^53", a: ["9007199254740992"], b: ["9007199254740993"] },
  { id: "PAIR-028", title: "small and capital letters", a: ["key"], b: ["KEY"], folds: true },
  { id: "PAIR-029", title: "small and capital letters of a folder", a: ["dir", "x"], b: ["Dir", "x"], folds: true },
  { id: "PAIR-030", title: "small and capital Greek", a: ["\u03c3"], b: ["\u03a3"], folds: true },
  { id: "PAIR-031", title: "two small sigmas", a: ["\u03c3"], b: ["\u03c2"], folds: true },
  { id: "PAIR-032", title: "i, dotted and dotless", a: ["i"], b: ["\u0131"] },
  { id: "PAIR-033", title: "a sharp s and two letters", a: ["\u00df"], b: ["ss"], folds: true },
  { id: "PAIR-034", title: "composed and decomposed", a: ["\u00e9"], b: ["e\u0301"], folds: true },
  { id: "PAIR-035", title: "a composed and a decomposed folder", a: ["\u00e9", "x"], b: ["e\u0301", "x"], folds: true },
  { id: "PAIR-036", title: "Hangul, composed and decomposed", a: ["\ud55c"], b: ["\u1112\u1161\u11ab"], folds: true },
  { id: "PAIR-037", title: "the Angstrom sign and its letter", a: ["\u212b"], b: ["\u00c5"], folds: true },
  { id: "PAIR-038", title: "a ligature and its letters", a: ["\ufb01"], b: ["fi"], folds: true },
  { id: "PAIR-039", title: "full-width and plain letters", a: ["\uff41"], b: ["a"], folds: true },
  { id: "PAIR-040", title: "look-alikes of two scripts", a: ["a"], b: ["\u0430"] },
  { id: "PAIR-041", title: "two characters above U+FFFF", a: ["\u{1f600}"], b: ["\u{1f601}"] },
  { id: "PAIR-042", title: "the replacement character and an emoji", a: ["\ufffd"], b: ["\u{1f600}"] },
  { id: "PAIR-043", title: "an emoji with and without its variation", a: ["\u2764"], b: ["\u2764\ufe0f"] },
  { id: "PAIR-044", title: "the last letter of 250", a: ["x".repeat(249) + "a"], b: ["x".repeat(249) + "b"] },
  { id: "PAIR-045", title: "249 letters or 250", a: ["x".repeat(249)], b: ["x".repeat(250)] },
  { id: "PAIR-046", title: "the last segment of a long name", a: ["y".repeat(250), "a"], b: ["y".repeat(250), "b"] },
  { id: "PAIR-047", title: ".json inside a segment", a: ["a"], b: ["a.json.b"] },
  { id: "PAIR-048", title: "the ending in capitals", a: ["a"], b: ["a.JSON"] },
  { id: "PAIR-049", title: "a record and its temporary look-alike", a: ["a"], b: ["a.tmp"] },
  { id: "PAIR-050", title: "a member of Object and a plain name", a: ["__proto__"], b: ["proto"] },
  { id: "PAIR-051", title: "two members of Object", a: ["__proto__"], b: ["constructor"] },
  { id: "PAIR-052", title: "a wildcard and what it matches", a: ["a%"], b: ["ab"] },
  { id: "PAIR-053", title: "a one-letter wildcard and what it matches", a: ["a_c"], b: ["abc"] },
  { id: "PAIR-054", title: "a star and what it matches", a: ["*"], b: ["a"] },
  { id: "PAIR-055", title: "a single and a double quote", a: ["'"], b: ['"'] },
  { id: "PAIR-056", title: "a quote and two", a: ["it's"], b: ["it''s"] },
  { id: "PAIR-057", title: "a hash tag of Redis and its word", a: ["{a}"], b: ["a"] },
  { id: "PAIR-058", title: "what follows a question mark", a: ["a?1"], b: ["a?2"] },
  { id: "PAIR-059", title: "what follows a number sign", a: ["a#1"], b: ["a#2"] },
  { id: "PAIR-060", title: "the marker's name and a folder that it starts", a: ["migration"], b: ["migrations", "x"] },
];
