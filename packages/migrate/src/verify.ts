import type { Store } from "@stowage/core";
import { compare } from "./compare.ts";
import { refuseSameStore } from "./errors.ts";
import { Side } from "./side.ts";
import { Meter } from "./tally.ts";
import type { Comparison } from "./readings.ts";
import type { ReadOptions } from "./types.ts";

/**
 * Compares two stores both ways, every record by its bytes, in bounded memory, and takes the digest of each. Writes
 * nothing. Records that change meanwhile may show as different, missing, or extra.
 *
 * @throws StorageError INVALID_VALUE when both are the same store; what a backend fails with.
 */
export async function verify(a: Store, b: Store, options: ReadOptions = {}): Promise<Comparison> {
  refuseSameStore("verify", a, b);
  return compare(new Side(a), new Side(b), options, new Meter("verify", options));
}
