import { brokenDrivers, type CaseResult, cases, type Harness, memoryHarness, runCases } from "@stowage/conformance";
import { categoryOf, type Diagnosis, diagnose } from "@stowage/conformance/report";
import { describe, expect, it } from "vitest";

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
