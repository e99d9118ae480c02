import { likelySpelling, unknownOption } from "@stowage/core";
import { refused } from "./refused.ts";
import type { OptionRule, OptionValue, Scheme } from "./schemes.ts";

const viewOptions: Readonly<Record<string, OptionRule>> = { readonly: "boolean" };
const credentialName = /key|secret|token|pass|credential|signature|auth/i;

/**
 * Takes the part behind the `?` apart. Values of a server's URL are percent-decoded, those behind a path are not.
 *
 * @throws StorageError INVALID_VALUE, with the likely spelling where one is close.
 */
export function parseOptions(url: string, scheme: Scheme, query: string): Readonly<Record<string, OptionValue>> {
  const rules: Readonly<Record<string, OptionRule>> =
    scheme.shape === "none" ? {} : { ...scheme.options, ...viewOptions };
  const options: Record<string, OptionValue> = {};
  for (const pair of query.split("&").filter((pair) => pair !== "")) {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (!Object.hasOwn(rules, name)) throw refused("INVALID_VALUE", url, nameProblem(name, scheme, Object.keys(rules)));
    if (Object.hasOwn(options, name)) throw refused("INVALID_VALUE", url, `the option "${name}" is given twice`);
    const value = equals < 0 ? "" : pair.slice(equals + 1);
    const decoded = scheme.shape === "server" ? decode(url, name, value) : value;
    options[name] = parseValue(url, name, decoded, rules[name] as OptionRule);
  }
  return options;
}

function nameProblem(name: string, { shape, credentials }: Scheme, known: readonly string[]): string {
  if (credentials !== undefined && credentialName.test(name)) return credentials;
  const problem = unknownOption(name, known);
  // Behind a `?` may also be the rest of a path.
  return shape === "server" || likelySpelling(name, known) !== undefined
    ? problem
    : `${problem}; a path that holds "?" can't be written as a URL`;
}

function decode(url: string, name: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw refused("INVALID_VALUE", url, `the option "${name}" holds a "%" that starts no code, it is written "%25"`);
  }
}

function parseValue(url: string, name: string, value: string, rule: OptionRule): OptionValue {
  const problem = (detail: string): Error => refused("INVALID_VALUE", url, `the option "${name}" ${detail}`);
  if (rule === "text") {
    if (value === "") throw problem("has no value");
    return value;
  }
  if (rule === "milliseconds" || rule === "count") {
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw problem(`is ${rule === "count" ? "a count" : "a count of milliseconds"}, got "${value}"`);
  }
  const words = rule === "boolean" ? ["true", "false"] : rule;
  if (words.includes(value)) return rule === "boolean" ? value === "true" : value;
  const likely = likelySpelling(value, words);
  const detail = `is ${words.map((word) => `"${word}"`).join(" or ")}, got "${value}"`;
  throw problem(likely === undefined ? detail : `${detail}, did you mean "${likely}"`);
}
