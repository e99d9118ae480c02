import { AssertionError } from "node:assert/strict";
import { brokenDrivers, type CaseResult, cases, type Harness, memoryHarness, runCases } from "@stowage/conformance";
import { categoryOf, type Diagnosis, diagnose } from "@stowage/conformance/report";
import { delegate, type Driver, DriverError } from "@stowage/core";
import { describe, expect, it } from "vitest";
import { tiny } from "./tiny.ts";

/** Runs the cases of some categories on a broken driver and tells what is the matter with it. */
async function diagnosed(id: string, categories: readonly string[]): Promise<readonly Diagnosis[]> {
  const broken = brokenDrivers.find((one) => one.id === id);
  const harness: Harness = memoryHarness({}, broken?.make);
  const only = cases.filter((one) => categories.some((name) => one.id.startsWith(`${name}-`))).map((one) => one.id);
  return diagnose(await runCases(harness, { only, timeoutMs: 5000 }));
}

function failed(...ids: readonly string[]): readonly CaseResult[] {
  return ids.map((id) => ({ id, law: "L2", title: id, status: "failed", error: new Error("no"), durationMs: 0 }));
}

function harnessOf(make: () => Driver): Harness {
  return {
    name: "tiny",
    async create() {
      const driver = make();
      return { open: async () => driver, destroy: async () => {} };
    },
  };
}

/** A driver that lists in an order of its own. */
function misordered(driver: Driver, compare: (a: string, b: string) => number): Driver {
  return delegate(driver, {
    async *list(range) {
      const names: string[] = [];
      for await (const page of driver.list(range)) names.push(...page);
      names.sort(compare);
      yield range.reverse ? names.reverse() : names;
    },
  });
}

describe("the diagnosis", () => {
  it("of a driver that ignores conditions is that it overwrites", async () => {
    const found = await diagnosed("BROKEN-081", ["RECORD", "UPDATE", "VERSION"]);
    expect(found.map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(/^It overwrites although the record/),
    ]);
    expect(found[0]?.cases).toContain("VERSION-011");
  });

  it("of a driver that compares and writes in two steps is that two writers can win", async () => {
    const found = await diagnosed("BROKEN-087", ["RECORD", "UPDATE", "VERSION"]);
    expect(found.map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(/^Two writers that ask for the same/),
    ]);
    expect(found[0]?.cases).toContain("VERSION-026");
  });

  it.each(["BROKEN-021", "BROKEN-075", "BROKEN-301"])(
    "of a driver that gives out what it has read before is that alone: %s",
    async (id) => {
      const found = await diagnosed(id, ["RECORD", "UPDATE", "VERSION", "LIMIT", "HANDLE", "LINEAR", "BATCH"]);
      expect(found.map(({ sentence }) => sentence)).toEqual([
        expect.stringMatching(/^One handle does not see at once/),
      ]);
    },
  );

  it("of what one handle alone shows is not that another one is behind", () => {
    const [first] = diagnose(failed("RECORD-002", "HANDLE-002", "VALUE-001"));
    expect(first?.sentence).toBe("Values do not come back as they were written.");
    expect(diagnose(failed("HANDLE-002", "VALUE-001"))[0]?.sentence).toMatch(/^One handle does not see at once/);
  });

  it("of a driver that drops old records is that it is a cache", async () => {
    const found = await diagnosed("BROKEN-381", ["RECORD", "KEEP"]);
    expect(found[0]?.sentence).toMatch(/^It drops records while others are written/);
  });

  it("of a failed power cut is that acknowledged writes are lost", () => {
    const [found] = diagnose(failed("POWER-001", "POWER-004"));
    expect(found?.sentence).toMatch(/^It loses acknowledged writes in a power cut/);
    expect(found?.cases).toEqual(["POWER-001", "POWER-004"]);
  });

  it("of plain writes that get lost among sound conditional ones is just that", () => {
    const [found] = diagnose(failed("LINEAR-016"));
    expect(found?.sentence).toMatch(/^It drops a plain write or removal that meets a conditional one/);
    expect(diagnose(failed("LINEAR-002", "LINEAR-016")).map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(/^Two writers/),
    ]);
  });

  it.each<[string, (a: string, b: string) => number]>([
    ["of UTF-16, as in the guide", (a, b) => (a < b ? -1 : 1)],
    ["of a language, as databases do", (a, b) => a.localeCompare(b, "en")],
  ])("of a driver that lists in an order of its own is just that: %s", async (_, compare) => {
    const found = diagnose(
      await runCases(
        harnessOf(() => misordered(tiny(), compare)),
        { timeoutMs: 5000 },
      ),
    );
    expect(found.map(({ sentence }) => sentence)).toEqual([expect.stringMatching(/^Listings are not in the order/)]);
  });

  it("of a wrong order keeps quiet about no other fault", () => {
    const wrong = new AssertionError({ actual: [2, 1], expected: [1, 2], operator: "deepStrictEqual" });
    const other = new AssertionError({ actual: [1], expected: [1, 2], operator: "deepStrictEqual" });
    const results = [...failed("LIST-011", "PAIR-001"), ...failed("PAIR-002")].map((one, i) => ({
      ...one,
      error: i === 2 ? other : wrong,
    }));
    expect(diagnose(results)).toEqual([
      { sentence: expect.stringMatching(/^Listings are not in the order/), cases: ["LIST-011", "PAIR-001"] },
      { sentence: expect.stringMatching(/^Different keys share one record/), cases: ["PAIR-002"] },
    ]);
  });

  it("of an outage is that the cases could not be carried out, and nothing about the driver", async () => {
    const away = (): Promise<never> => Promise.reject(new DriverError("UNAVAILABLE", "connection refused"));
    let calls = 0;
    const dying = (driver: Driver): Driver =>
      delegate(driver, { put: (...args) => (calls++ < 5 ? driver.put(...args) : away()), getMany: away });
    const only = cases.filter(({ id }) => /^(?:RECORD|PAIR|VERSION|KEEP)-0/.test(id)).map(({ id }) => id);
    const results = await runCases(memoryHarness({}, dying), { only });
    const found = diagnose(results);
    expect(found.map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(/^\d+ cases could not be carried out: connection refused\.$/),
      "What else has failed may come of the same.",
    ]);
    expect(found[0]?.cases.length).toBeGreaterThan(50);
  });

  it("tells the most frequent of several reasons, whichever records they were about", () => {
    const reasons = [
      'Cannot write ["a"]: no answer',
      'Cannot read ["b"]: no answer',
      "The case did not end within 5 ms",
    ];
    const results = failed("KEY-001", "KEY-002", "KEY-003").map((one, i): CaseResult => ({
      ...one,
      error: new Error(reasons[i]),
      broke: i === 2 ? "time" : "call",
    }));
    expect(diagnose(results)).toEqual([
      { sentence: "3 cases could not be carried out: no answer.", cases: ["KEY-001", "KEY-002", "KEY-003"] },
    ]);
    expect(diagnose(results.slice(2))[0]?.sentence).toBe(
      "1 case could not be carried out: The case did not end within 5 ms.",
    );
  });

  it("of a backend that can't be taken away is that it may be left", () => {
    const [one] = failed("RECORD-001") as [CaseResult];
    const sentence =
      "After 1 case it could not be closed or taken away, so something of it may be left: folder is busy.";
    expect(diagnose([{ ...one, error: new Error("folder is busy"), broke: "close" }])).toEqual([
      { sentence, cases: ["RECORD-001"] },
    ]);
  });

  it("of a failure in the background is that nobody hears of it", () => {
    const [one] = failed("RECORD-001") as [CaseResult];
    expect(diagnose([{ ...one, broke: "stray" }])[0]?.sentence).toMatch(
      /^Something of it fails in the background.*: no\.$/,
    );
  });

  it("keeps quiet about generated operations where it knows more", () => {
    const sentences = diagnose(failed("MODEL-001", "VALUE-001")).map(({ sentence }) => sentence);
    expect(sentences).toEqual(["Values do not come back as they were written."]);
  });

  it("names what it has no sentence for", () => {
    expect(diagnose(failed("MINE-002", "MINE-001"))).toEqual([
      { sentence: "It breaks the law in other ways: MINE-001–002.", cases: ["MINE-001", "MINE-002"] },
    ]);
  });

  it("has a sentence for a failure of every case of the suite", () => {
    const plain = cases.filter(({ id }) => !diagnose(failed(id))[0]?.sentence.startsWith("It breaks the law"));
    const without = new Set(cases.filter((one) => !plain.includes(one)).map(({ id }) => categoryOf(id)));
    expect([...without]).toEqual([]);
  });

  it("tells what a backend refuses by its own word, and nothing of one that is sound", () => {
    const refusals = { compareAndSwap: "the server at HOST ignores If-Match" };
    expect(diagnose([], refusals)).toEqual([
      { sentence: "It refuses updates and conditions, since the server at HOST ignores If-Match.", cases: [] },
    ]);
    expect(diagnose([])).toEqual([]);
  });

  it("takes no closed gap for a fault", () => {
    expect(diagnose(failed("LIST-001").map((one) => ({ ...one, gap: "none" })))).toEqual([]);
  });
});
