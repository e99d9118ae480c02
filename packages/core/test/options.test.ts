import { checkOptions, likelySpelling } from "@stowage/core";
import { describe, expect, test } from "vitest";

const rules = {
  path: "path",
  durability: ["process", "power"],
  create: "boolean",
  lockTimeoutMs: "milliseconds",
  database: (value: unknown) => (typeof value === "object" ? undefined : "is an open database"),
} as const;

describe("checkOptions", () => {
  test("accepts what the rules allow, and undefined as absent", () => {
    checkOptions("fs", { path: "a", durability: "power", create: false, lockTimeoutMs: 0, database: {} }, rules);
    checkOptions("fs", { path: "a", durability: undefined }, rules);
  });

  test.each([
    [undefined, "Cannot open a store of fs: options are an object, got undefined"],
    [{ path: "" }, 'Cannot open "": the option "path" is a path, got ""'],
    [{ path: "a", durabilty: "power" }, 'Cannot open "a": unknown option "durabilty", did you mean "durability"'],
    [
      { path: "a", xyz: 1 },
      'Cannot open "a": unknown option "xyz", there are path, durability, create, lockTimeoutMs, database',
    ],
    [
      { path: "a", durability: "powr" },
      'Cannot open "a": the option "durability" is "process" or "power", got "powr", did you mean "power"',
    ],
    [{ path: "a", durability: 1 }, 'Cannot open "a": the option "durability" is "process" or "power", got 1'],
    [{ path: "a", create: "yes" }, 'Cannot open "a": the option "create" is true or false, got "yes"'],
    [
      { path: "a", lockTimeoutMs: -1 },
      'Cannot open "a": the option "lockTimeoutMs" is a number of milliseconds from 0 to 2147483647, got -1',
    ],
    [
      { path: "a", lockTimeoutMs: Number.NaN },
      'Cannot open "a": the option "lockTimeoutMs" is a number of milliseconds from 0 to 2147483647, got NaN',
    ],
    [
      { path: "a", lockTimeoutMs: 2 ** 31 },
      'Cannot open "a": the option "lockTimeoutMs" is a number of milliseconds from 0 to 2147483647, got 2147483648',
    ],
    [{ create: true }, 'Cannot open a store of fs: the option "path" is a path, got undefined'],
    [{ path: "a", database: 1 }, 'Cannot open "a": the option "database" is an open database'],
    [
      { path: "a", toString: 1 },
      'Cannot open "a": unknown option "toString", there are path, durability, create, lockTimeoutMs, database',
    ],
  ])("refuses %j", (options, message) => {
    expect(() => checkOptions("fs", options, rules)).toThrow(
      expect.objectContaining({ code: "INVALID_VALUE", message }),
    );
  });
});

describe("likelySpelling", () => {
  test("finds what is close, whatever its case, and nothing else", () => {
    expect(likelySpelling("DURABILITY", ["create", "durability"])).toBe("durability");
    expect(likelySpelling("locktimeout", ["lockTimeoutMs"])).toBe("lockTimeoutMs");
    expect(likelySpelling("sqllite", ["fs", "sqlite"])).toBe("sqlite");
    expect(likelySpelling("readonly", ["create", "durability"])).toBeUndefined();
  });
});
