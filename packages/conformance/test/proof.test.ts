import { breakHarness, brokenDrivers, cases, memoryHarness, proveSuite, runCases } from "@stowage/conformance";
import { describe, expect, it } from "vitest";
import { inBrief, inFull } from "@stowage/conformance/report";
import { problemsOf, type ProofRecord, witnesses } from "../../../scripts/proof-record.ts";

/** A record in which each broken driver makes its own case fail, and the first one all others. */
function recordWith(trips: ProofRecord["trips"] = {}): ProofRecord {
  const own = Object.fromEntries(brokenDrivers.map(({ id, killedBy }) => [id, [killedBy]]));
  return { bases: { memory: cases.map(({ id }) => id) }, trips: { ...own, ...trips }, hangs: {} };
}

describe("a proof", () => {
  it("tells what a broken driver makes fail from what it leaves alone, and ends a case that hangs", async () => {
    const extent = { "BROKEN-001": ["LIST-005", "VERSION-004"], "BROKEN-096": ["UPDATE-006", "RECORD-001"] };
    const { faults, cases: proofs } = await proveSuite({ extent, limitMs: 1000 });
    const [prefix, lock] = ["BROKEN-001", "BROKEN-096"].map((id) => faults.find((fault) => fault.id === id));
    expect(prefix).toMatchObject({ status: "killed", trips: ["LIST-005"], hangs: [] });
    expect(lock).toMatchObject({ status: "killed", trips: ["UPDATE-006"], hangs: ["UPDATE-006"] });
    expect(proofs).toContainEqual({ id: "VERSION-004", base: "memory", isSound: true, trippedBy: [] });
    expect(faults.filter(({ status }) => status !== "skipped")).toHaveLength(2);
  });

  it("tells a broken driver that was not put before its case, or can't be, from one that was killed", async () => {
    const { faults } = await proveSuite({ extent: { "BROKEN-001": ["VERSION-004"], "BROKEN-501": ["PROCESS-001"] } });
    expect(faults.find(({ id }) => id === "BROKEN-001")).toMatchObject({ status: "skipped", trips: [] });
    expect(faults.find(({ id }) => id === "BROKEN-501")).toMatchObject({
      status: "skipped",
      reason: "no backend that it could be run on was given",
    });
  });

  it("can be had of one harness at a time", async () => {
    const broken = brokenDrivers.find(({ id }) => id === "BROKEN-410")!;
    const results = await runCases(breakHarness(memoryHarness(), broken), { only: ["NOVALUE-001", "RECORD-001"] });
    expect(results.map(({ id, status }) => `${id} ${status}`)).toEqual(["RECORD-001 passed", "NOVALUE-001 failed"]);
  });
});

describe("the record of a proof", () => {
  it("names a survivor", () => {
    expect(problemsOf(recordWith({ "BROKEN-001": [] }))).toContain("BROKEN-001 survives LIST-005");
  });

  it("names a case that no broken driver makes fail", () => {
    const unproven = cases.find(({ id }) => !brokenDrivers.some(({ killedBy }) => killedBy === id))!.id;
    const problem = `${unproven} fails on no broken driver, and no reason is recorded`;
    expect(problemsOf(recordWith())).toContain(problem);
    expect(problemsOf(recordWith({ "BROKEN-001": ["LIST-005", unproven] }))).not.toContain(problem);
  });

  it("does not count a broken driver that makes everything fail, but for the case that it names", () => {
    const found = witnesses(recordWith({ "BROKEN-138": cases.map(({ id }) => id) }));
    expect([...found].filter(([, { id }]) => id === "BROKEN-138").map(([id]) => id)).toEqual(["LIFE-022"]);
  });

  it("names what it does not know and what is no more", () => {
    const { trips } = recordWith();
    const problems = problemsOf({ bases: { memory: ["GONE-001"] }, trips: { ...trips, "BROKEN-000": [] }, hangs: {} });
    expect(problems).toContain("RECORD-001 is not in the record");
    expect(problems).toContain("GONE-001 is in the record and not in the suite");
    expect(problems).toContain("BROKEN-000 is in the record and is no broken driver");
  });

  it("is written in brief and read in full", () => {
    const ids = ["KEY-001", "KEY-002", "KEY-003", "LIST-009", "LIST-010", "NOKEY-041"];
    expect(inBrief(ids)).toBe("KEY-001–003, LIST-009–010, NOKEY-041");
    expect(inFull(inBrief(ids))).toEqual(ids);
    expect(inFull(inBrief([]))).toEqual([]);
  });
});
