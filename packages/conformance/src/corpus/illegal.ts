import { readVectors } from "./vectors.ts";

/** A key that every backend refuses, with what its message must name. Plain JSON. */
export interface IllegalKey {
  readonly id: string;
  readonly title: string;
  /** Not typed as a key: some are no arrays of strings. */
  readonly key: unknown;
  /** A part of the error message that says what is wrong. */
  readonly says: string;
  /** Refused as a key, but legal as the prefix of a listing. */
  readonly legalPrefix?: true;
  /** It holds half of a surrogate pair, which strings of other languages can't hold. */
  readonly loneSurrogate?: true;
}

export const illegalKeys: readonly IllegalKey[] = readVectors("illegal-keys");
