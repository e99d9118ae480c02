import { resolve } from "node:path";
import { likelySpelling, StorageError, type StorageErrorCode, unknownOption } from "@stowage/core";
import { redact } from "./redact.ts";
import { type OptionRule, type OptionValue, type Scheme, schemes, type Target } from "./schemes.ts";

/** What relative paths and `~/` refer to. */
export interface Base {
  readonly cwd: string;
  readonly home: string;
}

/** A URL that names a known scheme and is well-formed; nothing has been opened yet. */
export interface StorageUrl extends Target {
  readonly schemeName: string;
  readonly scheme: Scheme;
}

/** Schemes that other tools use for the same thing; too far from ours to be a misspelling. */
const aliases: Readonly<Record<string, string>> = { file: "fs", dir: "fs", db: "sqlite", mem: "memory" };
const databaseFile = /\.(?:db|sqlite|sqlite3)$/i;
const viewOptions: Readonly<Record<string, OptionRule>> = { readonly: "boolean" };

/**
 * Takes a URL apart: the scheme up to the first `:`, the options behind the first `?`, and between them a path that is
 * taken literally. Nothing is percent-decoded, so any path can be pasted that has no `?`.
 *
 * @throws StorageError INVALID_VALUE, with the likely spelling where one is close.
 */
export function parseUrl(url: string, base: Base): StorageUrl {
  if (typeof url !== "string") throw refused("INVALID_VALUE", String(url), "a URL is a string");
  const colon = url.indexOf(":");
  const schemeName = url.slice(0, Math.max(0, colon));
  const scheme = schemes.get(schemeName);
  if (scheme === undefined) throw refused("INVALID_VALUE", url, schemeProblem(url, schemeName));
  const rest = url.slice(colon + 1);
  const question = rest.indexOf("?");
  const location = question < 0 ? rest : rest.slice(0, question);
  const { readonly = false, ...options } = question < 0 ? {} : parseOptions(url, scheme, rest.slice(question + 1));
  const path = scheme.shape === "none" ? nothing(url, location) : parsePath(url, schemeName, location, base);
  return { url, schemeName, scheme, path, options, readonly: readonly === true };
}

/** The error of a URL that can't be opened. The URL is shown without its secrets. */
export function refused(code: StorageErrorCode, url: string, detail: string, cause?: unknown): StorageError {
  return new StorageError({ code, verb: "open", what: JSON.stringify(redact(url)), detail, cause });
}

function schemeProblem(url: string, name: string): string {
  if (url === "") return `the URL is empty, it starts with ${schemeList()}`;
  // One letter before the colon is a drive; a slash before it makes the whole a path.
  if (!/^[a-z][a-z\d+.-]+$/i.test(name)) {
    const guess = `${databaseFile.test(url) ? "sqlite" : "fs"}:${url}`;
    return `the scheme is missing, did you mean ${JSON.stringify(redact(guess))}`;
  }
  const known = aliases[name.toLowerCase()] ?? likelySpelling(name, [...schemes.keys()]);
  return known === undefined
    ? `unknown scheme "${name}:", a URL starts with ${schemeList()}`
    : `unknown scheme "${name}:", did you mean "${known}:"`;
}

function schemeList(): string {
  return [...schemes.keys()].map((name) => `${name}:`).join(", ");
}

function nothing(url: string, location: string): string {
  if (location !== "") throw refused("INVALID_VALUE", url, 'a store in memory has no path, did you mean "memory:"');
  return "";
}

function parsePath(url: string, scheme: string, location: string, base: Base): string {
  if (location === "") throw refused("INVALID_VALUE", url, `the path is missing, as in "${scheme}:./data"`);
  if (location.includes("\0")) throw refused("INVALID_VALUE", url, "the path holds a NUL character");
  if (scheme === "sqlite" && location === ":memory:") return location;
  if (/^\/\/[^/]/.test(location)) {
    const [absolute, relative] = [`${scheme}:/${location}`, `${scheme}:${location.slice(2)}`];
    const detail = `a path has no host, did you mean ${JSON.stringify(redact(relative))} or ${JSON.stringify(redact(absolute))}`;
    throw refused("INVALID_VALUE", url, detail);
  }
  const path = location.replace(/^\/\/\//, "/");
  return path === "~" || path.startsWith("~/") ? resolve(base.home, path.slice(2)) : resolve(base.cwd, path);
}

function parseOptions(url: string, scheme: Scheme, query: string): Readonly<Record<string, OptionValue>> {
  const rules: Readonly<Record<string, OptionRule>> =
    scheme.shape === "none" ? {} : { ...scheme.options, ...viewOptions };
  const options: Record<string, OptionValue> = {};
  for (const pair of query.split("&").filter((pair) => pair !== "")) {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (!Object.hasOwn(rules, name)) throw refused("INVALID_VALUE", url, optionProblem(name, Object.keys(rules)));
    if (Object.hasOwn(options, name)) throw refused("INVALID_VALUE", url, `the option "${name}" is given twice`);
    options[name] = parseValue(url, name, equals < 0 ? "" : pair.slice(equals + 1), rules[name] as OptionRule);
  }
  return options;
}

/** Behind a `?` may also be the rest of a path. */
function optionProblem(name: string, known: readonly string[]): string {
  const problem = unknownOption(name, known);
  return likelySpelling(name, known) === undefined
    ? `${problem}; a path that holds "?" can't be written as a URL`
    : problem;
}

function parseValue(url: string, name: string, value: string, rule: OptionRule): OptionValue {
  if (rule === "milliseconds") {
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw refused("INVALID_VALUE", url, `the option "${name}" is a count of milliseconds, got "${value}"`);
  }
  const words = rule === "boolean" ? ["true", "false"] : rule;
  if (words.includes(value)) return rule === "boolean" ? value === "true" : value;
  const likely = likelySpelling(value, words);
  const detail = `the option "${name}" is ${words.map((word) => `"${word}"`).join(" or ")}, got "${value}"`;
  throw refused("INVALID_VALUE", url, likely === undefined ? detail : `${detail}, did you mean "${likely}"`);
}
