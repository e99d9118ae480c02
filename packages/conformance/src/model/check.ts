import assert from "node:assert/strict";
import fc from "fast-check";
import type { Backend, Harness } from "../case.ts";
import { Model, type Outcome } from "./model.ts";
import { common, type Operation, operations } from "./operation.ts";
import { Performer } from "./performer.ts";

export interface ModelOptions {
  /** The whole number from which everything is generated. The same seed gives the same runs. */
  readonly seed: number;
  /** How many streams of operations. */
  readonly runs: number;
  /** Where a former failure lay, as its message says, to see it again at once. */
  readonly path?: string;
}

/** The longest stream. */
const lengthMax = 60;

/**
 * Performs generated operations on a backend and on a plain model of the contract, and compares after each. Rejects with
 * the shortest stream that shows a difference, its seed, and its path.
 */
export async function modelTest(harness: Harness, { seed, runs, path }: ModelOptions): Promise<void> {
  const property = fc.asyncProperty(operations(1, lengthMax), (stream) =>
    withPerformer(harness, async (performer) => {
      const model = new Model(performer.capabilities);
      for (const [i, operation] of stream.entries()) {
        assert.deepEqual(await performer.apply(operation), model.apply(operation), describe(harness, i, operation));
      }
      assert.deepEqual(await performer.records(), model.records(), `${harness.name} ends with other records`);
    }),
  );
  await fc.assert(property, { seed, numRuns: runs, ...(path === undefined ? {} : { path }) });
}

/**
 * Performs one generated stream of operations on several backends and compares what each call gives, the codes of errors,
 * and the texts in the end. What some of them can't do is left out for all.
 *
 * @param length - how many operations.
 */
export async function sameStream(harnesses: readonly Harness[], seed: number, length = 300): Promise<void> {
  const [stream] = fc.sample(operations(length, length), { seed, numRuns: 1 });
  const capabilities = await Promise.all(
    harnesses.map((harness) => withPerformer(harness, async (performer) => performer.capabilities)),
  );
  const shared = (stream as Operation[]).map((one) => common(one, capabilities)).filter((one) => one !== undefined);
  let expected: { readonly outcomes: readonly Outcome[]; readonly records: unknown } | undefined;
  for (const harness of harnesses) {
    const found = await perform(harness, shared);
    expected ??= found;
    for (const [i, operation] of shared.entries()) {
      const message = `seed ${seed}: ${describe(harness, i, operation)}`;
      assert.deepEqual(found.outcomes[i], expected.outcomes[i], message);
    }
    assert.deepEqual(found.records, expected.records, `seed ${seed}: ${harness.name} ends with other records`);
  }
}

async function perform(
  harness: Harness,
  stream: readonly Operation[],
): Promise<{ readonly outcomes: readonly Outcome[]; readonly records: unknown }> {
  return withPerformer(harness, async (performer) => {
    const outcomes: Outcome[] = [];
    for (const operation of stream) outcomes.push(await performer.apply(operation));
    return { outcomes, records: await performer.records() };
  });
}

/** Makes a backend for a body, and ends it. */
async function withPerformer<T>(harness: Harness, body: (performer: Performer) => Promise<T>): Promise<T> {
  const backend: Backend = await harness.create();
  try {
    const performer = await Performer.open(backend);
    try {
      return await body(performer);
    } finally {
      await performer.close();
    }
  } finally {
    await backend.destroy();
  }
}

function describe(harness: Harness, index: number, operation: Operation): string {
  return `${harness.name} differs at operation ${index}, ${JSON.stringify(operation)}`;
}
