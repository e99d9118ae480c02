import { type Effect, isUntraced, type Value } from "./history.ts";

/** What the record is; `undefined` where nobody knows, so that the first to look at it says so. */
export type State = Value | undefined;

/** A history that needs more is given up on: the search blocks the thread, so no time limit would ever fire. */
const stepsMax = 20_000_000;

const impossible = Symbol("impossible");

/**
 * Whether there is an order of the calls in which each takes effect at one instant between its start and its end and finds
 * what it says that it found: Wing and Gong's search, with Lowe's memory of what was tried. It goes through the starts and
 * ends in the order of time, lets a call take effect where it can, and turns back where one has ended without.
 *
 * @throws Error when the search takes too long, which histories of a few clients never do.
 */
export function isLinearizable(effects: readonly Effect[], initial: State): boolean {
  return new Search(effects, initial).run();
}

/** The start or the end of a call, in a list from which the calls that took effect are taken out. */
interface Mark {
  readonly effect: Effect;
  /** The place of the call in the order of starts. */
  readonly index: number;
  readonly time: number;
  /** Of a start: the mark of the end, where there is one. */
  end?: Mark;
  readonly isEnd: boolean;
  before: Mark | undefined;
  after: Mark | undefined;
}

/** A call that took effect, and how things were before. */
interface Taken {
  readonly mark: Mark;
  readonly state: State;
  readonly highest: number;
  /** Whether nothing else need be tried in its place. */
  readonly isSure: boolean;
}

class Search {
  #first: Mark | undefined;
  #state: State;
  /** How many calls have yet to take effect. Those that never came back need not. */
  #left = 0;
  readonly #taken: Taken[] = [];
  /** One bit a call: whether it took effect. */
  readonly #bits: Buffer;
  /** The last call, in the order of starts, that took effect. */
  #highest = -1;
  /** What was reached before: which calls had taken effect, and what the record was then. */
  readonly #known = new Set<string>();

  constructor(effects: readonly Effect[], initial: State) {
    const useful = effects.filter((one) => one.end < Infinity || !isUseless(one, effects));
    const ordered = useful.toSorted((a, b) => a.start - b.start);
    this.#state = initial;
    this.#bits = Buffer.alloc((ordered.length >> 3) + 1);
    this.#first = linked(ordered.flatMap(marksOf));
    this.#left = ordered.filter(({ end }) => end < Infinity).length;
  }

  run(): boolean {
    let mark = this.#first;
    for (let steps = 0; this.#left > 0; steps++) {
      if (steps === stepsMax) throw new Error(`Cannot check a history: gave up after ${stepsMax} steps`);
      if (mark === undefined || mark.isEnd) {
        // A call has ended and did not take effect: something before it was chosen wrong.
        const last = this.#turnBack();
        if (last === undefined) return false;
        mark = last.mark.after;
      } else if (this.#take(mark, false)) {
        mark = this.#takeLooks() ? this.#first : undefined;
      } else {
        mark = mark.after;
      }
    }
    return true;
  }

  /**
   * Lets all calls take effect that only look and find what is there now: it can't be wrong, as it changes nothing for the
   * others. Says whether that leads anywhere new.
   */
  #takeLooks(): boolean {
    for (let mark = this.#first; mark !== undefined && !mark.isEnd;) {
      const { saw, ruledOut, made } = mark.effect;
      const fits = saw === undefined ? this.#state !== undefined : this.#state === saw;
      if (made !== undefined || !fits || isRuledOut(this.#state, ruledOut)) mark = mark.after;
      else if (this.#take(mark, true)) mark = this.#first;
      else return false;
    }
    return true;
  }

  /** Undoes calls up to the last one that was a choice, and gives that; nothing, when none was. */
  #turnBack(): Taken | undefined {
    for (;;) {
      const last = this.#taken.pop();
      if (last !== undefined) this.#putBack(last);
      if (last?.isSure !== true) return last;
    }
  }

  /** Lets a call take effect, and says whether it can and whether that leads anywhere new. */
  #take(mark: Mark, isSure: boolean): boolean {
    const next = stateAfter(this.#state, mark.effect);
    if (next === impossible) return false;
    const taken: Taken = { mark, state: this.#state, highest: this.#highest, isSure };
    this.#unlink(mark);
    if (mark.end !== undefined) {
      this.#unlink(mark.end);
      this.#left--;
    }
    this.#flip(mark.index);
    this.#highest = Math.max(this.#highest, mark.index);
    this.#state = next;
    const size = this.#known.size;
    if (this.#known.add(this.#position()).size > size) {
      this.#taken.push(taken);
      return true;
    }
    this.#putBack(taken);
    return false;
  }

  #putBack({ mark, state, highest }: Taken): void {
    if (mark.end !== undefined) {
      this.#link(mark.end);
      this.#left++;
    }
    this.#link(mark);
    this.#flip(mark.index);
    this.#highest = highest;
    this.#state = state;
  }

  /** Where the search stands, as text. All calls before the first that is left took effect, so they need not be told. */
  #position(): string {
    const low = (this.#first?.index ?? 0) >> 3;
    return `${low} ${this.#bits.toString("latin1", low, (this.#highest >> 3) + 1)} ${this.#state}`;
  }

  #flip(index: number): void {
    (this.#bits[index >> 3] as number) ^= 1 << (index & 7);
  }

  #unlink({ before, after }: Mark): void {
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after !== undefined) after.before = before;
  }

  /** Undoes the last `#unlink` that is not undone yet: a mark still knows its neighbours. */
  #link(mark: Mark): void {
    if (mark.before === undefined) this.#first = mark;
    else mark.before.after = mark;
    if (mark.after !== undefined) mark.after.before = mark;
  }
}

/** Whether it makes no difference that a call may have taken effect that never came back. */
function isUseless(effect: Effect, effects: readonly Effect[]): boolean {
  return isUntraced(
    effect,
    effects.filter((other) => other !== effect),
  );
}

function marksOf(effect: Effect, index: number): Mark[] {
  const alone = { effect, index, before: undefined, after: undefined };
  const start: Mark = { ...alone, time: effect.start, isEnd: false };
  if (effect.end === Infinity) return [start];
  start.end = { ...alone, time: effect.end, isEnd: true };
  return [start, start.end];
}

/** Makes a list of marks in the order of time, and gives the first. At one instant starts come first: the calls overlap. */
function linked(marks: Mark[]): Mark | undefined {
  marks.sort((a, b) => a.time - b.time || Number(a.isEnd) - Number(b.isEnd) || a.index - b.index);
  for (const [i, mark] of marks.entries()) {
    mark.before = marks[i - 1];
    mark.after = marks[i + 1];
  }
  return marks[0];
}

function stateAfter(state: State, { saw, ruledOut, made }: Effect): State | typeof impossible {
  if (isRuledOut(saw, ruledOut) || isRuledOut(state, ruledOut)) return impossible;
  if (state !== undefined && saw !== undefined && state !== saw) return impossible;
  if (made === undefined) return saw === undefined ? state : saw;
  if (made !== "one more") return made;
  if (state === null) return impossible;
  return state === undefined ? undefined : state + 1;
}

/** Whether a call says that the record was not this; of what nobody knows, none says so. */
function isRuledOut(state: State, ruledOut: readonly Value[] = []): boolean {
  return state !== undefined && ruledOut.includes(state);
}
