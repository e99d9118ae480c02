import { type Capabilities, isStorageError, keyProblem } from "@stowage/core";
import type { Case, Context } from "./case.ts";
import { looked } from "./failures.ts";

/** Laws about the limits themselves, and what the store says of them: what ends such a case is never beside its point. */
const lawsOfLimits: readonly string[] = ["C1", "C2", "K2"];

/**
 * Runs a case. Resolves to the reason where it has asked for more than the backend claims to take, as cases may that are not
 * about limits.
 */
export async function runWithin(one: Case, context: Context): Promise<string | undefined> {
  try {
    await one.run(context);
    return undefined;
  } catch (error) {
    const { limits } = context.capabilities;
    const reason = lawsOfLimits.includes(one.law) ? undefined : looked(undefined, () => lackOfRoom(error, limits));
    if (reason === undefined) throw error;
    return reason;
  }
}

/**
 * What the claimed limits keep a case from, where an error says just that: the store itself has refused a text or a key
 * before any I/O. What a driver refuses within its limits has a cause, or does not measure more than they allow.
 */
function lackOfRoom(error: unknown, limits: Capabilities["limits"]): string | undefined {
  if (!isStorageError(error) || error.cause !== undefined) return undefined;
  if (error.code === "TOO_LARGE") {
    const [, bytes, bytesMax] = /: the text has (\d+) bytes, at most (\d+) are allowed$/.exec(error.message) ?? [];
    const isBeyond = Number(bytesMax) === limits.valueBytes && Number(bytes) > limits.valueBytes;
    return isBeyond ? `the backend takes texts of at most ${limits.valueBytes} bytes` : undefined;
  }
  if (error.code !== "INVALID_KEY" || error.key === undefined) return undefined;
  const isBeyond = keyProblem(error.key) === undefined && keyProblem(error.key, limits) !== undefined;
  const { segments, segmentBytes, nameBytes } = limits;
  return isBeyond
    ? `the backend takes keys of at most ${segments} segments, ${segmentBytes} bytes each, and ${nameBytes} bytes in all`
    : undefined;
}
