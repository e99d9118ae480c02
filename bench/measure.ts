import { background, type Case } from "./cases.ts";
import { type Contender, type Pair, type ServerPair, type Side, sides } from "./contender.ts";
import type { Trips } from "./wire.ts";
import { sessionID } from "./workload.ts";

/** How one contender did in a case; the middle of all rounds. */
interface Sample {
  /** The median time of one operation, in microseconds. */
  readonly p50Us: number;
  /** Operations in a second, over the whole time: what slow ones cost shows here. */
  readonly opsPerSecond: number;
}

export interface Result {
  readonly pair: string;
  readonly case: string;
  readonly raw: Sample;
  readonly stowage: Sample;
  /** Raw p50 over Stowage's p50, round by round: above 1 Stowage is faster. */
  readonly ratio: { readonly median: number; readonly low: number; readonly high: number };
  /** What one operation asked of the servers; absent where there are none, and where it can't be counted. */
  readonly trips?: Record<Side, Trips>;
}

/** A serial that no repetition has. */
const countedSerial = 1_000_000;

export interface MeasureOptions {
  readonly rounds: number;
  /** What the numbers of repetitions are multiplied by. */
  readonly scale: number;
  readonly onRound: (pair: string, round: number) => void;
}

/**
 * Measures all cases on both contenders of a pair. Each round makes new stores; in each case of a round the contenders
 * come one directly after the other, and who is first changes with the round. Nothing is removed between rounds: where
 * many files were just removed, ext4 can take ten times as long to make a new one.
 */
export async function measure(
  pair: Pair | ServerPair,
  cases: readonly Case[],
  options: MeasureOptions,
): Promise<Result[]> {
  const samples = cases.map((): Record<Side, Sample[]> => ({ raw: [], stowage: [] }));
  const rounds = Math.min(options.rounds, pair.rounds ?? Infinity);
  const scale = options.scale * (pair.scale ?? 1);
  // Round 0 warms up: its samples are thrown away.
  for (let round = 0; round <= rounds; round++) {
    options.onRound(pair.name, round);
    const placeOf = (side: Side): string => pair.place(`${round}-${side}`);
    const contenders = {
      raw: await pair.open("raw", placeOf("raw")),
      stowage: await pair.open("stowage", placeOf("stowage")),
    };
    for (const contender of Object.values(contenders)) await contender.writeMany([...background()]);
    for (const [index, one] of cases.entries()) {
      const repeat = Math.max(1, Math.round(one.repeat * scale));
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        const taken = await sample(contenders[side], one, repeat, placeOf(side));
        if (round > 0) samples[index]?.[side].push(taken);
      }
    }
    for (const contender of Object.values(contenders)) await contender.close();
  }
  const trips = "counted" in pair ? await countTrips(pair, cases, rounds) : [];
  return cases.map((one, index) => {
    const counted = trips[index];
    const result = summary(pair, one, samples[index] as Record<Side, Sample[]>);
    return { ...result, ...(counted !== undefined && { trips: counted }) };
  });
}

/** Each case once more on the stores of the last round, without a watch: the wire makes all slow that it counts. */
async function countTrips(
  { counted, place }: ServerPair,
  cases: readonly Case[],
  round: number,
): Promise<Record<Side, Trips>[]> {
  if (counted === undefined) return [];
  const trips: Record<Side, Trips[]> = { raw: [], stowage: [] };
  for (const side of sides) {
    const where = place(`${round}-${side}`);
    const contender = await counted.open(side, where);
    // What is asked once, at the beginning of a connection, belongs to no operation.
    await contender.list(["message", sessionID]);
    for (const { run } of cases) {
      trips[side].push(await counted.wire.count(async () => run(contender, countedSerial, where)));
    }
    await contender.close();
  }
  return cases.map((_, index) => ({ raw: trips.raw[index] as Trips, stowage: trips.stowage[index] as Trips }));
}

async function sample(contender: Contender, { run }: Case, repeat: number, place: string): Promise<Sample> {
  globalThis.gc?.();
  const times: number[] = [];
  const start = performance.now();
  for (let serial = 0; serial < repeat; serial++) {
    const before = performance.now();
    await run(contender, serial, place);
    times.push(performance.now() - before);
  }
  const total = performance.now() - start;
  return { p50Us: median(times) * 1_000, opsPerSecond: (repeat / total) * 1_000 };
}

function summary(pair: Pair, one: Case, { raw, stowage }: Record<Side, readonly Sample[]>): Result {
  const ratios = raw.map((sample, round) => sample.p50Us / (stowage[round] as Sample).p50Us);
  const middle = (samples: readonly Sample[]): Sample => ({
    p50Us: median(samples.map((sample) => sample.p50Us)),
    opsPerSecond: median(samples.map((sample) => sample.opsPerSecond)),
  });
  return {
    pair: pair.name,
    case: one.name,
    raw: middle(raw),
    stowage: middle(stowage),
    ratio: { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) },
  };
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}
