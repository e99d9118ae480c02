import { existsSync, rmdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Harness } from "@stowage/conformance";
import { delegate, type Driver } from "@stowage/core";
import { missingPackage } from "../open.ts";
import { redact } from "@stowage/core/redact";
import type { Scheme } from "../schemes.ts";
import type { StorageUrl } from "../url.ts";
import type { Background } from "./conformance-background.ts";
import { printable } from "./format.ts";
import { inSeconds } from "./in-time.ts";
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
const extensions = [".ts", ".js", ".mts", ".mjs", ".cts", ".cjs"];

/**
 * Finds out what the words of the command line mean: `URL`, `MODULE`, or either as `NAME=…`.
 *
 * @param timeout - how many seconds what a module exports may take.
 * @param background - hears of what fails behind that.
 * @throws UsageError for what is neither, StorageError INVALID_VALUE for a URL that is wrong.
 */
export async function findTargets(
  shell: Shell,
  words: readonly string[],
  timeout: number | undefined,
  background: Background,
): Promise<readonly Target[]> {
  const targets: Target[] = [];
  const named = words.map((word) => {
    const [, given, rest = word] = /^([\w .-]+)=(.+)$/s.exec(word) ?? [];
    // A wrong URL is told before a module runs.
    return { given, rest, url: isModule(rest) ? undefined : parsePlace(shell, rest) };
  });
  for (const { given, rest, url } of named) {
    const found =
      url === undefined
        ? await background.run(rest, () => moduleTarget(shell, rest, timeout))
        : await background.run(redact(url.url), () => urlTarget(url));
    const aliases = [...found.aliases, rest, found.place];
    // A harness may be called anything, and its name stands in lines, tables, and files.
    targets.push({ ...found, name: freeName(given ?? printable(found.name), targets), aliases });
  }
  return targets;
}

/** A file of JavaScript or TypeScript, or the name of a package. */
function isModule(word: string): boolean {
  return (moduleFile.test(word) && !/^(?:fs|sqlite):/.test(word)) || /^@?[\w-]+(?:\/[\w./-]+)?$/.test(word);
}

function parsePlace(shell: Shell, word: string): StorageUrl {
  const guess = withExtension(shell.io.cwd, word);
  if (guess === undefined) return shell.parse(word);
  throw new UsageError(`Cannot test ${JSON.stringify(word)}: did you mean ${JSON.stringify(guess)}`);
}

/** The module that a path leads to when its extension is added; `undefined` where there is none, or the word is a URL. */
function withExtension(cwd: string, word: string): string | undefined {
  if (word.includes(":")) return undefined;
  const guess = extensions.map((extension) => word + extension).find((file) => existsSync(resolve(cwd, file)));
  return guess === undefined || /^[./]/.test(guess) ? guess : `./${guess}`;
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
  const folder = schemeName === "sqlite" ? dirname(url.path) : url.path;
  if (isOnDisk(url)) refuseFile(place, folder);
  const target = {
    name: nameOf(url),
    place,
    aliases: [schemeName.replace("rediss", "redis")],
    concurrency: concurrencies[scheme.shape],
    tidy: isOnDisk(url) ? tidier(folder) : () => {},
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

/** Refuses a folder that can't be made since a file lies in its way. */
function refuseFile(place: string, folder: string): void {
  let found = folder;
  while (!existsSync(found)) found = dirname(found);
  if (statSync(found).isDirectory()) return;
  throw new UsageError(`Cannot test ${JSON.stringify(place)}: ${JSON.stringify(found)} is no folder`);
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
  const exported = await inSeconds(() => importModule(shell.io.cwd, word), timeout).catch((error: unknown) => {
    // Node adds which file asked for it, which is one of ours.
    const hint = lineOf(error, word) ?? remedyOf(error, shell.io.cwd, word) ?? "";
    throw refuse(`it can't be loaded: ${messageOf(error).replace(/ imported from \S+$/, "")}${hint}`, error);
  });
  const found = exportOf(exported);
  if (found === undefined) throw refuse('it exports neither "harness" nor a default');
  const make = async (): Promise<unknown> => (typeof found === "function" ? await found() : found);
  const made = await inSeconds(make, timeout).catch((error: unknown) => {
    const wantsMore = typeof found === "function" && found.length > 0;
    throw refuse(`what it exports failed${wantsMore ? " without arguments" : ""}: ${messageOf(error)}`, error);
  });
  const base = { place: word, concurrency: 1, tidy: () => {} };
  if (isHarness(made)) return { ...base, name: made.name, aliases: [made.name], harness: made };
  if (!isDriver(made)) throw refuse("what it exports is neither a harness nor makes one, nor a driver");
  await made.close?.();
  const note = "a driver alone, so one handle: nothing shared by handles or processes and no damaged record was tested";
  const name = String(made.name);
  return { ...base, name, aliases: [name], harness: driverHarness(name, make), note };
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

/** What a module offers for tests. All that one of CommonJS exports lies in its `default`, also what is called so there. */
function exportOf({ harness, default: whole }: Readonly<Record<string, unknown>>): unknown {
  const inner = Object(whole) as Readonly<Record<string, unknown>>;
  return harness ?? inner["harness"] ?? inner["default"] ?? whole;
}

/** Where a module can't be read: the stack says it of some errors, and of the others what Node prints. */
function lineOf(error: unknown, word: string): string | undefined {
  if (!(error instanceof SyntaxError)) return undefined;
  const [line = ""] = error.stack?.split("\n") ?? [];
  return /:\d+$/.test(line) ? ` in ${line}` : `, node ${word} shows where`;
}

/** What may help where a module can't be found, or not in this language. */
function remedyOf(error: unknown, cwd: string, word: string): string | undefined {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  if (code === "ERR_UNKNOWN_FILE_EXTENSION" && /"\.[cm]?ts"/.test(String(message))) {
    return "; Node reads TypeScript from 22.18 on, name a .js with an older one";
  }
  const guess = code === "ERR_MODULE_NOT_FOUND" ? withExtension(cwd, word) : undefined;
  return guess === undefined ? undefined : `, did you mean ${JSON.stringify(guess)}`;
}

/** What others threw, as part of one line. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return printable(text.trim().replaceAll(/\s*\n\s*/g, " "));
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
