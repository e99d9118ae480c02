import type { Key } from "@stowage/core";
import { readVectors } from "./vectors.ts";

/** Two keys that a careless backend takes for one, or lets stand in each other's way. Plain JSON. */
export interface KeyPair {
  readonly id: string;
  readonly title: string;
  readonly a: Key;
  readonly b: Key;
  /** They differ only in case or in Unicode normalisation, so a backend that folds them may refuse the second. */
  readonly folds?: true;
}

export const keyPairs: readonly KeyPair[] = readVectors("key-pairs");
