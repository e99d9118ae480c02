import { conformance, scoped } from "@stowage/conformance";
import { describe, it } from "vitest";
import { describeWith } from "stowage-servers/test";
import { optionsOf, prefixHarness } from "./setup.ts";

describeWith("s3", "s3 in a scope", ({ url }) => {
  conformance(scoped(prefixHarness("s3", optionsOf(url))), { describe, it });
});
