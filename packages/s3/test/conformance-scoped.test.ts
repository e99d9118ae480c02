import { conformance, scoped } from "@stowage/conformance";
import { harness } from "@stowage/s3/harness";
import { describe, it } from "vitest";
import { describeWith } from "stowage-servers/test";
import { knownGaps, optionsOf } from "./setup.ts";

describeWith("s3", "s3 in a scope", ({ url }) => {
  conformance(scoped({ ...harness(optionsOf(url)), knownGaps }), { describe, it });
});
