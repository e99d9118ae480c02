import { existsSync, rmdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Harness } from "@stowage/conformance";
import { delegate, type Driver } from "@stowage/core";
import { missingPackage } from "../open.ts";
import { redact } from "../redact.ts";
import type { Scheme } from "../schemes.ts";
import type { StorageUrl } from "../url.ts";
import { inTime } from "./in-time.ts";
import { isOnDisk } from "./places.ts";
import { type Shell, UsageError } from "./shell.ts";

/** What is to be tested, as it was asked for. */
export interface Target {
  /** Unique among the targets. */
  readonly name: string;
  /** As it may be shown: a URL without its secrets, or a module. */
  readonly place: string;
  /** What `--require` may call it besides. */
  readonly aliases: readonly string[];
  /** How many cases run at once unless something else is asked for. */
  readonly concurrency: number;
  /** Absent: it can't be had, and `missing` says why. */
  readonly harness?: Harness;
  readonly missing?: string;
  /** What it can't be asked by the way it was given, for the report; usually nothing. */
  readonly note?: string;
  /** Removes the folders that had to be made for it. Called at the end. */
  readonly tidy: () => void;
}

/** Where a server is waited for, or another process, cases run beside each other. */
const concurrencies: Readonly<Record<Scheme["shape"], number>> = { none: 1, path: 2, server: 4 };
const moduleFile = /\.[cm]?[jt]s$/;

/**
 * Finds out what the words of the command line mean: `URL`, `MODULE`, or either as `NAME=…`.
 *
 * @param timeout - how many seconds what a module exports may take.
 * @throws UsageError for what is neither, StorageError INVALID_VALUE for a URL that is wrong.
 */
export async function findTargets(
  shell: Shell,
  words: readonly string[],
  timeout: number | undefined,
): Promise<readonly Target[]> {
  const targets: Target[] = [];
  const named = words.map((word) => {
    const [, given, rest = word] = /^([\w .-]+)=(.+)$/s.exec(word) ?? [];
    // A wrong URL is told before a module runs.
    return { given, rest, url: isModule(rest) ? undefined : shell.parse(rest) };
  });
  for (const { given, rest, url } of named) {
    const found = url === undefined ? await moduleTarget(shell, rest, timeout) : await urlTarget(url);
    const aliases = [...found.aliases, rest, found.place];
    targets.push({ ...found, name: freeName(given ?? found.name, targets), aliases });
  }
  return targets;
}

/** A file of JavaScript or TypeScript, or the name of a package. */
function isModule(word: string): boolean {
  return (moduleFile.test(word) && !/^(?:fs|sqlite):/.test(word)) || /^@?[\w-]+(?:\/[\w./-]+)?$/.test(word);
}

function freeName(name: string, targets: readonly Target[]): string {
  const isTaken = (one: string): boolean => targets.some((target) => target.name === one);
  let free = name;
  for (let count = 2; isTaken(free); count++) free = `${name} ${count}`;
  return free;
}

async function urlTarget(url: StorageUrl): Promise<Target> {
  const { scheme, schemeName, readonly } = url;
  const place = redact(url.url);
  if (readonly) throw new UsageError(`Cannot test ${JSON.stringify(place)}: its URL says that it is only read`);
  const { create: _, ...options } = url.options;
  const target = {
    name: nameOf(url),
    place,
    aliases: [schemeName.replace("rediss", "redis")],
    concurrency: concurrencies[scheme.shape],
    tidy: isOnDisk(url) ? tidier(schemeName === "sqlite" ? dirname(url.path) : url.path) : () => {},
  };
  try {
    return { ...target, harness: await scheme.harness({ ...url, options }) };
  } catch (error) {
    const missing = missingPackage(scheme, error);
    if (missing === undefined) throw error;
    return { ...target, missing };
  }
}

function nameOf({ schemeName, address, options }: StorageUrl): string {
  const isCluster = schemeName.startsWith("redis") && address.includes(",") && options["sentinel"] === undefined;
  if (isCluster) return "redis cluster";
  const { durability } = options;
  return durability === undefined ? schemeName : `${schemeName}, durability ${String(durability)}`;
}

/** Removes the folders of a path that are not there yet, as far as they are empty again. */
function tidier(path: string): () => void {
  const made: string[] = [];
  for (let folder = path; !existsSync(folder); folder = dirname(folder)) made.push(folder);
  return () => {
    try {
      for (const folder of made) rmdirSync(folder);
    } catch {
      // Never made, or a case that did not end has left something there.
    }
  };
}

async function moduleTarget(shell: Shell, word: string, timeout: number | undefined): Promise<Target> {
  const refuse = (detail: string, cause?: unknown): Error =>
    new UsageError(`Cannot test ${JSON.stringify(word)}: ${detail}`, { cause });
  const exported = await inTime(importModule(shell.io.cwd, word), timeout).catch((error: unknown) => {
    // Node adds which file asked for it, which is one of ours.
    throw refuse(
      `it can't be loaded: ${messageOf(error).replace(/ imported from \S+$/, "")}${lineOf(error, word)}`,
      error,
    );
  });
  const found = exported["harness"] ?? exported["default"];
  if (found === undefined) throw refuse('it exports neither "harness" nor a default');
  const make = async (): Promise<unknown> => (typeof found === "function" ? await found() : found);
  const made = await inTime(make(), timeout).catch((error: unknown) => {
    throw refuse(`what it exports failed: ${messageOf(error)}`, error);
  });
  const base = { place: word, concurrency: 1, tidy: () => {} };
  if (isHarness(made)) return { ...base, name: made.name, aliases: [made.name], harness: made };
  if (!isDriver(made)) throw refuse("what it exports is neither a harness nor makes one, nor a driver");
  await made.close?.();
  const note = "a driver alone, so one handle: nothing shared by handles or processes and no damaged record was tested";
  return { ...base, name: made.name, aliases: [made.name], harness: driverHarness(made.name, make), note };
}

async function importModule(cwd: string, word: string): Promise<Readonly<Record<string, unknown>>> {
  if (word.startsWith("file:")) return import(word);
  if (isAbsolute(word) || word.startsWith(".") || moduleFile.test(word)) {
    return import(pathToFileURL(resolve(cwd, word)).href);
  }
  let file: string;
  try {
    file = createRequire(join(cwd, "package.json")).resolve(word);
  } catch {
    // A package for `import` alone is found only from here, which is the same project as a rule.
    return import(word);
  }
  return import(pathToFileURL(file).href);
}

/** Where a module can't be read: the stack says it of some errors, and of the others what Node prints. */
function lineOf(error: unknown, word: string): string {
  if (!(error instanceof SyntaxError)) return "";
  const [line = ""] = error.stack?.split("\n") ?? [];
  return /:\d+$/.test(line) ? ` in ${line}` : `, node ${word} shows where`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isHarness(value: unknown): value is Harness {
  const { name, create } = Object(value) as Readonly<Record<string, unknown>>;
  return typeof name === "string" && typeof create === "function";
}

function isDriver(value: unknown): value is Driver {
  const members = Object(value) as Readonly<Record<string, unknown>>;
  return ["get", "put", "remove", "list"].every((name) => typeof members[name] === "function");
}

/** A harness of what makes drivers on places that nobody else sees: all handles are the one driver. */
function driverHarness(name: string, make: () => Promise<unknown>): Harness {
  return {
    name,
    async create() {
      const driver = (await make()) as Driver;
      return {
        open: async () => delegate(driver, driver.close ? { close: async () => {} } : {}),
        destroy: async () => driver.close?.(),
      };
    },
  };
}
