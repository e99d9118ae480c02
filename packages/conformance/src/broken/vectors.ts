import { delegate, type Driver } from "@stowage/core";
import { type BrokenDriver, renaming, retexting } from "./broken.ts";

/** The hash of Java's strings. */
function hashOf(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0;
  return hash;
}

/** How deep objects and arrays lie in one another; what is in strings counts as well. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === "[" || char === "{") deepest = Math.max(deepest, ++depth);
    else if (char === "]" || char === "}") depth--;
  }
  return deepest;
}

function texting(id: string, title: string, killedBy: string, retext: (text: string) => string): BrokenDriver {
  return { id, title, killedBy, make: (driver) => retexting(driver, retext) };
}

/** A driver of which some names are one record's. */
function naming(id: string, title: string, killedBy: string, rename: (name: string) => string): BrokenDriver {
  return { id, title, killedBy, make: (driver) => renaming(driver, rename) };
}

function marking(driver: Driver, change: (text: string) => string): Driver {
  return delegate(driver, { putMarker: (name, text) => driver.putMarker(name, change(text)) });
}

/** Texts, markers, and names that a tool on the way gives a meaning of its own. */
export const brokenVectors: readonly BrokenDriver[] = [
  texting("BROKEN-749", "puts texts into a template by String.replace", "VALUE-118", (text) => "X".replace("X", text)),
  texting("BROKEN-750", "strips a byte-order mark from what it writes", "FOREIGN-003", (text) =>
    text.replace(/^\ufeff/, ""),
  ),
  texting("BROKEN-751", "makes the line ends of a text alike", "FOREIGN-003", (text) => text.replaceAll("\r\n", "\n")),
  texting("BROKEN-752", "can't nest deeper than 1,000", "VALUE-129", (text) => (depthOf(text) > 1000 ? "null" : text)),
  naming("BROKEN-753", "puts names into a template by String.replace", "PAIR-101", (name) => "X".replace("X", name)),
  naming("BROKEN-754", "keeps records by the hash of Java", "PAIR-106", (name) => `${hashOf(name)}.json`),
  naming("BROKEN-755", "joins segments by a bar", "PAIR-073", (name) => name.replaceAll("/", "|")),
  {
    id: "BROKEN-756",
    title: "takes a marker for a number",
    killedBy: "MARKER-002",
    make: (driver) => marking(driver, (text) => (/^\d+$/.test(text) ? String(Number(text)) : text)),
  },
  {
    id: "BROKEN-757",
    title: "strips a byte-order mark from markers",
    killedBy: "MARKER-002",
    make: (driver) => marking(driver, (text) => text.replace(/^\ufeff/, "")),
  },
];
