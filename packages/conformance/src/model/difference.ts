import { isDeepStrictEqual } from "node:util";
import { isStorageError, type Key, type StorageErrorCode } from "@stowage/core";
import { Model } from "./model.ts";
import type { Operation } from "./operation.ts";
import type { Performer } from "./performer.ts";

/** Where two that performed the same operations came apart. */
export interface Difference {
  /** Which operation gave something else; how many there are, where only the records are different in the end. */
  readonly index: number;
  /** What it gave; of an error also its message, which no model knows. */
  readonly found: unknown;
  readonly expected: unknown;
}

/** Carries a difference through fast-check. */
export class Differs extends Error {
  readonly difference: Difference;
  /** Where it was performed: {@link Performer.prefix}. */
  readonly prefix: Key;

  constructor(difference: Difference, prefix: Key) {
    super(`It differs at operation ${difference.index}`);
    this.difference = difference;
    this.prefix = prefix;
  }
}

/** Performs operations on a store and on the model; resolves to the first difference, if there is one. */
export async function differenceOf(
  performer: Performer,
  stream: readonly Operation[],
): Promise<Difference | undefined> {
  const model = new Model(performer.capabilities);
  for (const [index, operation] of stream.entries()) {
    const { outcome, ...more } = await performer.apply(operation).catch(unexpected);
    const expected = model.apply(operation);
    if (!isDeepStrictEqual(outcome, expected)) return { index, found: { ...outcome, ...more }, expected };
  }
  const found = await performer.records().catch(failure);
  const expected = model.records();
  return isDeepStrictEqual(found, expected) ? undefined : { index: stream.length, found, expected };
}

function unexpected(error: unknown): { readonly outcome: Failed } {
  return { outcome: failure(error) };
}

/** What is no storage error is an answer that no model gives. */
function failure(error: unknown): Failed {
  const failed = error instanceof Error ? error.message : String(error);
  return isStorageError(error) ? { failed, code: error.code } : { failed };
}

interface Failed {
  readonly failed: string;
  readonly code?: StorageErrorCode;
}

/** Whether they came apart since the backend was not there to be asked. */
export function isOutage({ found }: Difference): boolean {
  // The cast: whatever else it is has no such code.
  return (found as Partial<Failed> | undefined)?.code === "UNAVAILABLE";
}

/** A difference for people: the operations up to it, a line each, and what the last of them gave and should have given. */
export function explain(on: string, stream: readonly Operation[], { index, found, expected }: Difference): string {
  const isEnd = index >= stream.length;
  const width = String(stream.length).length;
  const lines = stream.map((operation, i) => `  ${String(i + 1).padStart(width)}  ${operationText(operation)}`);
  const indent = " ".repeat(width + 4);
  return [
    `${on} differs ${isEnd ? "in what it holds in the end" : `at operation ${index + 1}`}`,
    "",
    ...lines,
    `${indent}${isEnd ? "holds" : "gave"}       ${plain(found)}`,
    `${indent}instead of ${plain(expected)}`,
  ].join("\n");
}

/** `put key=["a"] value=1 condition="current"`. */
function operationText({ type, ...rest }: Operation): string {
  const fields = Object.entries(rest).filter(([, field]) => field !== undefined);
  return [type, ...fields.map(([name, field]) => `${name}=${plain(field)}`)].join(" ");
}

/** JSON in ASCII: what can't be seen must not hide in a message. */
function plain(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
