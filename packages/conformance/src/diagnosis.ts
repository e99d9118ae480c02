import type { Refusals } from "@stowage/core";
import { inBrief } from "./ids.ts";
import { isBreach } from "./levels.ts";
import type { CaseResult } from "./run.ts";

interface Rule {
  /** The cases that show it. */
  readonly cases: RegExp;
  /** What else fails because of it and needs no sentence of its own. */
  readonly alsoFails?: RegExp;
  /** What is wrong and what it costs, in one plain sentence. */
  readonly sentence: string;
}

/** What changes that come between are about. */
const changes = /^(?:VERSION|UPDATE|LINEAR|MODEL)-|^PROCESS-00[12]$/;

/** From the gravest down. A case that several rules name belongs to the first. */
const rules: readonly Rule[] = [
  {
    cases: /^POWER-/,
    sentence: "It loses acknowledged writes in a power cut: what it reports as written was not flushed to the disk.",
  },
  {
    cases: /^KEEP-/,
    sentence:
      "It drops records while others are written, as a cache does whose memory is full: it is no place for the only copy.",
  },
  {
    cases: /^PROCESS-006$/,
    sentence:
      "It loses acknowledged writes when its process is killed: it reports as written what it only holds in memory.",
  },
  {
    cases: /^DISK-/,
    sentence: "A disk that is full or fails is not told as what it is, or takes along what was acknowledged before.",
  },
  {
    cases: /^CRASH-|^PROCESS-00[48]$/,
    sentence:
      "A write that is cut off does damage: half a record, half a batch, a lost record, or what stands in the way of the next.",
  },
  {
    // One handle finds it out, one call behind the other.
    cases: /^VERSION-01[1245]$|^VERSION-02[14]$/,
    alsoFails: changes,
    sentence:
      "It overwrites although the record has changed: conditions are accepted and ignored, so one writer undoes another's work.",
  },
  {
    cases: /^VERSION-02[689]$|^UPDATE-01[3-6]$|^LINEAR-0(?!1[67])|^PROCESS-00[12]$/,
    alsoFails: changes,
    sentence:
      "Two writers that ask for the same version can both win: it compares and writes in two steps, so changes are lost.",
  },
  {
    cases: /^LINEAR-01[67]$/,
    sentence:
      "It drops a plain write or removal that meets a conditional one of the same record, though it acknowledges both.",
  },
  {
    cases: /^RECORD-01[45]$|^PROCESS-003$/,
    sentence: "A reader can see a record half written, or missing, while it is rewritten.",
  },
  { cases: /^PAIR-/, sentence: "Different keys share one record, so writing one overwrites another." },
  {
    cases: /^(?:KEY|LIMIT)-/,
    sentence: "It does not take every key that the contract allows, or gives another one back.",
  },
  { cases: /^VALUE-/, sentence: "Values do not come back as they were written." },
  {
    cases: /^LIST-01[1-4]$/,
    sentence: "Listings are not in the order of the names' bytes, so paging through them skips or repeats records.",
  },
  {
    cases: /^(?:LIST|RANGE|CHANGE|FOREIGN|MANY)-/,
    sentence: "Listings show records that are not there, leave out some that are, or end at the wrong place.",
  },
  {
    cases: /^(?:BATCH|PREFIX)-/,
    sentence: "A batch, or a removal of many, does too little or too much, or only half of it.",
  },
  { cases: /^CORRUPT-/, sentence: "Damaged records are taken for missing or for whole ones, or hide the sound ones." },
  { cases: /^CLAIM-/, sentence: "Its capabilities claim what it does not keep, or deny what it does." },
  {
    cases: /^(?:ERROR|FAULT)-/,
    sentence: "Failures do not come out as the errors that the contract names, so callers can't act on them.",
  },
  { cases: /^LIFE-/, sentence: "Closing does not end what it should, or ends what is still under way." },
  {
    cases: /^HANDLE-/,
    sentence: "One handle does not see at once what another has done: it holds on to what it has read before.",
  },
  { cases: /^PROCESS-/, sentence: "Another process does not see the same data, or can't end when it has closed them." },
  { cases: /^RECORD-/, sentence: "Reading, writing, or removing a single record does not do what it says." },
  { cases: /^(?:UPDATE|VERSION)-/, sentence: "An update, or a version, does not do what it says." },
  { cases: /^NO(?:KEY|VALUE)-/, sentence: "It takes keys or values that the contract refuses." },
  { cases: /^MARKER-/, sentence: "Markers beside the records get lost, or show as records." },
  { cases: /^WRAP-/, sentence: "A view of a part of it reaches beyond that part, or does not reach all of it." },
  { cases: /^MOVE-/, sentence: "A migration from it or to it does not bring over all that is there." },
  { cases: /^MODEL-/, sentence: "Some sequence of calls ends otherwise than the contract says." },
];

/** What is the matter with a backend. */
export interface Diagnosis {
  /** One plain sentence. */
  readonly sentence: string;
  /** The failed cases that show it, sorted; empty where the backend says so itself. */
  readonly cases: readonly string[];
}

/** Tells what failed cases mean, and what a backend refuses and why. Empty for a backend with nothing to complain of. */
export function diagnose(results: readonly CaseResult[], refusals: Refusals = {}): readonly Diagnosis[] {
  const left = new Set(results.filter(isBreach).map(({ id }) => id));
  const found: Diagnosis[] = [];
  for (const { cases, alsoFails, sentence } of rules) {
    if (![...left].some((id) => cases.test(id))) continue;
    const mine = [...left].filter((id) => cases.test(id) || alsoFails?.test(id)).sort();
    for (const id of mine) left.delete(id);
    found.push({ sentence, cases: mine });
  }
  if (left.size > 0) {
    const rest = [...left].sort();
    found.push({ sentence: `It breaks the law in other ways: ${inBrief(rest)}.`, cases: rest });
  }
  const { compareAndSwap: reason } = refusals;
  return reason === undefined
    ? found
    : [...found, { sentence: `It refuses updates and conditions, since ${reason}.`, cases: [] }];
}
