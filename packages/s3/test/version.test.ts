import { expect, test } from "vitest";
import { isVersion, tagOf, versionOf } from "../src/version.ts";

test.each([
  ['"abc"', "abc", '"abc"'],
  ['W/"abc-7"', "abc-7", '"abc-7"'],
  ["abc", "abc", '"abc"'],
])("the tag %s is sent back as %s or %s", (tag, bare, quoted) => {
  const version = versionOf(tag);
  expect([isVersion(version, "bare"), isVersion(version, "quoted")]).toEqual([true, true]);
  expect([tagOf(version, "bare"), tagOf(version, "quoted")]).toEqual([bare, quoted]);
});

test.each(["", "0-", "*", "1-*", "abc", "3-ab", "3-abcd", '5-"abc"', "3-a\nb", "1-\0", "3-a b", "1-é"])(
  "%o is no version: it never goes into If-Match",
  (version) => {
    expect([isVersion(version, "bare"), isVersion(version, "quoted")]).toEqual([false, false]);
  },
);

test("a tag with a comma is two where tags have no quotes", () => {
  expect([isVersion("3-a,b", "bare"), isVersion("3-a,b", "quoted")]).toEqual([false, true]);
});
