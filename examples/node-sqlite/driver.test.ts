import { conformance } from "@stowage/conformance";
import { describe, it } from "vitest";
import { harness } from "./harness.ts";

conformance(harness, { describe, it });
