import { brokenDrivers, cases, memoryHarness, runCases } from "@stowage/conformance";
import { describe, expect, it } from "vitest";

describe("the suite can fail", () => {
  for (const { id, title, killedBy, make } of brokenDrivers) {
    it(`${id} is found by ${killedBy}: a driver that ${title}`, async () => {
      const [sound] = await runCases(memoryHarness(limitsFor(killedBy)), { only: [killedBy] });
      expect(sound).toMatchObject({ status: "passed" });
      const [broken] = await runCases(memoryHarness({}, make), { only: [killedBy], timeoutMs: 1000 });
      expect(broken, `${id} survives: a driver that ${title}`).toMatchObject({ status: "failed" });
    });
  }

  it("ids of broken drivers are unique, and each names a case that exists", () => {
    expect(new Set(brokenDrivers.map(({ id }) => id)).size).toBe(brokenDrivers.length);
    const known = new Set(cases.map(({ id }) => id));
    expect(brokenDrivers.filter(({ killedBy }) => !known.has(killedBy))).toEqual([]);
  });
});

/** The case of a text's limit applies only where there is one to reach. */
function limitsFor(id: string): { valueBytes?: number } {
  return id === "CLAIM-009" ? { valueBytes: 4096 } : {};
}
