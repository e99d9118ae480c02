import { type Key, Store } from "@stowage/core";
import { type BrokenDriver, retexting } from "./broken.ts";
import { brokenStore } from "./stores.ts";

/** A driver that changes the strings which are a whole text. */
function restringing(id: string, title: string, killedBy: string, change: (value: string) => unknown): BrokenDriver {
  const retext = (text: string): string => {
    const value: unknown = text.startsWith('"') ? JSON.parse(text) : undefined;
    return typeof value === "string" ? JSON.stringify(change(value), null, 2) : text;
  };
  return { id, title, killedBy, make: (driver) => retexting(driver, retext) };
}

/** A driver that writes JSON as other languages do. */
function respelling(id: string, title: string, killedBy: string, retext: (text: string) => string): BrokenDriver {
  return { id, title, killedBy, make: (driver) => retexting(driver, retext) };
}

function unpacked(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A store that changes what is no plain value before it writes. */
function changing(id: string, title: string, killedBy: string, change: (value: unknown) => unknown): BrokenDriver {
  const Broken = class extends Store {
    override write(key: Key, value: unknown): Promise<void> {
      return super.write(key, change(value));
    }
  };
  return brokenStore(id, title, killedBy, Broken);
}

export const brokenSpellings: readonly BrokenDriver[] = [
  respelling("BROKEN-521", "writes an empty array as an empty object", "VALUE-002", (text) =>
    text === "[]" ? "{}" : text,
  ),
  respelling("BROKEN-522", "writes true as 1", "VALUE-005", (text) => (text === "true" ? "1" : text)),
  respelling("BROKEN-523", "escapes letters beyond ASCII", "VALUE-022", (text) =>
    text.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  ),
  respelling("BROKEN-524", "escapes angle brackets", "VALUE-050", (text) =>
    text.replaceAll("<", "\\u003c").replaceAll(">", "\\u003e"),
  ),
  respelling("BROKEN-525", "escapes slashes", "VALUE-080", (text) => text.replaceAll("/", "\\/")),
  respelling("BROKEN-526", "strips what colours a terminal", "VALUE-053", (text) =>
    text.replaceAll(/\\u001b\[\d*m/g, ""),
  ),
  restringing("BROKEN-527", "unpacks a string that holds JSON", "VALUE-011", unpacked),
  restringing("BROKEN-528", "trims strings", "VALUE-014", (value) => value.trim()),
  restringing("BROKEN-529", "makes all line ends alike", "VALUE-015", (value) => value.replaceAll(/\r\n?/g, "\n")),
  restringing("BROKEN-530", "strips backslashes", "VALUE-078", (value) => value.replaceAll("\\", "")),
  restringing("BROKEN-531", "doubles single quotes", "VALUE-051", (value) => value.replaceAll("'", "''")),
  restringing("BROKEN-532", "fills in what looks like a format", "VALUE-052", (value) =>
    value.replaceAll(/%[sdn]/g, "undefined"),
  ),
  restringing("BROKEN-533", "has room for 252 letters of a string", "VALUE-101", (value) => value.slice(0, 252)),
  changing("BROKEN-534", "writes a map as its entries", "VALUE-209", (value) =>
    value instanceof Map ? [...value] : value,
  ),
  changing("BROKEN-535", "takes a boxed string apart", "VALUE-212", (value) =>
    typeof value === "object" && typeof value?.valueOf() === "string" ? { ...value } : value,
  ),
];
