import {
  compareKeys,
  compareNames,
  decodeSegment,
  encodeSegment,
  isStorageError,
  keyOf,
  keyProblem,
  nameOf,
  utf8Bytes,
} from "@stowage/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const anyString = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
  maxLength: 30,
});
const segment = fc.string({ unit: "binary", maxLength: 20, minLength: 1 }).map(encodeSegment);
const key = fc.array(segment, { minLength: 1, maxLength: 5 });

describe("names", () => {
  test("are the key joined, and give the key back", () => {
    fc.assert(
      fc.property(key, (one) => {
        expect(keyOf(nameOf(one))).toEqual(one);
      }),
    );
  });

  test("that no legal key has give no key", () => {
    const names = [
      "",
      "a",
      ".json",
      "a/.json",
      "/a.json",
      "a//b.json",
      "a.json.json",
      "a.json/b.json",
      ".a/b.json",
      "a/../b.json",
      "a\\b.json",
      "migration",
    ];
    expect(names.map((name) => keyOf(name))).toEqual(names.map(() => undefined));
  });

  test("are ordered as their UTF-8 bytes are", () => {
    const bytes = (name: string): Buffer => Buffer.from(name, "utf8");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(compareNames(a, b))).toBe(Math.sign(Buffer.compare(bytes(a), bytes(b))));
      }),
    );
    expect(compareNames("\u{10000}", "\uFFFD")).toBeGreaterThan(0);
    expect(["\uFFFD", "\u{10000}"].sort()).toEqual(["\u{10000}", "\uFFFD"]);
  });

  test("order a record before what is below its key, and keys by whole names", () => {
    expect([["a", "b"], ["a-"], ["a"], ["a0"]].sort(compareKeys)).toEqual([["a-"], ["a"], ["a", "b"], ["a0"]]);
  });

  test("are as long as their UTF-8 bytes", () => {
    fc.assert(
      fc.property(anyString, (text) => {
        expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });
});

describe("the marker's name", () => {
  test("is no first segment of a longer key, but may be a key by itself or stand further behind", () => {
    expect(keyProblem(["migration", "a"])).toBe('the first segment "migration" is the name of the marker');
    expect(keyOf("migration/a.json")).toBeUndefined();
    expect(keyProblem(["migration"])).toBeUndefined();
    expect(keyOf("a/migration/b.json")).toEqual(["a", "migration", "b"]);
  });
});

describe("keyProblem", () => {
  test("says what is wrong and quotes the segment", () => {
    expect(keyProblem([])).toBe("the key is empty");
    expect(keyProblem("a")).toBe("a key is an array of strings, got string");
    expect(keyProblem(["a", 1])).toBe("a segment is a string, got number");
    expect(keyProblem(["a", ".."])).toBe('the segment ".." is a path step');
    expect(keyProblem(["a\u0000"])).toBe('the segment "a\\u0000" holds a control character');
    expect(keyProblem(["é".repeat(126)])).toContain("has 252 bytes, at most 250 are allowed");
  });

  test("counts the name with its slashes and its ending", () => {
    // 4 × 200 + 4 slashes + 5 for ".json" = 809; the last segment may take 91.
    const long = "x".repeat(200);
    expect(keyProblem([long, long, long, long, "y".repeat(91)])).toBeUndefined();
    expect(keyProblem([long, long, long, long, "y".repeat(92)])).toBe(
      "the name has 901 bytes, at most 900 are allowed",
    );
  });
});

describe("encodeSegment", () => {
  test("makes a legal segment of any string, and decodeSegment gives the string back", () => {
    fc.assert(
      fc.property(anyString, (text) => {
        const encoded = encodeSegment(text);
        expect(keyProblem([encoded])).toBeUndefined();
        expect(decodeSegment(encoded)).toBe(text);
      }),
    );
  });

  test("leaves ids and readable names as they are", () => {
    for (const text of ["ses_45acc1bffffe", "global", "a b", "日本語", "x:y*?"]) expect(encodeSegment(text)).toBe(text);
  });

  test("refuses what would be too long, rather than cutting it", () => {
    expect(encodeSegment("x".repeat(250))).toHaveLength(250);
    expect(() => encodeSegment("x".repeat(251))).toThrow(/at most 250/);
    expect(() => encodeSegment("/".repeat(84))).toThrow(/252 bytes/);
  });

  test("has one spelling for each string", () => {
    for (const segment of ["%41", "%2f", "%", "%%", "%u0041", "a%", "%2E.."]) {
      const decode = (): string => decodeSegment(segment);
      if (segment === "%" || segment === "%2E..") expect(encodeSegment(decode())).toBe(segment);
      else expect(decode).toThrow(expect.objectContaining({ code: "INVALID_KEY" }));
    }
    try {
      decodeSegment("%zz");
    } catch (error) {
      expect(isStorageError(error, "INVALID_KEY")).toBe(true);
    }
  });
});
