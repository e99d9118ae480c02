import { conformance, modelTest, scoped } from "@stowage/conformance";
import { harness } from "@stowage/redis/harness";
import { describeWith } from "stowage-servers/test";
import { describe, it } from "vitest";

describeWith("redis", "one server", ({ url }) => {
  const redis = harness({ url });
  conformance(redis, { describe, it });
  conformance(scoped(redis), { describe, it });

  it("agrees with the model in more streams than the suite's, each on an empty place", () =>
    modelTest(redis, { seed: 1, runs: 60 }));
});
