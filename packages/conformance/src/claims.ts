import type { Capabilities } from "@stowage/core";
import { HarnessError } from "./made.ts";

/** What the suite can't do without; CLAIM cases look at the rest. */
const limits = ["segments", "segmentBytes", "nameBytes", "valueBytes"] as const;

/** Refuses capabilities that cases could not even be chosen by. */
export function checkCapabilities(capabilities: Capabilities | undefined): void {
  const problem = capabilitiesProblem(capabilities);
  if (problem !== undefined) throw new HarnessError("driver", problem);
}

/** Why cases can't be chosen by the capabilities of a driver, or `undefined` where they can. */
function capabilitiesProblem(capabilities: Partial<Capabilities> | null | undefined): string | undefined {
  if (typeof capabilities !== "object" || capabilities === null) return "it has no capabilities";
  if (typeof capabilities.limits !== "object" || capabilities.limits === null) {
    return 'its capabilities have no "limits"';
  }
  const missing = limits.filter((name) => typeof capabilities.limits?.[name] !== "number");
  if (missing.length > 0) {
    return `the limits in its capabilities lack ${missing.map((name) => JSON.stringify(name)).join(", ")}`;
  }
  return isJson(capabilities) ? undefined : "its capabilities are no JSON";
}

/** Whether a report can hold it. */
function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
