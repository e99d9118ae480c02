import { conformance, modelTest, scoped } from "@stowage/conformance";
import { harness } from "@stowage/redis/harness";
import { describeWith } from "stowage-servers/test";
import { describe, it } from "vitest";

describeWith("cluster", "a Cluster", ({ url }) => {
  const redis = harness({ url, name: "redis cluster" });
  conformance(redis, { describe, it });
  conformance(scoped(redis), { describe, it });

  it("agrees with the model in more streams than the suite's, each on an empty place", () =>
    modelTest(redis, { seed: 1, runs: 40 }));
});
