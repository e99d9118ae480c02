import { effectsOf, type Recorded, SharedVersion, type Value } from "./history.ts";
import { reasonOf } from "./reason.ts";
import { isLinearizable } from "./search.ts";
import { shrink } from "./shrink.ts";
import { timeline } from "./timeline.ts";

/** A record whose calls can't be explained. */
export interface Finding {
  /** Which record: its index. */
  readonly key: number;
  /** One sentence: what can't be. */
  readonly reason: string;
  /** The calls that show it, as few as possible; empty where the sentence says it all. */
  readonly calls: readonly Recorded[];
  /** These calls as a picture of text. */
  readonly picture: string;
}

/**
 * Looks for an order of the calls of each record in which each took effect at one instant while it ran; gives the
 * first record for which there is none. Records are independent of each other, so each is checked by itself.
 *
 * @param initial - what each record was before the history began.
 */
export function checkHistory(history: readonly Recorded[], initial: Value = null): Finding | undefined {
  for (const [key, calls] of Map.groupBy(history, (one) => one.key)) {
    const finding = checkRecord(key, calls, initial);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function checkRecord(key: number, history: readonly Recorded[], initial: Value): Finding | undefined {
  try {
    const effects = effectsOf(history);
    if (isLinearizable(effects, initial)) return undefined;
    const violation = shrink(effects, initial);
    const calls = violation.effects.map(({ of }) => of);
    return { key, calls, reason: reasonOf(violation, effects, initial), picture: timeline(violation.effects) };
  } catch (error) {
    if (!(error instanceof SharedVersion)) throw error;
    return { key, calls: [], reason: error.message, picture: "" };
  }
}
