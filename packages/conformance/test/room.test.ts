import { cases, type Case, type Harness, memoryHarness, runCases } from "@stowage/conformance";
import { type Capabilities, declareCapabilities, delegate, memory } from "@stowage/core";
import { describe, expect, it } from "vitest";
import { gradeOf } from "../src/levels.ts";

function narrow(limits: Partial<Capabilities["limits"]>): Capabilities {
  const { capabilities } = memory();
  return declareCapabilities({ ...capabilities, limits: { ...capabilities.limits, ...limits } });
}

function narrowed(capabilities: Capabilities): Harness {
  return memoryHarness({}, (driver) => delegate(driver, { capabilities }));
}

describe("a backend with less room than the contract's", () => {
  it.each([{ valueBytes: 1000 }, { segments: 4 }, { segmentBytes: 100 }, { nameBytes: 200 }])(
    "is no worse for it: %o",
    async (limits) => {
      const results = await runCases(narrowed(narrow(limits)));
      expect(results.filter(({ status }) => status === "failed")).toEqual([]);
      expect(results.filter(({ status }) => status === "passed").length).toBeGreaterThan(800);
    },
    120_000,
  );

  it("is skipped where a case needs more, which nobody has seen then", async () => {
    const capabilities = narrow({ valueBytes: 65_536 });
    const results = await runCases(narrowed(capabilities), { only: ["RECORD-001", "RECORD-003", "VALUE-103"] });
    const reason = "the backend takes texts of at most 65536 bytes";
    expect(results.map(({ status, reason }) => [status, reason])).toEqual([
      ["passed", undefined],
      ["skipped", reason],
      ["skipped", reason],
    ]);
    const rest = cases.filter(({ id }) => !results.some((one) => one.id === id));
    const all = [...results, ...rest.map((one) => ({ ...one, status: "passed" as const, durationMs: 0 }))];
    expect(gradeOf(capabilities, all).unshown).toContain(`RECORD-003, VALUE-103: ${reason}`);
  });

  it.each([
    ["C2", "failed"],
    ["R1", "skipped"],
  ])("has a case of %s %s that writes more", async (law, status) => {
    const own: Case = {
      id: "MINE-001",
      law,
      title: "a text of 101 bytes is written",
      run: async ({ store }) => store.write(["a"], "x".repeat(99)),
    };
    const harness = { ...narrowed(narrow({ valueBytes: 100 })), cases: [own] };
    expect(await runCases(harness, { only: ["MINE-001"] })).toMatchObject([{ status }]);
  });
});
