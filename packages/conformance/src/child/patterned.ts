import assert from "node:assert/strict";

/** A value that shows when a half of it belongs to another write. */
export interface Patterned {
  readonly turn: number;
  readonly filler: string;
  readonly check: number;
}

/** The value of a turn: its length changes from turn to turn, so that a short one over a long one would show. */
export function patterned(turn: number): Patterned {
  return { turn, filler: String.fromCharCode(97 + (turn % 26)).repeat(1 + ((turn * 7919) % 40_000)), check: turn };
}

/** Fails when a value is no value that {@link patterned} makes. */
export function assertWhole(value: unknown): void {
  const { turn } = value as Patterned;
  assert.deepEqual(value, patterned(turn));
}
