import { modelTest } from "@stowage/conformance";
import { harness } from "@stowage/s3/harness";
import { it } from "vitest";
import { describeWith } from "stowage-servers/test";
import { optionsOf } from "./setup.ts";

describeWith("s3", "s3 against the model", ({ url }) => {
  const s3 = harness(optionsOf(url));

  it(
    "agrees with the model in more streams than the suite's, each on an empty place",
    () => modelTest(s3, { seed: 1, runs: 30 }),
    120_000,
  );
});
