import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { background, type Case } from "./cases.ts";
import type { Contender, Pair } from "./contender.ts";

/** How one contender did in a case; the middle of all rounds. */
interface Side {
  /** The median time of one operation, in microseconds. */
  readonly p50Us: number;
  /** Operations in a second, over the whole time: what slow ones cost shows here. */
  readonly opsPerSecond: number;
}

export interface Result {
  readonly pair: string;
  readonly case: string;
  readonly raw: Side;
  readonly stowage: Side;
  /** Raw p50 over Stowage's p50, round by round: above 1 Stowage is faster. */
  readonly ratio: { readonly median: number; readonly low: number; readonly high: number };
}

export interface MeasureOptions {
  readonly rounds: number;
  /** What the numbers of repetitions are multiplied by. */
  readonly scale: number;
  /** A folder for the stores. It must exist; the caller removes it. */
  readonly folder: string;
  readonly onRound: (pair: string, round: number) => void;
}

/**
 * Measures all cases on both contenders of a pair. Each round makes new stores; in each case of a round the contenders
 * come one directly after the other, and who is first changes with the round. Nothing is removed between rounds: where
 * many files were just removed, ext4 can take ten times as long to make a new one.
 */
export async function measure(pair: Pair, cases: readonly Case[], options: MeasureOptions): Promise<Result[]> {
  const samples = cases.map((): { raw: Side[]; stowage: Side[] } => ({ raw: [], stowage: [] }));
  // Round 0 warms up: its samples are thrown away.
  for (let round = 0; round <= options.rounds; round++) {
    options.onRound(pair.name, round);
    const folder = join(options.folder, `${pair.name}-${round}`);
    mkdirSync(folder);
    const contenders = {
      raw: await pair.raw(join(folder, "raw")),
      stowage: await pair.stowage(join(folder, "stowage")),
    };
    for (const contender of Object.values(contenders)) await contender.writeMany([...background()]);
    for (const [index, one] of cases.entries()) {
      const order = round % 2 === 0 ? (["raw", "stowage"] as const) : (["stowage", "raw"] as const);
      for (const side of order) {
        const scratch = join(folder, `${side}-scratch`);
        mkdirSync(scratch, { recursive: true });
        const taken = await sample(contenders[side], one, Math.max(1, Math.round(one.repeat * options.scale)), scratch);
        if (round > 0) samples[index]?.[side].push(taken);
      }
    }
    for (const contender of Object.values(contenders)) await contender.close();
  }
  return cases.map((one, index) => summary(pair, one, samples[index] as { raw: Side[]; stowage: Side[] }));
}

async function sample(contender: Contender, { run }: Case, repeat: number, scratch: string): Promise<Side> {
  globalThis.gc?.();
  const times: number[] = [];
  const start = performance.now();
  for (let serial = 0; serial < repeat; serial++) {
    const before = performance.now();
    await run(contender, serial, scratch);
    times.push(performance.now() - before);
  }
  const total = performance.now() - start;
  return { p50Us: median(times) * 1_000, opsPerSecond: (repeat / total) * 1_000 };
}

function summary(pair: Pair, one: Case, { raw, stowage }: { raw: readonly Side[]; stowage: readonly Side[] }): Result {
  const ratios = raw.map((side, round) => side.p50Us / (stowage[round] as Side).p50Us);
  const middle = (sides: readonly Side[]): Side => ({
    p50Us: median(sides.map((side) => side.p50Us)),
    opsPerSecond: median(sides.map((side) => side.opsPerSecond)),
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
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}
