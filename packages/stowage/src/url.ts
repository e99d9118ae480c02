import { resolve } from "node:path";
import { likelySpelling } from "@stowage/core";
import { parseOptions } from "./options.ts";
import { redact } from "@stowage/core/redact";
import { refused } from "./refused.ts";
import { type Scheme, schemes, type Target } from "./schemes.ts";

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
const aliases: Readonly<Record<string, string>> = {
  file: "fs",
  dir: "fs",
  db: "sqlite",
  mem: "memory",
  valkey: "redis",
  valkeys: "rediss",
  aws: "s3",
  minio: "s3",
};
const unencoded =
  '"@" and "#" are written "%40" and "%23" there, and so are "/" and "?" in a password, "%2F" and "%3F"';
/** `user@`, or `user:password@` where the password may hold anything. */
const inFront = /^\/*[^/]*(?:@|:.*@)/s;
const databaseFile = /\.(?:db|sqlite|sqlite3)$/i;
/** `localhost:6379`, also with a user and a password in front. */
const hostAndPort = /^(?:[^\s/]*@)?[\w.-]+:\d{2,5}(?:$|[/?])/;

/**
 * Takes a URL apart: the scheme up to the first `:`, the options behind the first `?`, and between them a path or an
 * address. A path is taken literally, nothing in it is percent-decoded, so any path can be pasted that has no `?`; so is
 * the address of a server, which is for its adapter to read.
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
  const query = question < 0 ? "" : rest.slice(question + 1);
  const address = scheme.shape === "server" ? parseAddress(url, schemeName, scheme, location, query) : "";
  const { readonly = false, ...options } = parseOptions(url, scheme, query);
  if (scheme.shape === "none") refuseLocation(url, location);
  const path = scheme.shape === "path" ? parsePath(url, schemeName, scheme, location, base) : "";
  return { url, schemeName, scheme, path, address, options, readonly: readonly === true };
}

function schemeProblem(url: string, name: string): string {
  const all = [...schemes.keys()].map(withSeparator).join(", ");
  if (url === "") return `the URL is empty, it starts with ${all}`;
  if (hostAndPort.test(url)) return `the scheme is missing, did you mean ${quoted(`redis://${url}`)}`;
  // One letter before the colon is a drive; a slash before it makes the whole a path.
  if (!/^[a-z][a-z\d+.-]+$/i.test(name)) {
    const guess = `${databaseFile.test(url) ? "sqlite" : "fs"}:${url}`;
    return `the scheme is missing, did you mean ${quoted(guess)}`;
  }
  if (/^https?$/i.test(name)) return httpProblem(url);
  const known = aliases[name.toLowerCase()] ?? likelySpelling(name, [...schemes.keys()]);
  return known === undefined
    ? `unknown scheme "${name}:", a URL starts with ${all}`
    : `unknown scheme "${name}:", did you mean "${withSeparator(known)}"`;
}

function withSeparator(name: string): string {
  return schemes.get(name)?.shape === "server" ? `${name}://` : `${name}:`;
}

/** Who pastes the address of a server that speaks HTTP most likely means a bucket there. */
function httpProblem(url: string): string {
  const [, scheme = "", host = ""] = /^(https?:\/\/)(?:[^/@]*@)?([^/?#@]*)/i.exec(redact(url)) ?? [];
  const guess = /\.amazonaws\.com$/i.test(host) ? "s3://BUCKET/PREFIX" : `s3://BUCKET?endpoint=${scheme}${host}`;
  return `a store is not named by an address of the web, did you mean "${guess}"`;
}

function refuseLocation(url: string, location: string): void {
  if (location !== "") throw refused("INVALID_VALUE", url, 'a store in memory has no path, did you mean "memory:"');
}

/** The URL without its options. What is wrong is told without quoting it, since a part may be the rest of a password. */
function parseAddress(url: string, name: string, scheme: Scheme, location: string, query: string): string {
  const refuse = (detail: string): Error => refused("INVALID_VALUE", url, detail);
  const place = location.replace(/^\/*/, "");
  if (place === "") throw refuse(`the address is missing, as in "${scheme.example}"`);
  const { credentials } = scheme;
  if (credentials !== undefined && (inFront.test(location) || /@|%40/.test(query))) throw refuse(credentials);
  if (query.includes("@") || (credentials === undefined && location.includes("#"))) throw refuse(unencoded);
  if (!location.startsWith("//")) throw refuse(`"//" is missing, did you mean ${quoted(`${name}://${place}`)}`);
  return `${name}:${location}`;
}

function parsePath(url: string, name: string, scheme: Scheme, location: string, base: Base): string {
  if (location === "") throw refused("INVALID_VALUE", url, `the path is missing, as in "${scheme.example}"`);
  if (location.includes("\0")) throw refused("INVALID_VALUE", url, "the path holds a NUL character");
  if (name === "sqlite" && location === ":memory:") return location;
  if (/^\/\/[^/]/.test(location)) {
    const [absolute, relative] = [`${name}:/${location}`, `${name}:${location.slice(2)}`];
    throw refused("INVALID_VALUE", url, `a path has no host, did you mean ${quoted(relative)} or ${quoted(absolute)}`);
  }
  const path = location.replace(/^\/\/\//, "/");
  return path === "~" || path.startsWith("~/") ? resolve(base.home, path.slice(2)) : resolve(base.cwd, path);
}

/** A guess at the right URL, without its secrets. */
function quoted(url: string): string {
  return JSON.stringify(redact(url));
}
