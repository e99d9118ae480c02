import { readFileSync } from "node:fs";

/**
 * The vectors of a file below `vectors`. They are JSON and not code, so that a store written in another language is held
 * against the same ones; what imports JSON differs between runtimes, what reads a file does not.
 */
export function readVectors<Vector>(name: string): readonly Vector[] {
  const file = new URL(`../../vectors/${name}.json`, import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { readonly vectors: readonly Vector[] };
  return Object.freeze(vectors);
}
