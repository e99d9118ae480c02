import { brokenDrivers, memoryHarness, modelTest, sameStream, scoped } from "@stowage/conformance";
import { describe, expect, it } from "vitest";

/** Faults that the model must meet within a few hundred streams, as a check of its operations. */
const modelFinds = [
  "001",
  "003",
  "007",
  "012",
  "018",
  "044",
  "071",
  "076",
  "077",
  "082",
  "085",
  "091",
  "106",
  "111",
  "117",
];

describe("the model", () => {
  it("agrees with memory", async () => {
    await modelTest(memoryHarness(), { seed: 1, runs: 200 });
  });

  it("agrees with memory in a scope", async () => {
    await modelTest(scoped(memoryHarness()), { seed: 2, runs: 100 });
  });

  for (const { id, title, make } of brokenDrivers.filter(({ id }) => modelFinds.includes(id.slice(-3)))) {
    it(`differs from ${id}, a driver that ${title}`, async () => {
      await expect(modelTest(memoryHarness({}, make), { seed: 3, runs: 300 })).rejects.toThrow(/seed: 3, path: "/);
    });
  }

  it("sees one stream give the same on a backend and in its scope", async () => {
    await sameStream([memoryHarness(), scoped(memoryHarness())], 4);
  });

  it("sees one stream give something else on a broken driver", async () => {
    const broken = brokenDrivers.find(({ id }) => id === "BROKEN-076");
    await expect(sameStream([memoryHarness(), memoryHarness({}, broken?.make)], 5)).rejects.toThrow(
      "seed 5: memory differs",
    );
  });
});
