import { conformance, memoryHarness, modelTest, sameStream, scoped } from "@stowage/conformance";
import { describeWith } from "stowage-servers/test";
import { describe, it } from "vitest";
import { clientOf, redisHarness } from "./harness.ts";

describeWith("redis", "one server", ({ url }) => {
  const harness = redisHarness("redis", url, clientOf(url));
  conformance(harness, { describe, it });
  conformance(scoped(harness), { describe, it });

  it("agrees with the model", () => modelTest(harness, { seed: 1, runs: 60 }));
  it("agrees with the model in a scope", () => modelTest(scoped(harness), { seed: 2, runs: 60 }));
  it("gives what memory gives", () => sameStream([memoryHarness(), harness], 4));
});
