import { type Foreign, keyOf, markerName } from "@stowage/core";
import { isProbe } from "./conditions.ts";

/** The names among these that are no records, with the reason. */
export function* foreignAmong(names: readonly string[]): Generator<Foreign> {
  for (const name of names) {
    if (name === markerName || keyOf(name) !== undefined) continue;
    yield { path: name, reason: reasonOf(name) };
  }
}

function reasonOf(name: string): string {
  if (name === "" || name.endsWith("/")) return "it stands for a folder";
  if (isProbe(name)) return "it is of a probe, which is under way or was interrupted";
  if (name.split("/").some((segment) => segment.startsWith("."))) return 'its name starts with "."';
  return name.endsWith(".json") ? "its path is no legal key" : "its name does not end with .json";
}
