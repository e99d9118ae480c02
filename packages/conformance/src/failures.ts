import { fileURLToPath } from "node:url";
import { inspect, stripVTControlCharacters } from "node:util";
import { isStorageError, type StorageErrorCode } from "@stowage/core";
import { redact } from "@stowage/core/redact";

/**
 * Why a case that was to be run says nothing about its law: the backend could not be made or opened (`open`); a call failed that
 * no fault was planned for (`call`); a child process could not start (`process`); handles could not be closed, or the backend
 * not be taken away (`close`); it did not end (`time`); something failed in the background, where no caller hears of it
 * (`stray`). A case that was not run since too many before it had ended so has failed with `open` or `time`; one that was left
 * when the run was stopped is skipped with `time`.
 */
export type Breakage = "open" | "call" | "process" | "close" | "time" | "stray";

/** A message is cut behind so many characters: what differs may be megabytes. */
const messageMax = 4000;
/** No more of it is looked at: passwords and colours that are taken out make it shorter. */
const lookedAtMax = 4 * messageMax;
/** So many frames of a stack are told, and so many causes. */
const framesMax = 6;
const causesMax = 5;

/** What a driver says when it can't carry out a call. */
const accidents: readonly StorageErrorCode[] = ["UNAVAILABLE", "BUSY"];

/** Whether an error of this code says that a call could not be carried out this time, rather than what came of it. */
export function isAccidental(code: StorageErrorCode): boolean {
  return accidents.includes(code);
}

/** Whether a call failed for reasons of its own, rather than with an answer that laws are about. */
export function isAccident(error: unknown): boolean {
  return looked(false, () => {
    // Without a cause it is no error of a client, but something that one of ours can't make sense of.
    if (isStorageError(error, "UNKNOWN")) return error.cause !== undefined;
    if (isStorageError(error)) return isAccidental(error.code);
    if (error instanceof TypeError || error instanceof ReferenceError) return true;
    // What a case gets from the driver itself, past the store: ECONNREFUSED and the like.
    return error instanceof Error && /^E[A-Z]+$/.test(String((error as NodeJS.ErrnoException).code));
  });
}

/** Whether a check of the suite has failed. */
export function isAssertion(error: unknown): boolean {
  return looked(false, () => error instanceof Error && error.name === "AssertionError");
}

function isWrapper(error: unknown): boolean {
  return looked(false, () => isStorageError(error) && error.cause !== undefined);
}

/** What an error says, whatever was thrown: without secrets in URLs, colours, and what is beyond 4,000 characters. Never throws. */
export function messageOf(error: unknown): string {
  const text = looked("What was thrown can't be looked at", () => {
    if (typeof error === "string") return error;
    const message = error instanceof Error ? error.message : error;
    if (message === "") return (error as Error).name;
    return typeof message === "string" ? message : inspect(message, { customInspect: false, breakLength: Infinity });
  });
  return cut(text);
}

/**
 * Where an error comes from: the first frames of its stack outside the suite, and its causes with theirs; empty where there are
 * none. Never throws.
 */
export function traceOf(error: unknown): string {
  const parts: string[] = [];
  let one = error;
  for (let depth = 0; depth <= causesMax && one !== undefined; depth++) {
    // What a check of the suite throws comes from the suite, and where a store wraps an error tells nothing about that one.
    const frames = isAssertion(one) || isWrapper(one) ? [] : framesOf(one);
    const head = depth === 0 ? [] : [`caused by ${nameOf(one)}${messageOf(one)}`];
    parts.push(...head, ...frames);
    const inner = one;
    one = looked(undefined, () => (inner instanceof Error ? inner.cause : undefined));
  }
  return parts.join("\n");
}

function plain(text: string): string {
  return redact(stripVTControlCharacters(text));
}

/** A text as it may be shown, without what is beyond 4,000 characters. */
function cut(text: string): string {
  const whole = plain(text.slice(0, lookedAtMax)).trimEnd();
  const shown = whole.slice(0, messageMax);
  const more = whole.length - shown.length + Math.max(text.length - lookedAtMax, 0);
  // A pair of surrogates that is cut in two is no text any more.
  return more === 0 ? whole : `${shown.toWellFormed()}… and ${more.toLocaleString("en-US")} more characters`;
}

const suite = fileURLToPath(new URL("./", import.meta.url));

function framesOf(error: unknown): readonly string[] {
  const stack = looked("", () => (error instanceof Error ? String(error.stack) : ""));
  return stack
    .split("\n")
    .filter((line) => /^\s+at .*\d/.test(line) && !line.includes(suite) && !/node:|Promise\.all \(/.test(line))
    .slice(0, framesMax)
    .map((line) => `    ${cut(line.trim())}`);
}

function nameOf(error: unknown): string {
  return looked("", () => (error instanceof Error ? `${cut(String(error.name))}: ` : ""));
}

/** What a look at something gives that may be made so that looking at it throws. */
export function looked<T>(otherwise: T, look: () => T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
