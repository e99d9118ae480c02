import assert from "node:assert/strict";
import { type Key, now } from "@stowage/core";
import fc from "fast-check";
import type { Harness } from "../case.ts";
import { makeBackend, openDriver } from "../made.ts";
import { ownView } from "../scoped.ts";
import { storeOf } from "../session.ts";
import { type Difference, differenceOf, Differs, explain, isOutage } from "./difference.ts";
import { common, type Operation, operations, type Weights } from "./operation.ts";
import { type Performed, Performer } from "./performer.ts";
import { readReplay, writeReplay } from "./replay.ts";

export interface ModelOptions {
  /** The whole number from which everything is generated. The same seed gives the same runs. */
  readonly seed: number;
  /** How many streams of operations. */
  readonly runs: number;
  /** Where a former failure lay, as its message says, to see it again at once. */
  readonly path?: string;
}

/** Makes an empty place, hands a performer on it to a body, and ends it. */
export type Place = <T>(body: (performer: Performer) => Promise<T>) => Promise<T>;

/** What a check of streams takes. */
export interface StreamOptions extends ModelOptions {
  /** What it runs on, for messages. */
  readonly on: string;
  readonly lengthMax: number;
  readonly weights?: Weights;
}

const lengthMax = 60;
/** So long a failure is made smaller, in milliseconds: where calls are slow, what is found must still be told in time. */
const shrinkTimeMs = 20_000;

/**
 * Performs generated operations on a backend and on a plain model of the contract, and compares after each. Rejects with
 * the shortest stream that shows a difference, its seed, its path, and the name of a file for {@link replay}.
 */
export async function modelTest(harness: Harness, options: ModelOptions): Promise<void> {
  await checkStreams((body) => withPerformer(harness, body), { ...options, on: harness.name, lengthMax });
}

/** The same, wherever a place can be had. */
export async function checkStreams(place: Place, options: StreamOptions): Promise<void> {
  const { on, seed, runs, path, weights } = options;
  let failedAt: number | undefined;
  const property = fc.asyncProperty(operations(1, options.lengthMax, weights), async (stream) => {
    // What there is no time for counts as passed, so that the shrinking ends.
    if (failedAt !== undefined && now() - failedAt > shrinkTimeMs) return;
    await place(async (performer) => {
      const difference = await differenceOf(performer, stream);
      if (difference === undefined) return;
      failedAt ??= now();
      throw new Differs(difference, performer.prefix);
    });
  });
  const details = await fc.check(property, { seed, numRuns: runs, ...(path === undefined ? {} : { path }) });
  if (!details.failed) return;
  const [stream] = details.counterexample ?? [];
  if (stream === undefined || !(details.errorInstance instanceof Differs)) throw details.errorInstance;
  const again = `seed: ${seed}, path: ${JSON.stringify(details.counterexamplePath)}`;
  const { difference, prefix } = details.errorInstance;
  await fail({ on, seed, prefix, stream, difference, again });
}

/**
 * Performs the operations of a replay file, which a failed run of the model wrote, on an empty backend, in the part of it that
 * they failed in, and on the model.
 * Resolves where they agree now.
 *
 * @param file - the path.
 * @throws Error "Cannot replay …" for what is no replay file, and where the backend was not there to be asked; what the harness
 * throws. AssertionError where they differ, as in the run that failed.
 */
export async function replay(harness: Harness, file: string): Promise<void> {
  const { operations, prefix } = await readReplay(file);
  const difference = await withPerformer(harness, (performer) => differenceOf(performer, operations), prefix);
  if (difference === undefined) return;
  if (isOutage(difference)) {
    const when = `at operation ${difference.index + 1}, so nothing is shown`;
    throw new Error(`Cannot replay ${JSON.stringify(file)}: the backend was not available ${when}`);
  }
  assert.fail(explain(harness.name, operations.slice(0, difference.index + 1), difference));
}

/**
 * Performs one generated stream of operations on several backends and compares what each call gives, the codes of errors,
 * and the texts in the end. What some of them can't do is left out for all.
 *
 * @param length - how many operations.
 */
export async function sameStream(harnesses: readonly Harness[], seed: number, length = 300): Promise<void> {
  const places = harnesses.map((harness) => ({
    on: harness.name,
    place: ((body) => withPerformer(harness, body)) as Place,
  }));
  await compareStream(places, seed, length);
}

/** The same, wherever a place can be had. */
export async function compareStream(
  places: readonly { readonly on: string; readonly place: Place }[],
  seed: number,
  length: number,
): Promise<void> {
  const [stream = []] = fc.sample(operations(length, length), { seed, numRuns: 1 });
  const capabilities = await Promise.all(places.map(({ place }) => place(async (performer) => performer.capabilities)));
  const shared = stream.map((one) => common(one, capabilities)).filter((one) => one !== undefined);
  let expected: Run | undefined;
  for (const { on, place } of places) {
    const found = await place((performer) => perform(performer, shared));
    expected ??= found;
    const difference = firstDifference(found, expected);
    const { prefix } = found;
    if (difference !== undefined) await fail({ on, seed, prefix, stream: shared, difference, again: `seed: ${seed}` });
  }
}

interface Run {
  /** {@link Performer.prefix} */
  readonly prefix: Key;
  readonly steps: readonly Performed[];
  readonly records: unknown;
}

async function perform(performer: Performer, stream: readonly Operation[]): Promise<Run> {
  const steps: Performed[] = [];
  for (const operation of stream) steps.push(await performer.apply(operation));
  return { prefix: performer.prefix, steps, records: await performer.records() };
}

function firstDifference(found: Run, expected: Run): Difference | undefined {
  const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  for (const [index, { outcome, ...more }] of found.steps.entries()) {
    const other = expected.steps[index]?.outcome;
    if (!isEqual(outcome, other)) return { index, found: { ...outcome, ...more }, expected: other };
  }
  if (isEqual(found.records, expected.records)) return undefined;
  return { index: found.steps.length, found: found.records, expected: expected.records };
}

interface Failure {
  readonly on: string;
  readonly seed: number;
  readonly prefix: Key;
  readonly stream: readonly Operation[];
  readonly difference: Difference;
  /** What shows it again, for those who call the function. */
  readonly again: string;
}

async function fail({ on, seed, prefix, stream, difference, again }: Failure): Promise<never> {
  const operations = stream.slice(0, difference.index + 1);
  const message = explain(on, operations, difference);
  const file = await writeReplay({
    on,
    seed,
    ...(prefix.length > 0 && { prefix }),
    operations,
    difference: message,
  });
  const where = file === undefined ? "no replay file could be written" : `or the replay file ${file}`;
  assert.fail(`${message}\n\nTo see it again: { ${again} }, ${where}`);
}

/** Makes a backend for a body that works in a part of it, and ends it. */
async function withPerformer<T>(
  harness: Harness,
  body: (performer: Performer) => Promise<T>,
  prefix: Key = [],
): Promise<T> {
  const backend = await makeBackend(harness);
  try {
    const performer = await Performer.open(async () => {
      const driver = await openDriver(backend);
      return storeOf(backend, prefix.length === 0 ? driver : ownView(prefix, driver));
    }, prefix);
    try {
      return await body(performer);
    } finally {
      await performer.close();
    }
  } finally {
    await backend.destroy();
  }
}
