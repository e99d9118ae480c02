import { memoryHarness } from "@stowage/conformance";
import { isGood, makeReport, type TargetReport, testTarget, withLateStrays } from "@stowage/conformance/report";
import { beforeAll, describe, expect, it } from "vitest";

const options = { again: (id: string) => `stowage conformance memory: --only ${id}` };
const secret = new Error("no answer of redis://me:secret@host");
let sound: TargetReport;

beforeAll(async () => {
  sound = await testTarget(memoryHarness(), { ...options, place: "memory:", profile: "quick" });
});

describe("what fails when a backend is done", () => {
  it("changes nothing where there is nothing of it", () => {
    expect(withLateStrays(sound, [], options)).toBe(sound);
  });

  it("fails its case, and counts for the level", () => {
    const late = withLateStrays(sound, [{ id: "RECORD-001", error: secret }], options);
    expect(late.results.find(({ id }) => id === "RECORD-001")).toMatchObject({
      status: "failed",
      broke: "stray",
      message: "no answer of redis://me:***@host",
      again: "stowage conformance memory: --only RECORD-001",
    });
    const { passed, failed } = sound.counts;
    expect(late.counts).toEqual({ ...sound.counts, passed: passed - 1, failed: failed + 1 });
    expect([sound.grade?.level, late.grade]).toMatchObject(["core", { level: "none", missing: ["RECORD-001 failed"] }]);
    expect(isGood(makeReport([late], {}))).toBe(false);
  });

  it("costs every level where it is no case's", () => {
    const late = withLateStrays(sound, [{ id: undefined, error: "gone" }], options);
    expect(late).toMatchObject({ status: "failed", counts: sound.counts, grade: { level: "none" } });
    expect(late.diagnoses[0]).toEqual({
      sentence: "Something of it failed in the background, after its case or outside of all: gone.",
      cases: [],
    });
  });

  it("leaves levels that rest on other cases as they were, with known gaps and closed ones", () => {
    const [first, second, third] = sound.results.filter(({ status }) => status === "passed").map(({ id }) => id);
    const odd = sound.results.map((one) => {
      if (one.id === first) return { ...one, status: "gap" as const, reason: "known", message: "it differs" };
      if (one.id === second) return { ...one, status: "failed" as const, reason: "closed", message: "it is closed" };
      return one;
    });
    const late = withLateStrays({ ...sound, results: odd }, [{ id: third, error: "gone" }], options);
    expect(late.grade?.missing).toEqual([`${third} failed`, `${first} known to fail`]);
  });

  it("tells why a backend could not be tested besides", () => {
    const { grade: _, ...unreached } = { ...sound, status: "skipped" as const, reason: "no answer", results: [] };
    const late = withLateStrays(unreached, [{ id: undefined, error: "gone" }], options);
    expect(late).toMatchObject({ status: "failed", notices: ["no answer"] });
    expect(late).not.toHaveProperty("reason");
  });
});
