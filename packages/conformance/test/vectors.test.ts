import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { keyProblem } from "@stowage/core";
import { illegalKeys, keyPairs, legalKeys, values } from "@stowage/conformance";
import { describe, expect, it } from "vitest";
import { valueOf } from "../src/corpus/values.ts";

const folder = new URL("../vectors/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));

/** Whether half of a surrogate pair is anywhere in it. */
function isIllFormed(value: unknown): boolean {
  // JSON.stringify writes a lone surrogate as an escape, and nothing else above U+001F.
  return /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(value));
}

describe("the files of vectors", () => {
  it.each(files)("%s is ASCII, says which contract it is of, and is described", (file) => {
    const text = readFileSync(new URL(file, folder), "utf8");
    expect(text).toMatch(/^[\n -~]*$/);
    expect(JSON.parse(text)).toMatchObject({ contract: 1, about: expect.stringMatching(/\.$/) });
    expect(readFileSync(new URL("README.md", folder), "utf8")).toContain(`\`${file}\``);
  });

  it("are as large as they must be", () => {
    expect(legalKeys.length).toBeGreaterThanOrEqual(140);
    expect(illegalKeys.length).toBeGreaterThanOrEqual(25);
    expect(keyPairs.length).toBeGreaterThanOrEqual(60);
    expect(values.length).toBeGreaterThanOrEqual(90);
  });

  it("mark what strings of other languages can't hold", () => {
    const marked = [...illegalKeys, ...values].filter((vector) => vector.loneSurrogate === true);
    expect(marked.map(({ id }) => id)).toEqual(
      [
        ...illegalKeys.filter(({ key }) => isIllFormed(key)),
        ...values.filter((vector) => isIllFormed("make" in vector ? vector.make : vector.value)),
      ].map(({ id }) => id),
    );
    expect(marked.length).toBeGreaterThan(5);
  });
});

describe("the vectors", () => {
  it.each(values)("$id has the text of its value: $title", (vector) => {
    const text = JSON.stringify(valueOf(vector), null, 2);
    if ("text" in vector) expect(vector.text).toBe(text);
    else {
      expect(vector.bytes).toBe(Buffer.byteLength(text));
      expect(vector.sha256).toBe(createHash("sha256").update(text).digest("hex"));
    }
  });

  it("of legal keys and of pairs are legal, and of illegal ones are not", () => {
    const legal = [...legalKeys.map(({ key }) => key), ...keyPairs.flatMap(({ a, b }) => [a, b])];
    expect(legal.filter((key) => keyProblem(key) !== undefined)).toEqual([]);
    for (const { id, key, says } of illegalKeys) expect(keyProblem(key), id).toContain(says);
  });

  it("of pairs are marked where they differ in case or normalisation only", () => {
    const strictly = (key: readonly string[]): string => key.join("/").normalize("NFD").toLowerCase().normalize("NFD");
    const loosely = (key: readonly string[]): string => key.join("/").normalize("NFKC").toUpperCase().normalize("NFKC");
    for (const { id, a, b, folds } of keyPairs) {
      if (folds === true) expect(loosely(a), id).toBe(loosely(b));
      else expect(strictly(a), id).not.toBe(strictly(b));
    }
  });
});
