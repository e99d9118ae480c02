// The record of the last whole proof, docs/conformance.json: what each broken driver makes fail. It is made by `pnpm proof` in
// minutes and checked in seconds, since it names a witness for each case: a broken driver that must make it fail.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type BrokenDriver,
  brokenDrivers,
  cases,
  type HarnessRecipe,
  type Proof,
  uncoveredCases,
} from "@stowage/conformance";
import { inBrief, inFull } from "@stowage/conformance/report";

export const recordFile: string = join(import.meta.dirname, "../docs/conformance.json");

export interface ProofRecord {
  /** The cases by the sound backend that they ran on. */
  readonly bases: Readonly<Record<string, readonly string[]>>;
  /** The cases that each broken driver makes fail. */
  readonly trips: Readonly<Record<string, readonly string[]>>;
  /** Those of them that did not end in time. */
  readonly hangs: Readonly<Record<string, readonly string[]>>;
}

type Lines = Readonly<Record<keyof ProofRecord, Readonly<Record<string, string>>>>;

export function readRecord(): ProofRecord {
  const { bases, trips, hangs } = JSON.parse(readFileSync(recordFile, "utf8")) as Lines;
  return { bases: mapped(bases, inFull), trips: mapped(trips, inFull), hangs: mapped(hangs, inFull) };
}

export function recordText({ bases, trips, hangs }: ProofRecord): string {
  const lines: Lines = { bases: mapped(bases, inBrief), trips: mapped(trips, inBrief), hangs: mapped(hangs, inBrief) };
  return `${JSON.stringify(lines, null, 2)}\n`;
}

export function recordOf({ faults, cases: proofs }: Proof): ProofRecord {
  const byBase = Map.groupBy(proofs, ({ base }) => base ?? "none");
  const hanging = faults.filter(({ hangs }) => hangs.length > 0);
  return {
    bases: Object.fromEntries([...byBase].map(([base, some]) => [base, some.map(({ id }) => id)])),
    trips: Object.fromEntries(faults.map(({ id, trips }) => [id, trips])),
    hangs: Object.fromEntries(hanging.map(({ id, hangs }) => [id, hangs])),
  };
}

/** The backends that the proof runs on besides memory, in a folder that is the caller's to remove. */
export function proofBackends(path: string): readonly HarnessRecipe[] {
  const recipe = (adapter: string, options: object): HarnessRecipe => ({
    name: adapter,
    module: new URL(`../packages/${adapter}/src/harness.ts`, import.meta.url).href,
    factory: "harness",
    options: { path, ...options },
  });
  return [
    recipe("fs", {}),
    recipe("sqlite", {}),
    { ...recipe("fs", { durability: "power" }), name: "fs, durability power" },
  ];
}

/** Whether a broken driver makes so much fail that this shows nothing about a single case: a third of all. */
function isBlunt({ trips }: ProofRecord, id: string): boolean {
  return (trips[id]?.length ?? 0) > cases.length / 3;
}

/**
 * For each case the broken driver that makes the fewest other cases fail, of those that show something about it and let it
 * end; the one whose entry names the case above all.
 */
export function witnesses(record: ProofRecord): ReadonlyMap<string, BrokenDriver> {
  const found = new Map<string, BrokenDriver>();
  const weight = ({ id, killedBy }: BrokenDriver, one: string): number =>
    killedBy === one
      ? -1
      : (record.trips[id]?.length ?? 0) + (record.hangs[id]?.includes(one) === true ? cases.length : 0);
  for (const broken of brokenDrivers) {
    for (const id of record.trips[broken.id] ?? []) {
      if (broken.killedBy !== id && isBlunt(record, broken.id)) continue;
      const other = found.get(id);
      if (other === undefined || weight(broken, id) < weight(other, id)) found.set(id, broken);
    }
  }
  return found;
}

/** What is wrong with a record, a sentence each: it is of another suite, a broken driver survived, a case stands unproven. */
export function problemsOf(record: ProofRecord): readonly string[] {
  const known = new Set(Object.values(record.bases).flat());
  const covered = witnesses(record);
  const ids = new Set(cases.map(({ id }) => id));
  const faultIds = new Set(brokenDrivers.map(({ id }) => id));
  return [
    ...cases.filter(({ id }) => !known.has(id)).map(({ id }) => `${id} is not in the record`),
    ...[...known].filter((id) => !ids.has(id)).map((id) => `${id} is in the record and not in the suite`),
    ...brokenDrivers.filter(({ id }) => record.trips[id] === undefined).map(({ id }) => `${id} is not in the record`),
    ...Object.keys(record.trips)
      .filter((id) => !faultIds.has(id))
      .map((id) => `${id} is in the record and is no broken driver`),
    ...brokenDrivers
      .filter(({ id, killedBy }) => record.trips[id]?.includes(killedBy) === false)
      .map(({ id, killedBy }) => `${id} survives ${killedBy}`),
    ...cases
      .filter(({ id }) => !covered.has(id) && uncoveredCases[id] === undefined)
      .map(({ id }) => `${id} fails on no broken driver, and no reason is recorded`),
    ...Object.keys(uncoveredCases)
      .filter((id) => covered.has(id) || !ids.has(id))
      .map((id) => `${id} has a reason that outlived its cause`),
  ];
}

function mapped<From, To>(record: Readonly<Record<string, From>>, map: (from: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
