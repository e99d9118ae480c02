import fc from "fast-check";

/**
 * What a client does next. `swap` writes on the condition of the version that the client saw last, `create` on the
 * condition that there is nothing, `removeIf` removes on such a version. `batch` writes one number to all records in one
 * step, `writeAll` a number to each by a batch that need not be one step, and `removeAll` removes them as a prefix. The others
 * say by what they look: one read, a read of all records at once, a sweep, a listing.
 */
type StepType =
  | "read"
  | "readMany"
  | "entries"
  | "list"
  | "write"
  | "remove"
  | "create"
  | "swap"
  | "removeIf"
  | "add"
  | "batch"
  | "writeAll"
  | "removeAll";

/** Plain JSON: it travels to the process that performs it. */
export interface Step {
  readonly type: StepType;
  /** Which record: an index. */
  readonly key: number;
  /** How long the client rests before, in milliseconds. */
  readonly pauseMs: number;
}

/** What clients do to a few records: how often each step comes, relative to the others. */
export interface Workload {
  /** How many records: few, so that clients meet. */
  readonly keys: number;
  /** Set where the records are only ever written together: then they are one, and whoever sees one has seen them all. */
  readonly together?: true;
  /** How far the numbers lie apart that are written, so that additions to one don't come to the next. Default 1. */
  readonly stride?: number;
  readonly weights: Readonly<Partial<Record<StepType, number>>>;
}

/** The steps of one client. The same seed gives the same steps; when they run is up to chance. */
export function stepsOf({ keys, weights }: Workload, count: number, seed: number): readonly Step[] {
  const types = Object.entries(weights).map(([type, weight]) => ({ weight, arbitrary: fc.constant(type as StepType) }));
  const step = fc.record({
    type: fc.oneof(...types),
    key: fc.nat({ max: keys - 1 }),
    // Mostly none: what goes wrong goes wrong between calls that follow each other closely.
    pauseMs: fc.constantFrom(0, 0, 1, 2),
  });
  return fc.sample(step, { numRuns: count, seed });
}
