import { type Effect, isUntraced, type Value } from "./history.ts";
import { isLinearizable, type State } from "./search.ts";

/** What can't be: calls of one record that no order explains, whatever happened besides. */
export interface Violation {
  /** In the order of their starts. */
  readonly effects: readonly Effect[];
  /** What the record was before; `undefined`: anything. */
  readonly initial: State;
}

/**
 * A smallest part of a history that no order explains. Each step leaves out only what could not have helped: if the whole
 * had an order, the part would have one too. So what remains is a fault of the store, not of the leaving out.
 */
export function shrink(effects: readonly Effect[], initial: Value): Violation {
  const impossible = effects.find((one) => one.end < Infinity && isNeverThere(one, effects, initial));
  if (impossible !== undefined) return { effects: [impossible], initial };
  const ends = effects.flatMap(({ end }) => (end === Infinity ? [] : [end])).sort((a, b) => a - b);
  const until = firstTrue(ends.length, (i) => !isLinearizable(endedAt(effects, ends[i] as number), initial));
  let violation: Violation = { effects: endedAt(effects, ends[until] as number), initial };
  for (;;) {
    const smaller = withoutSpare(begunLate(violation));
    if (smaller.effects.length === violation.effects.length) return smaller;
    violation = smaller;
  }
}

/** Whether a call found what the record can't have been at any time until it came back, in whatever order. */
export function isNeverThere({ saw, ruledOut, end }: Effect, effects: readonly Effect[], initial: Value): boolean {
  if (saw === undefined) return false;
  if (ruledOut?.includes(saw) === true) return true;
  // A call that begins at the instant of that end may have come before it, as the search has it.
  return saw !== initial && !effects.some(({ made, start }) => (made === saw || made === "one more") && start <= end);
}

/** What was known at an instant: calls that came later are gone, and those under way may still have taken effect. */
function endedAt(effects: readonly Effect[], time: number): readonly Effect[] {
  return effects.filter(({ start }) => start <= time).map((one) => (one.end > time ? open(one) : one));
}

/**
 * The last part that is still a violation, whatever the record was before. A call that was under way when the part begins
 * took effect before, or in it.
 */
function begunLate({ effects, initial }: Violation): Violation {
  const sorted = effects.toSorted((a, b) => a.start - b.start);
  const partFrom = (first: number): Violation => {
    const time = (sorted[first] as Effect).start;
    const part = sorted.filter(({ end }) => end >= time);
    return { effects: part.map((one) => (one.start < time ? open(one) : one)), initial: undefined };
  };
  const isSound = ({ effects, initial }: Violation): boolean => isLinearizable(effects, initial);
  if (sorted.length === 0 || isSound(partFrom(0))) return { effects: sorted, initial };
  return partFrom(firstTrue(sorted.length, (i) => isSound(partFrom(i))) - 1);
}

/** Takes out the calls that are not needed: many at once first, then fewer, in the end each by itself. */
function withoutSpare({ effects, initial }: Violation): Violation {
  let left = effects;
  for (let size = Math.ceil(left.length / 2); size > 0; size = Math.floor(size / 2)) {
    for (let end = left.length; end > 0; end -= size) {
      const fewer = withoutUntraced(left, Math.max(0, end - size), end);
      if (fewer.length < left.length && !isLinearizable(fewer, initial)) left = fewer;
    }
  }
  return { effects: left, initial };
}

/** Takes out the calls from one place to another that leave no trace in those that are still there. */
function withoutUntraced(effects: readonly Effect[], start: number, end: number): readonly Effect[] {
  let left = effects;
  for (const one of effects.slice(start, end).reverse()) {
    const others = left.filter((other) => other !== one);
    if (isUntraced(one, others)) left = others;
  }
  return left;
}

/** The same call as one that may take effect later, or never. */
function open(effect: Effect): Effect {
  return { ...effect, end: Infinity };
}

/** The first index for which a condition holds that holds for all that follow; the length if there is none. */
function firstTrue(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
