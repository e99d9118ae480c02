import { StorageError } from "./errors.ts";

/**
 * What a value of an option must be. An array lists the words that are allowed; a function says what is wrong. A path is
 * required, all else may be absent.
 */
export type OptionRule =
  | "boolean"
  | "path"
  | "milliseconds"
  | readonly string[]
  | ((value: unknown) => string | undefined);

/** The longest time that timers know, 24 days; they take a longer one for no time at all. */
const millisecondsMax = 2 ** 31 - 1;

/**
 * Checks the options of a factory, all of them, before anything is touched; for those who write an adapter. An option
 * whose value is `undefined` counts as absent.
 *
 * @throws StorageError INVALID_VALUE that names the option, and the likely spelling of an unknown one.
 */
export function checkOptions(driver: string, options: unknown, rules: Readonly<Record<string, OptionRule>>): void {
  const problem = optionsProblem(options, rules);
  if (problem === undefined) return;
  const path: unknown = Object(options).path;
  const what = typeof path === "string" ? JSON.stringify(path) : `a store of ${driver}`;
  throw new StorageError({ code: "INVALID_VALUE", verb: "open", what, detail: problem, driver });
}

function optionsProblem(options: unknown, rules: Readonly<Record<string, OptionRule>>): string | undefined {
  if (typeof options !== "object" || options === null) return `options are an object, got ${show(options)}`;
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) return unknownOption(unknown, Object.keys(rules));
  for (const [name, rule] of Object.entries(rules)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    const problem = value === undefined && rule !== "path" ? undefined : valueProblem(rule, value);
    if (problem !== undefined) return `the option "${name}" ${problem}`;
  }
  return undefined;
}

function valueProblem(rule: OptionRule, value: unknown): string | undefined {
  if (typeof rule === "function") return rule(value);
  if (typeof rule === "object") {
    if (rule.includes(value as string)) return undefined;
    const likely = typeof value === "string" ? likelySpelling(value, rule) : undefined;
    const words = rule.map(show).join(" or ");
    return `is ${words}, got ${show(value)}${likely === undefined ? "" : `, did you mean ${show(likely)}`}`;
  }
  if (rule === "boolean") return typeof value === "boolean" ? undefined : `is true or false, got ${show(value)}`;
  if (rule === "path") {
    const isPath = typeof value === "string" && value !== "" && !value.includes("\0");
    return isPath ? undefined : `is a path, got ${show(value)}`;
  }
  const isTime = typeof value === "number" && value >= 0 && value <= millisecondsMax;
  return isTime ? undefined : `is a number of milliseconds from 0 to ${millisecondsMax}, got ${show(value)}`;
}

/** What is wrong with an option's name: the likely spelling, or all that there are. */
export function unknownOption(name: string, known: readonly string[]): string {
  const likely = likelySpelling(name, known);
  if (likely !== undefined) return `unknown option "${name}", did you mean "${likely}"`;
  const all = known.length === 0 ? "there are none" : `there are ${known.join(", ")}`;
  return `unknown option "${name}", ${all}`;
}

/** The candidate that a misspelt word most likely meant; `undefined` when none is close. */
export function likelySpelling(word: string, candidates: readonly string[]): string | undefined {
  const editsMax = Math.ceil(word.length / 3);
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: editsBetween(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= editsMax)
    .sort((a, b) => a.edits - b.edits);
  return best?.candidate;
}

/** The Levenshtein distance: how many letters must be put in, taken out, or replaced. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
