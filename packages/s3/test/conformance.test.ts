import { conformance } from "@stowage/conformance";
import { describe, it } from "vitest";
import { describeWith } from "stowage-servers/test";
import { optionsOf, prefixHarness } from "./setup.ts";

describeWith("s3", "s3", ({ url }) => conformance(prefixHarness("s3", optionsOf(url)), { describe, it }));
