import type { Key } from "@stowage/core";
import { readVectors } from "./vectors.ts";

/** A key that every backend takes. Plain JSON. */
export interface LegalKey {
  readonly id: string;
  readonly title: string;
  readonly key: Key;
}

/**
 * Legal keys that backends are known to mistreat: names that a file system, a pattern, a query, or an object's prototype
 * gives a meaning of its own.
 */
export const legalKeys: readonly LegalKey[] = readVectors("legal-keys");
