import { type BrokenDriver, brokenDrivers } from "../broken/index.ts";
import { cases } from "../cases/index.ts";
import { categoryOf } from "../ids.ts";
import { type Base, type HarnessRecipe, memoryBases, nameOfBase } from "./bases.ts";
import { type Run, Thread, type Verdict } from "./threads.ts";

/** What is late on a sound backend is an alarm for nothing, so a machine that is busy gets all the time that the suite gives. */
const soundLimitMs = 60_000;

/** Where chance has a part in it, a fault that was not found is looked for again, with another seed each time. */
const tries = 5;

/** Ids of cases by the id of a broken driver. */
export type Trips = Readonly<Record<string, readonly string[]>>;

export interface ProofOptions {
  /**
   * Which cases each broken driver is put before: the one that its entry `named`, which takes seconds; `all` that it could
   * fail, which takes minutes (of those for several processes, the ones of the category of the named one); or those given by
   * its id. Default `named`.
   */
  readonly extent?: "named" | "all" | Trips;
  /**
   * Sound backends that other processes see. Each is asked the cases that those before it, and memory, are not. Without
   * any, the broken drivers that need one are skipped.
   */
  readonly processes?: readonly HarnessRecipe[];
  /** A case that takes longer before a broken driver has found it, in milliseconds. Default 5,000. */
  readonly limitMs?: number;
  /** How many threads work at once. Default 2. */
  readonly threads?: number;
  /** Called with each result as soon as it is there, in no order. */
  readonly onResult?: (result: FaultResult) => void;
  /** Aborted: the cases under way are ended as they are, and the proof rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What became of one broken driver. Plain JSON. */
export interface FaultResult {
  readonly id: string;
  readonly title: string;
  readonly killedBy: string;
  /**
   * `killed`: the case that its entry names fails on it. `survived`: it passes. `false alarm`: it fails on the sound driver,
   * too, and so proves nothing. `skipped`: the case was not to be run, or can't be.
   */
  readonly status: "killed" | "survived" | "false alarm" | "skipped";
  /** Why it was skipped. */
  readonly reason?: string;
  /** Ids of the cases that fail on it, of those that it was put before. */
  readonly trips: readonly string[];
  /** Those of them that did not end in time. */
  readonly hangs: readonly string[];
}

/** What became of one case. Plain JSON. */
export interface CaseProof {
  readonly id: string;
  /** The sound backend that it was run on; absent where it applies to none. */
  readonly base?: string;
  /** Whether it passes there; what does not is put before no broken driver. */
  readonly isSound: boolean;
  /** Ids of the broken drivers that make it fail, of those that were put before it. */
  readonly trippedBy: readonly string[];
}

export interface Proof {
  readonly faults: readonly FaultResult[];
  /** Of the cases that were run. */
  readonly cases: readonly CaseProof[];
}

/**
 * Puts the broken drivers before the cases: the proof that the suite can fail. Never rejects because one survives.
 *
 * @example
 * const { faults } = await proveSuite();
 * const survivors = faults.filter(({ status }) => status === "survived");
 */
export async function proveSuite(options: ProofOptions = {}): Promise<Proof> {
  const { extent = "named", processes = [], limitMs = 5000, threads = 2, onResult, signal } = options;
  const chosen = brokenDrivers.map((broken) => ({ broken, wanted: wantedCases(broken, extent) }));
  const pool = Array.from({ length: threads }, () => new Thread());
  const stop = (): void => {
    for (const thread of pool) void thread.end();
  };
  signal?.addEventListener("abort", stop);
  try {
    const wanted = new Set(chosen.flatMap((one) => one.wanted));
    const sound = await soundCases(pool, wanted, [...memoryBases, ...processes]);
    const faults: FaultResult[] = [];
    let next = 0;
    const work = async (thread: Thread): Promise<void> => {
      for (let i = next++; i < chosen.length; i = next++) {
        signal?.throwIfAborted();
        const { broken, wanted: ids } = chosen[i] as (typeof chosen)[number];
        const runs = ids.flatMap((id) => runOf(broken, id, sound));
        const verdicts = new Map(await thread.perform({ broken: broken.id, runs, seed: 1 }, limitMs));
        for (let seed = 2; seed <= tries; seed++) {
          // Of all cases most pass, and shall.
          const missed = runs.filter(
            ({ id }) => verdicts.get(id) === "passed" && (extent !== "all" || id === broken.killedBy),
          );
          const again = await thread.perform({ broken: broken.id, runs: missed, seed }, limitMs);
          for (const [id, verdict] of again) verdicts.set(id, verdict);
        }
        const result = resultOf(broken, verdicts, ids, sound);
        faults[i] = result;
        onResult?.(result);
      }
    };
    await Promise.all(pool.map(work));
    return { faults, cases: [...wanted].map((id) => caseProof(id, sound, faults)) };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await Promise.all(pool.map((thread) => thread.end()));
  }
}

/** A case on the first sound backend that it applies to. */
interface SoundCase {
  readonly base: Base;
  readonly verdict: Verdict;
}

type SoundCases = ReadonlyMap<string, SoundCase>;

function wantedCases({ id, killedBy, base }: BrokenDriver, extent: "named" | "all" | Trips): readonly string[] {
  if (extent === "named") return [killedBy];
  if (extent !== "all") return extent[id] ?? [];
  const ids = cases.map((one) => one.id);
  // Those that start processes take long, so they are asked only where they may have something to say.
  return base === "process" ? ids.filter((one) => categoryOf(one) === categoryOf(killedBy)) : ids;
}

/** Runs each case on the bases, one after the other, until one of them does not skip it. */
async function soundCases(
  pool: readonly Thread[],
  wanted: ReadonlySet<string>,
  bases: readonly Base[],
): Promise<SoundCases> {
  const sound = new Map<string, SoundCase>();
  for (const base of bases) {
    const runs = [...wanted].filter((id) => !sound.has(id)).map((id) => ({ id, base }));
    const work = async (thread: Thread, turn: number): Promise<void> => {
      const part = runs.filter((_, i) => i % pool.length === turn);
      const verdicts = await thread.perform({ runs: part, seed: 1 }, soundLimitMs);
      for (const [id, verdict] of verdicts) if (verdict !== "skipped") sound.set(id, { base, verdict });
    };
    await Promise.all(pool.map(work));
  }
  return sound;
}

/** The run of a case before a broken driver, or none where the two don't meet. */
function runOf(broken: BrokenDriver, id: string, sound: SoundCases): Run[] {
  const { base, verdict } = sound.get(id) ?? {};
  // What fails on the sound backend shows nothing about a broken one.
  if (base === undefined || verdict !== "passed") return [];
  const isForProcesses = broken.base === "process";
  return isForProcesses === (typeof base === "object") ? [{ id, base }] : [];
}

function resultOf(
  { id, title, killedBy }: BrokenDriver,
  verdicts: ReadonlyMap<string, Verdict>,
  wanted: readonly string[],
  sound: SoundCases,
): FaultResult {
  const ids = [...verdicts.keys()];
  const hangs = ids.filter((one) => verdicts.get(one) === "late");
  const trips = ids.filter((one) => verdicts.get(one) === "failed" || verdicts.get(one) === "late");
  const result = { id, title, killedBy, trips, hangs };
  if (!wanted.includes(killedBy)) return { ...result, status: "skipped", reason: "the case that names it was not run" };
  const named = sound.get(killedBy);
  if (named === undefined)
    return { ...result, status: "skipped", reason: "no backend that it could be run on was given" };
  if (named.verdict !== "passed") return { ...result, status: "false alarm" };
  return { ...result, status: trips.includes(killedBy) ? "killed" : "survived" };
}

function caseProof(id: string, sound: SoundCases, faults: readonly FaultResult[]): CaseProof {
  const { base, verdict } = sound.get(id) ?? {};
  const isSound = verdict === "passed";
  const trippedBy = faults.filter(({ trips }) => trips.includes(id)).map((one) => one.id);
  return { id, ...(base !== undefined && { base: nameOfBase(base) }), isSound, trippedBy };
}
