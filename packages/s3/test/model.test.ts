import { memoryHarness, modelTest, sameStream, scoped } from "@stowage/conformance";
import { it } from "vitest";
import { describeWith } from "stowage-servers/test";
import { optionsOf, prefixHarness } from "./setup.ts";

describeWith("s3", "s3 against the model", ({ url }) => {
  const harness = prefixHarness("s3", optionsOf(url));

  it("agrees with the model", () => modelTest(harness, { seed: 1, runs: 30 }), 120_000);
  it("agrees with the model in a scope", () => modelTest(scoped(harness), { seed: 2, runs: 30 }), 120_000);
  it("gives what memory gives", () => sameStream([memoryHarness(), harness], 4), 120_000);
});
