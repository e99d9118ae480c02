import { likelySpelling } from "@stowage/core";
import type { Software } from "./ensure.ts";
import type { TestKind } from "./given.ts";

/** What a run of tests may be told not to do without: servers, and the runtimes that the packages are tried on. */
type Requirable = Software | "runtimes";

const requirable: readonly Requirable[] = ["redis", "s3", "runtimes"];
const variable = "STOWAGE_REQUIRE";

/**
 * The environment of a run of tests in which these may not be missing. Throws with the likely spelling where a word is
 * none of `redis`, `s3`, and `runtimes`.
 */
export function requirement(words: readonly string[]): Readonly<Record<string, string>> {
  for (const word of words) {
    if (requirable.some((known) => known === word)) continue;
    const likely = likelySpelling(word, requirable);
    const hint = likely === undefined ? `there are ${requirable.join(", ")}` : `did you mean "${likely}"`;
    throw new Error(`Cannot require "${word}": ${hint}`);
  }
  return { [variable]: words.join(",") };
}

/** Whether tests may not be skipped for want of the server. A Cluster is a kind of Redis. */
export function isRequired(kind: TestKind | "runtimes"): boolean {
  const words = process.env[variable]?.split(",") ?? [];
  return words.includes(kind === "cluster" ? "redis" : kind);
}
