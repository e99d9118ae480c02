import { likelySpelling } from "@stowage/core";
import type { Software } from "./ensure.ts";
import type { TestKind } from "./given.ts";

const software: readonly Software[] = ["redis", "s3"];
const variable = "STOWAGE_REQUIRE";

/**
 * The environment of a run of tests in which these may not be missing. Throws with the likely spelling where a word is
 * none of `redis` and `s3`.
 */
export function requirement(words: readonly string[]): Readonly<Record<string, string>> {
  for (const word of words) {
    if (software.some((known) => known === word)) continue;
    const likely = likelySpelling(word, software);
    const hint = likely === undefined ? `there are ${software.join(", ")}` : `did you mean "${likely}"`;
    throw new Error(`Cannot require "${word}": ${hint}`);
  }
  return { [variable]: words.join(",") };
}

/** Whether tests may not be skipped for want of the server. A Cluster is a kind of Redis. */
export function isRequired(kind: TestKind): boolean {
  const words = process.env[variable]?.split(",") ?? [];
  return words.includes(kind === "cluster" ? "redis" : kind);
}
