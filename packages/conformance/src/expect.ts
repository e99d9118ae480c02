import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { isStorageError, type Key, type StorageError, type StorageErrorCode } from "@stowage/core";
import { isAccidental } from "./failures.ts";

/** Fails unless a call rejects with a storage error of this code; resolves to the error. Rejects as the call did where that could not be carried out. */
export async function refused(call: Promise<unknown>, code: StorageErrorCode): Promise<StorageError> {
  const error = await call.then(
    (value) => assert.fail(`expected ${code}, but the call resolved to ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!isStorageError(error)) throw error;
  // A backend that was not there has refused nothing.
  if (isAccidental(error.code) && !isAccidental(code)) throw error;
  assert.equal(error.code, code, error.message);
  return error;
}

/** Everything that an iteration yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A call that is waited for later: until then its failure must not end the process. */
export function later<T>(call: Promise<T>): Promise<T> {
  call.catch(() => {});
  return call;
}

/**
 * The order of every listing (K4), by encoding the names and comparing the bytes: slow, and independent of the code
 * under test.
 */
export function inOrder(keys: readonly Key[]): Key[] {
  const bytes = (key: Key): Buffer => Buffer.from(`${key.join("/")}.json`);
  return [...keys].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
}

/** So many different keys below a prefix: `["n", "0007"]`. */
export function numbered(prefix: Key, count: number): Key[] {
  return Array.from({ length: count }, (_, i) => [...prefix, String(i).padStart(4, "0")]);
}

/** Keys as text, for sets. */
export function shown(key: Key): string {
  return JSON.stringify(key);
}

/** Repeats a look, at least once, until some work has ended; fails when either does. */
export async function meanwhile(work: Promise<unknown>, look: () => Promise<void>): Promise<void> {
  const state = { running: true };
  // When a look fails first, nobody waits for the work any more.
  const ended = later(
    work.finally(() => {
      state.running = false;
    }),
  );
  do {
    await look();
    // A driver may answer without the event loop, by which the end of the work is heard of.
    await setImmediate();
  } while (state.running);
  await ended;
}
