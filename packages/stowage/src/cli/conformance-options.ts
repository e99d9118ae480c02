import { existsSync, mkdirSync, mkdtempSync, rmdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Harness, Profile } from "@stowage/conformance";
import type { ReportForm } from "@stowage/conformance/report";
import { likelySpelling } from "@stowage/core";
import type { Command, Option } from "commander";
import type { Target } from "./conformance-targets.ts";
import { type Shell, UsageError } from "./shell.ts";

/** What the command line says, as far as it can be read one option at a time. */
export interface ConformanceOptions {
  readonly profile: Profile;
  readonly seed: number;
  readonly out: string;
  /** In seconds. */
  readonly timeout?: number;
  readonly only?: readonly string[];
  readonly require?: readonly string[];
  readonly report?: readonly string[];
  readonly scale?: number;
  readonly concurrency?: number;
  readonly replay?: string;
  readonly selfTest?: boolean;
  readonly json?: boolean;
}

const secondsMax = 86_400;

/** A list behind a comma each, or one option for each of them. */
export function parseList(text: string, former: readonly string[] = []): readonly string[] {
  const words = text.split(",").map((word) => word.trim());
  if (words.includes("")) throw new UsageError(`Cannot use ${JSON.stringify(text)} as a list: a name is missing in it`);
  return [...former, ...words];
}

/** Whole, since names may hold commas. */
export function parseEach(text: string, former: readonly string[] = []): readonly string[] {
  return [...former, text];
}

/** A count of what there must be one of. */
export function parseFromOne(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`Cannot use ${JSON.stringify(text)} as a count: it is a whole number from 1`);
}

export function parseSeconds(text: string): number {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= secondsMax) return seconds;
  const range = `it is a number of seconds above 0, at most ${secondsMax}`;
  throw new UsageError(`Cannot use ${JSON.stringify(text)} as a time limit: ${range}`);
}

/** Refuses options that are given and mean nothing beside the one that leads. */
export function checkAlone(command: Command, lead: string, others: readonly string[], why: string): void {
  const allowed = [lead, ...others, "--json"];
  const isGiven = (one: Option): boolean => command.getOptionValueSource(one.attributeName()) === "cli";
  const strange = command.options.find((one) => isGiven(one) && !allowed.includes(String(one.long)));
  if (strange !== undefined) throw new UsageError(`Cannot use ${strange.long} beside ${lead}: ${why}`);
}

/** How much larger the cases are that find faults by chance; `undefined` where the profile says it. */
export function scaleOf({ io }: Shell, { scale }: ConformanceOptions): number | undefined {
  const text = io.env["STOWAGE_SCALE"];
  if (scale !== undefined || text === undefined) return scale;
  try {
    return parseFromOne(text);
  } catch (error) {
    throw new UsageError("Cannot use STOWAGE_SCALE of the environment: it is a whole number from 1", { cause: error });
  }
}

export function formsOf(known: readonly ReportForm[], words: readonly string[]): readonly ReportForm[] {
  return [...new Set(words)].map((word) => {
    const form = known.find((one) => one === word);
    if (form !== undefined) return form;
    throw new UsageError(`Cannot write a report as ${JSON.stringify(word)}: ${hint(word, known)}`);
  });
}

/** Refuses a folder that can't hold the reports, before anything is run for them. Leaves nothing. */
export function checkFolder({ io }: Shell, out: string): void {
  const folder = resolve(io.cwd, out);
  const missing: string[] = [];
  let found = folder;
  for (; !existsSync(found); found = dirname(found)) missing.unshift(found);
  const made: string[] = [];
  try {
    if (!statSync(found).isDirectory())
      throw new Error(`${found === folder ? "it" : JSON.stringify(found)} is no folder`);
    // Permissions are not all that it takes: only trying shows whether it works.
    for (const one of missing) {
      mkdirSync(one);
      made.unshift(one);
    }
    rmdirSync(mkdtempSync(join(folder, ".stowage-")));
  } catch (error) {
    const { message } = error as Error;
    const detail = `${message.replace(/, \w+ '.*$/, "")}, name another with --out`;
    throw new UsageError(`Cannot write reports to ${JSON.stringify(out)}: ${detail}`, { cause: error });
  } finally {
    for (const one of made) rmdirSync(one);
  }
}

/** Targets that may not be skipped, as they are named in one `--require` or several. A name may hold commas. */
export function requiredTargets(targets: readonly Target[], texts: readonly string[]): readonly Target[] {
  return texts.flatMap((text) => {
    const parts = text.split(",");
    const found: Target[] = [];
    for (let start = 0; start < parts.length;) {
      let end = parts.length;
      const named = (): readonly Target[] => {
        const word = parts.slice(start, end).join(",").trim();
        return targets.filter((target) => isCalled(target, word));
      };
      while (end > start && named().length === 0) end--;
      if (end === start) throw notCalled(targets, (parts[start] as string).trim());
      found.push(...named());
      start = end;
    }
    return found;
  });
}

function isCalled({ name, aliases }: Target, word: string): boolean {
  return name === word || aliases.includes(word);
}

function notCalled(targets: readonly Target[], word: string): Error {
  const names = targets.flatMap(({ name, aliases }) => [name, ...aliases]);
  return new UsageError(`Cannot require ${JSON.stringify(word)}: no target is called that, ${hint(word, names)}`);
}

function hint(word: string, known: readonly string[]): string {
  const likely = likelySpelling(word, known);
  if (likely !== undefined) return `did you mean "${likely}"`;
  const names = [...new Set(known)];
  return names.length === 1 ? `the only one is ${names.join()}` : `it is one of ${names.join(", ")}`;
}

type Cases = NonNullable<Harness["cases"]>;

/** The ids that each target is asked for; a word without a number means its whole category. */
export function chooseIds(
  targets: readonly Target[],
  cases: Cases,
  words: readonly string[] | undefined,
  inBrief: (ids: readonly string[]) => string,
): ReadonlyMap<Target, readonly string[]> | undefined {
  if (words === undefined) return undefined;
  const isMeant = (id: string, word: string): boolean => id === word || id.startsWith(`${word}-`);
  const all = [...new Set(targets.flatMap((target) => idsOf(target, cases)))];
  const ids = words.map((word) => word.toUpperCase());
  const unknown = ids.find((word) => !all.some((id) => isMeant(id, word)));
  if (unknown !== undefined) {
    const categories = [...new Set(all.map((id) => id.replace(/-\d+$/, "")))];
    const [, category] = /^([A-Z]+)-\d+$/.exec(unknown) ?? [];
    const near = all.filter((id) => id.startsWith(`${category}-`));
    const way = near.length > 0 ? `there are ${inBrief(near)}` : hint(unknown.replace(/-.*$/, ""), categories);
    throw new UsageError(`Cannot run ${JSON.stringify(unknown)}: no case has this id, ${way}`);
  }
  return new Map(
    targets.map((target) => [target, idsOf(target, cases).filter((id) => ids.some((word) => isMeant(id, word)))]),
  );
}

/** Refuses excuses for cases that don't exist: they would excuse nothing. */
export function checkGaps(targets: readonly Target[], cases: Cases): void {
  for (const target of targets) {
    const ids = idsOf(target, cases);
    const strange = Object.keys(target.harness?.knownGaps ?? {}).find((id) => !ids.includes(id));
    if (strange === undefined) continue;
    const detail = `its knownGaps name ${JSON.stringify(strange)}, and no case has this id`;
    throw new UsageError(`Cannot test ${JSON.stringify(target.place)}: ${detail}`);
  }
}

function idsOf({ harness }: Target, cases: Cases): readonly string[] {
  return [...cases, ...(harness?.cases ?? [])].map(({ id }) => id);
}
