import { damageOf, parseText } from "@stowage/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const errorPosition = (text: string): number => damageOf(text).position;

const isJson = (text: string): boolean => {
  try {
    parseText(text);
    return true;
  } catch {
    return false;
  }
};

describe("damageOf", () => {
  test("says how the text ends or where it goes wrong, and quotes nothing of it", () => {
    expect(damageOf("")).toEqual({ detail: "is empty", position: 0, bytes: 0 });
    expect(damageOf('{"secret":')).toEqual({ detail: "breaks off after 10 bytes", position: 10, bytes: 10 });
    expect(damageOf('{"é":1}}')).toEqual({ detail: "is not JSON from byte 8 of 9", position: 8, bytes: 9 });
  });
});

describe("the position of the damage", () => {
  test.each([
    ["", 0],
    ["{", 1],
    ["[1,]", 3],
    ['{"a":1}x', 7],
    ['{"a" 1}', 5],
    ["nul", 3],
    ["nulx", 3],
    ["tRue", 1],
    ['"abc', 4],
    ["\0\0\0", 0],
    ["01", 1],
    ["-", 1],
    ["1.", 2],
    ["1.e5", 2],
    ["1e+", 3],
    ["-x", 1],
    ['"ab\\u00', 7],
    ['"a\\', 3],
    ['"a\\"', 4],
    ['{"é":1}}', 8],
    ['\uFEFF{"a":1', 9],
    ['["\u{1F600}\\x"]', 7],
    ["[".repeat(100_000), 100_000],
  ])("of %j is byte %i", (text, position) => {
    expect(isJson(text)).toBe(false);
    expect(errorPosition(text)).toBe(position);
  });

  test.each([
    ["a string", '{"a":"', "x"],
    ["a number", "[", "1"],
    ["white space", "[1", " "],
    ["escapes", '["', "\\n"],
  ])("is found in a text of megabytes that breaks off in %s", (_, start, unit) => {
    const text = start + unit.repeat(20_000_000 / unit.length);
    expect(errorPosition(text)).toBe(text.length);
  });

  test("agrees with the parser: what is before it can be completed, what it points at can't be kept", () => {
    const damaged = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom("", "\0", "}", ",", "x", '"'))
      .map(([json, at, char]) => {
        const index = at % (json.length + 1);
        return json.slice(0, index) + char;
      });
    fc.assert(
      fc.property(damaged, (text) => {
        fc.pre(!isJson(text));
        const position = errorPosition(text);
        expect(position).toBeLessThanOrEqual(Buffer.byteLength(text));
        // Everything up to the position is the start of some JSON text: the scanner is no stricter than the parser.
        const start = Buffer.from(text).subarray(0, position).toString();
        expect(errorPosition(start)).toBe(Buffer.byteLength(start));
      }),
      { numRuns: 500 },
    );
  });
});

describe("parseText", () => {
  test("ignores one byte-order mark", () => {
    expect(parseText('\uFEFF{"a":1}')).toEqual({ a: 1 });
    expect(() => parseText("\uFEFF\uFEFF1")).toThrow(SyntaxError);
  });
});
