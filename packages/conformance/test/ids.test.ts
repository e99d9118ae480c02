import { existsSync, readFileSync } from "node:fs";
import { brokenDrivers, cases, illegalKeys, keyPairs, lawsElsewhere, legalKeys, values } from "@stowage/conformance";
import { describe, expect, it } from "vitest";

const contract = new URL("../../../docs/contract.md", import.meta.url);

/** The ids of the laws, each at the start of a row or an item: `| K1 |`, `- K1`, `- **K1**`. */
function lawsOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/^(?:\||-|#+)\s*\**`?([A-Z]\d{1,2})\b/gm)].map((match) => match[1] as string))];
}

describe("the cases", () => {
  it("have ids of one form, each given once", () => {
    const ids = cases.map(({ id }) => id);
    expect(ids.filter((id) => !/^[A-Z]+-\d{3}$/.test(id))).toEqual([]);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it("have titles that tell them apart", () => {
    const titles = cases.map(({ title }) => title);
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
    expect(titles.filter((title) => title.endsWith("."))).toEqual([]);
  });

  it.for(["../README.md", "../../../README.md"])("are as many as %s says, and so are the broken drivers", (path) => {
    const readme = readFileSync(new URL(path, import.meta.url), "utf8").replaceAll(/\s+/g, " ");
    expect(readme).toContain(`${cases.length.toLocaleString("en-US")} cases`);
    expect(readme).toContain(`${brokenDrivers.length} broken drivers`);
  });

  it("keep the ids of their corpora", () => {
    const known = new Set(cases.map(({ id }) => id));
    const corpora = [...legalKeys, ...illegalKeys, ...keyPairs, ...values];
    expect(corpora.filter(({ id }) => !known.has(id))).toEqual([]);
  });

  it("cover every law of the contract that a driver can keep or break", () => {
    const covered = new Set([...cases.map(({ law }) => law), ...Object.keys(lawsElsewhere)]);
    expect(existsSync(contract)).toBe(true);
    const laws = lawsOf(readFileSync(contract, "utf8"));
    expect(laws.length).toBeGreaterThan(20);
    expect(laws.filter((law) => !covered.has(law))).toEqual([]);
    expect([...covered].filter((law) => !laws.includes(law))).toEqual([]);
  });
});

describe("the corpora", () => {
  it("are plain JSON", () => {
    for (const corpus of [legalKeys, illegalKeys, keyPairs, values]) {
      expect(JSON.parse(JSON.stringify(corpus))).toEqual(corpus);
    }
  });

  it("hold no key or pair twice", () => {
    for (const corpus of [legalKeys.map(({ key }) => key), keyPairs.map(({ a, b }) => [a, b])]) {
      const shown = corpus.map((one) => JSON.stringify(one));
      expect(shown.filter((one, i) => shown.indexOf(one) !== i)).toEqual([]);
    }
  });
});
