import { type CaseResult, cases, memoryHarness, runCases } from "@stowage/conformance";
import { type Grade, gradeOf, levels } from "@stowage/conformance/report";
import { type Capabilities, declareCapabilities } from "@stowage/core";
import { describe, expect, it } from "vitest";

const perfect = declareCapabilities({ compareAndSwap: "store", atomicBatch: "store", durability: "power" });
const failure = { status: "failed", error: new Error("it failed") } as const;
const gap = { status: "skipped", gap: "it can't", error: new Error("it failed") } as const;

/** The grade where all cases pass but those that are given. */
function graded(
  others: Readonly<Record<string, Partial<CaseResult>>>,
  claims: Partial<Capabilities> = {},
  isRun: (id: string) => boolean = () => true,
): Grade {
  const results = cases
    .filter(({ id }) => isRun(id))
    .map(({ id, law, title }): CaseResult => ({ id, law, title, status: "passed", durationMs: 0, ...others[id] }));
  const own = Object.entries(others).filter(([id]) => !cases.some((one) => one.id === id));
  for (const [id, other] of own) results.push({ id, law: "L2", title: id, status: "passed", durationMs: 0, ...other });
  return gradeOf({ ...perfect, ...claims }, results);
}

describe("the level", () => {
  it("is full where everything is claimed and has passed", () => {
    expect(graded({})).toEqual({ level: "full", missing: [], unshown: [] });
  });

  it.each([
    ["RECORD-001", "none"],
    ["LIST-011", "none"],
    ["PROCESS-006", "core"],
    ["CRASH-001", "core"],
    ["POWER-001", "core"],
    ["KEEP-001", "core"],
    ["VERSION-026", "durable"],
    ["UPDATE-014", "durable"],
    ["PROCESS-001", "durable"],
    ["LINEAR-001", "durable"],
  ])("is below where %s fails or is known to", (id, level) => {
    expect(graded({ [id]: failure })).toMatchObject({ level, missing: [`${id} failed`] });
    expect(graded({ [id]: gap })).toMatchObject({ level, missing: [`${id} known to fail`] });
  });

  it.each([
    [{ durability: "memory" }, "core", "nothing outlives its process"],
    [{ compareAndSwap: "process" }, "durable", "no conditions that hold for all users of the store"],
    [{ atomicBatch: "none" }, "concurrent", "no atomic batches"],
    [{ compareAndRemove: "none" }, "concurrent", "no conditions on removes"],
    [{ caseSensitive: false }, "concurrent", "names that differ in case can't both exist"],
  ] as const)("is below where %j is claimed", (claims, level, reason) => {
    expect(graded({}, claims)).toMatchObject({ level, missing: [reason] });
  });

  it("is not given for cases that were not run, or say nothing about the backend", () => {
    const missing = ["CRASH was not run", "PROCESS-006 was not run"];
    expect(graded({}, {}, (id) => !/^(?:CRASH|PROCESS)-/.test(id))).toMatchObject({ level: "core", missing });
    const skipped = { status: "skipped", reason: "no other process can see the data" } as const;
    expect(graded({ "PROCESS-006": skipped })).toMatchObject({
      level: "core",
      missing: ["PROCESS-006 does not apply: no other process can see the data"],
    });
  });

  it("rests on the cases that a harness brings as well", () => {
    expect(graded({ "MINE-001": failure })).toMatchObject({ level: "core", missing: ["MINE-001 failed"] });
  });

  describe("names what is taken on trust", () => {
    const files = "its data are no files that a test can stand before";
    const skipped = (reason: string, ids: RegExp): Readonly<Record<string, Partial<CaseResult>>> =>
      Object.fromEntries(cases.filter(({ id }) => ids.test(id)).map(({ id }) => [id, { status: "skipped", reason }]));

    it("a claim to survive power cuts where none was tried", () => {
      const results = skipped(files, /^POWER-/);
      const { level, unshown } = graded(results);
      expect(level).toBe("full");
      // With the cases that it is about nobody, and that the same thing keeps from being asked.
      expect(unshown).toEqual([`durability "power", POWER-011–013, POWER-015: ${files}`]);
      expect(graded(results, { durability: "process" }).unshown.join()).not.toContain("durability");
      // What applies to everybody shows nothing about the claim.
      expect(graded({ ...results, "POWER-011": {} }).unshown[0]).toContain("durability");
      // One that was tried is shown.
      expect(graded({ ...results, "POWER-001": {} }).unshown.join()).not.toContain("durability");
    });

    it("cases that the harness can't be asked, and none that the claims excuse", () => {
      expect(graded(skipped("no disk", /^DISK-/)).unshown).toEqual([expect.stringMatching(/^DISK-001–\d+: no disk$/)]);
      const denied = { "BATCH-013": { status: "skipped", reason: "no batches" } } as const;
      expect(graded(denied, { atomicBatch: "none" }).unshown).toEqual([]);
      // The driver said one thing when it was asked for its level, and another in the case.
      expect(graded(denied).unshown).toEqual(["BATCH-013: no batches"]);
    });

    it("whole categories that the claims leave nothing of", () => {
      const limits = { segments: 0, segmentBytes: 0, nameBytes: 0, valueBytes: 0 };
      const { level, missing, unshown } = graded(skipped("narrower", /^KEY-/), { limits });
      expect({ level, missing }).toEqual({
        level: "concurrent",
        missing: ["keys can't be as long as the contract allows"],
      });
      expect(unshown).toContain("all of KEY: narrower");
    });

    it("what a smaller profile leaves out", () => {
      expect(graded({}, {}, (id) => id !== "MODEL-001").unshown).toEqual(["MODEL-001: not run"]);
    });

    it("only as far as the level reaches", () => {
      const { level, unshown } = graded(skipped("no disk", /^DISK-/), { durability: "memory" });
      expect({ level, unshown }).toEqual({ level: "core", unshown: [] });
    });
  });

  it("does not suffer from a known gap that is closed", () => {
    expect(graded({ "LIST-011": { ...failure, gap: "it can't" } }).level).toBe("full");
  });

  it("of memory is core", async () => {
    const only = cases.filter(({ id }) => /^(?:RECORD|VERSION)-/.test(id)).map(({ id }) => id);
    const backend = await memoryHarness().create();
    const { capabilities } = await backend.open();
    const { level, missing } = gradeOf(capabilities, await runCases(memoryHarness(), { only }));
    expect({ level, first: missing[0] }).toEqual({ level: "core", first: "nothing outlives its process" });
  });

  it("names only kinds of cases that there are", () => {
    for (const kind of levels.flatMap(({ shown }) => shown)) {
      expect(cases.filter(({ id }) => kind.test(id)).length, kind.source).toBeGreaterThan(0);
    }
  });
});
