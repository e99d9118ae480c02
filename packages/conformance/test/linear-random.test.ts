import { type Answer, type Call, checkHistory, type Recorded, type Value } from "@stowage/conformance";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { read, versionOf } from "./history.ts";

/** What an atomic record does, told one call after the other: the versions of numbers are known to it. */
class Atomic {
  value: Value;

  constructor(value: Value) {
    this.value = value;
  }

  perform(asked: Call): Answer {
    const version = this.value === null ? null : versionOf(this.value);
    if ("ifVersion" in asked && asked.ifVersion !== version) return { conflict: version };
    switch (asked.type) {
      case "read":
        return { value: this.value, ...(version !== null && { version }) };
      case "list":
        return { listed: version !== null };
      case "add":
        if (this.value !== null) this.value++;
        return { value: this.value };
      case "remove":
      case "removeIf":
        this.value = null;
        return { done: true };
      case "write":
      case "put":
        this.value = asked.value;
        return { done: true, ...(asked.type === "put" && { version: versionOf(asked.value) }) };
    }
  }
}

/** The plainest check there is: tries every order of the calls, and of those without an answer every choice. */
function hasOrder(history: readonly Recorded[], initial: Value): boolean {
  if (history.every(({ end }) => end === undefined)) return true;
  const deadline = Math.min(...history.map(({ end = Infinity }) => end));
  return history.some((one, i) => {
    if (one.start > deadline) return false;
    const atomic = new Atomic(initial);
    const answer = atomic.perform(one.call);
    const fits = one.answer === undefined || JSON.stringify(answer) === JSON.stringify(one.answer);
    return fits && hasOrder(history.toSpliced(i, 1), atomic.value);
  });
}

type Kind = "register" | "conditions" | "counter";

/** What a client asks for, how long it rests before, and how long that takes before and after it takes effect. */
interface Intent {
  readonly client: number;
  readonly type: Call["type"];
  readonly spans: readonly [number, number, number];
  readonly isLost: boolean;
}

function intents(kind: Kind, clients: number, minLength: number, maxLength: number): fc.Arbitrary<Intent[]> {
  const types: Record<Kind, readonly Call["type"][]> = {
    register: ["read", "read", "list", "write", "remove"],
    conditions: ["read", "read", "put", "put", "removeIf", "write"],
    counter: ["read", "add", "add"],
  };
  const span = fc.integer({ min: 1, max: 40 });
  const intent = fc.record({
    client: fc.nat({ max: clients - 1 }),
    type: fc.constantFrom(...types[kind]),
    spans: fc.tuple(span, span, span),
    isLost: fc.nat({ max: 15 }).map((n) => n === 0),
  });
  return fc.array(intent, { minLength, maxLength, size: "max" });
}

/** The history of an atomic record on which clients work at once: it has an order by the way in which it is made. */
function simulate(intents: readonly Intent[], initial: Value): readonly Recorded[] {
  const clocks = new Map<number, number>();
  const calls = intents.map(({ client, type, spans: [rest, before, after], isLost }) => {
    const start = (clocks.get(client) ?? 0) + rest;
    clocks.set(client, start + before + after);
    return { client, type, isLost, start, instant: start + before, end: start + before + after };
  });
  const atomic = new Atomic(initial);
  const seen = new Map<number, string>();
  const history: Recorded[] = [];
  for (const { client, type, isLost, start, end } of calls.toSorted((a, b) => a.instant - b.instant)) {
    const value = history.length + 1;
    const asked: Call =
      type === "put"
        ? { type, value, ifVersion: seen.get(client) ?? null }
        : type === "removeIf"
          ? { type, ifVersion: seen.get(client) ?? "v0" }
          : type === "write"
            ? { type, value }
            : { type };
    const answer = atomic.perform(asked);
    if (!isLost && "version" in answer) seen.set(client, answer.version);
    history.push({ client, key: 0, start, call: asked, ...(!isLost && { end, answer }) });
  }
  return history;
}

/** Whether each version that a call names was told with its number, so that both checks know the same. */
function tellsAll(history: readonly Recorded[]): boolean {
  const told = new Set(
    history.flatMap(({ answer }) => (answer !== undefined && "version" in answer ? [answer.version] : [])),
  );
  const named = history.flatMap(({ call: asked, answer }) => [
    "ifVersion" in asked ? asked.ifVersion : null,
    answer !== undefined && "conflict" in answer ? answer.conflict : null,
  ]);
  return named.every((version) => version === null || told.has(version));
}

function numbersIn(answer: Answer | undefined): readonly number[] {
  return answer !== undefined && "value" in answer && answer.value !== null ? [answer.value] : [];
}

const kinds: readonly Kind[] = ["register", "conditions", "counter"];
const initialOf = (kind: Kind): Value => (kind === "counter" ? 0 : null);

describe("histories of an atomic record", () => {
  for (const kind of kinds) {
    it(`of a ${kind} are explained, whatever overlaps`, () => {
      const history = intents(kind, 6, 1, 120).map((all) => simulate(all, initialOf(kind)));
      fc.assert(
        fc.property(history, (calls) => checkHistory(calls, initialOf(kind)) === undefined),
        { seed: 1, numRuns: 700 },
      );
    });

    it(`of a ${kind} are explained at full length, and a fault at their end is found`, () => {
      const [all = []] = fc.sample(intents(kind, 8, 3000, 3000), { seed: 2, numRuns: 1 });
      const history = simulate(
        all.map((one) => ({ ...one, isLost: false })),
        initialOf(kind),
      );
      expect(checkHistory(history, initialOf(kind))).toBeUndefined();
      // Two looks when nobody writes any more, which both find what was there once.
      const [one, other] = new Set(history.flatMap(({ answer }) => numbersIn(answer)));
      const after = Math.max(...history.map(({ end = 0 }) => end));
      const late = [read(9, 0, 0, one ?? 0), read(9, 0, 0, other ?? 0)].map((call, i) => {
        return { ...call, start: after + 2 * i + 1, end: after + 2 * i + 2 };
      });
      const finding = checkHistory([...history, ...late], initialOf(kind));
      expect(finding?.calls.length).toBeGreaterThan(0);
      expect(finding?.calls.length).toBeLessThanOrEqual(2);
    });

    it(`of a ${kind}, spoiled, are explained where any order of the calls explains them, and only there`, () => {
      const spoil = fc.tuple(intents(kind, 4, 2, 7), fc.nat({ max: 6 }), fc.nat({ max: 6 }), fc.nat({ max: 9 }));
      const counts = { explained: 0, unexplained: 0 };
      const property = fc.property(spoil, ([all, from, to, move]) => {
        const history = [...simulate(all, initialOf(kind))];
        const [one, other] = [history[from % history.length], history[to % history.length]] as [Recorded, Recorded];
        // One call gets the answer of another of its kind, or all of it happens at another time.
        if (one.call.type === other.call.type && one.answer !== undefined && other.answer !== undefined) {
          history[from % history.length] = { ...one, call: other.call, answer: other.answer };
        }
        if (move > 0 && one.end !== undefined)
          history.push({ ...one, client: 9, start: one.start + move * 20, end: one.end + move * 20 });
        fc.pre(history.length <= 8 && tellsAll(history));
        const expected = hasOrder(history, initialOf(kind));
        const finding = checkHistory(history, initialOf(kind));
        expect(finding === undefined).toBe(expected);
        if (finding !== undefined) expect(history).toEqual(expect.arrayContaining([...finding.calls]));
        counts[expected ? "explained" : "unexplained"]++;
      });
      fc.assert(property, { seed: 3, numRuns: 1500 });
      expect(Math.min(counts.explained, counts.unexplained)).toBeGreaterThan(100);
    });
  }
});
