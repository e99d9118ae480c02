import { isDeepStrictEqual } from "node:util";
import type { Refusals } from "@stowage/core";
import { isAssertion, messageOf } from "./failures.ts";
import { inShort } from "./ids.ts";
import { isBreach } from "./levels.ts";
import type { CaseResult } from "./run.ts";

interface Rule {
  /** The cases that show it. */
  readonly cases: RegExp;
  /** What else fails because of it and needs no sentence of its own. */
  readonly alsoFails?: RegExp;
  /** Cases whose failure shows that it is something simpler. */
  readonly unless?: RegExp;
  /** What must be true of a failure, besides its id, to show it; such failures of other cases need no sentence either. */
  readonly shows?: (error: unknown) => boolean;
  /** Set where any fault may come out like this, so that it says something only where nothing else was found. */
  readonly isLast?: true;
  /** What is wrong and what it costs, in one plain sentence. */
  readonly sentence: string;
}

/** A reason that is longer is cut: it stands in a sentence. */
const lineMax = 200;

/** So many times more calls that fail than findings are an outage. */
const outageRatio = 5;

/** What changes that come between are about. */
const changes = /^(?:VERSION|UPDATE|LINEAR|MODEL)-|^PROCESS-00[12]$/;

/** What one handle alone shows: no other one is needed for it. */
const oneHandle = /^RECORD-0(?:0[1-5]|1[0-6]|30)$|^(?:LIST|UPDATE)-00[1-5]$|^BATCH-0(?:01|13)$/;

/** What looks, changes, and looks again, which an old answer spoils. */
const looksAgain =
  /^(?:HANDLE|LINEAR|MODEL|CHANGE|MOVE|FAULT|KEY|LIMIT|PAIR|PREFIX|WRAP|RECORD|BATCH|LIST)-|^UPDATE-0[02]6$|^VERSION-05[13]$/;

const stale = "One handle does not see at once what another has done: it holds on to what it has read before.";

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
    // Whoever reads old things takes part in races with them, and finds a text that was there before the one to be tried.
    cases: /^HANDLE-00[1-8]$/,
    unless: oneHandle,
    alsoFails: looksAgain,
    sentence: stale,
  },
  {
    cases: /^VERSION-02[689]$|^UPDATE-01[3-6]$|^LINEAR-0(?!1[679]|20)|^PROCESS-00[12]$/,
    alsoFails: changes,
    sentence:
      "Two writers that ask for the same version can both win: it compares and writes in two steps, so changes are lost.",
  },
  {
    cases: /^LINEAR-0(?:1[679]|20)$/,
    sentence:
      "It drops a plain write or removal that meets a conditional one of the same record, though it acknowledges both.",
  },
  {
    cases: /^RECORD-01[45]$|^PROCESS-003$/,
    sentence: "A reader can see a record half written, or missing, while it is rewritten.",
  },
  {
    cases: /^LIST-01[1-4]$/,
    shows: isMisordered,
    // Pages, views, and migrations rest on the order, and looks while records change know what comes next by it.
    alsoFails: /^(?:RANGE|CHANGE|WRAP|MOVE)-/,
    sentence: "Listings are not in the order of the names' bytes, so paging through them skips or repeats records.",
  },
  { cases: /^PAIR-/, sentence: "Different keys share one record, so writing one overwrites another." },
  {
    cases: /^(?:KEY|LIMIT)-/,
    sentence: "It does not take every key that the contract allows, or gives another one back.",
  },
  { cases: /^VALUE-/, sentence: "Values do not come back as they were written." },
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
  { cases: /^HANDLE-/, sentence: stale },
  { cases: /^PROCESS-/, sentence: "Another process does not see the same data, or can't end when it has closed them." },
  { cases: /^RECORD-/, sentence: "Reading, writing, or removing a single record does not do what it says." },
  { cases: /^(?:UPDATE|VERSION)-/, sentence: "An update, or a version, does not do what it says." },
  { cases: /^NO(?:KEY|VALUE)-/, sentence: "It takes keys or values that the contract refuses." },
  { cases: /^MARKER-/, sentence: "Markers beside the records get lost, or show as records." },
  { cases: /^WRAP-/, sentence: "A view of a part of it reaches beyond that part, or does not reach all of it." },
  { cases: /^MOVE-/, sentence: "A migration from it or to it does not bring over all that is there." },
  { cases: /^MODEL-/, isLast: true, sentence: "Some sequence of calls ends otherwise than the contract says." },
];

/** What is the matter with a backend. */
export interface Diagnosis {
  /** One plain sentence. */
  readonly sentence: string;
  /** The failed cases that show it, sorted, for one that is no law's those that it kept from showing anything; empty where the backend says so itself. */
  readonly cases: readonly string[];
}

/** Tells what failed cases mean, and what a backend refuses and why. Empty for a backend with nothing to complain of. */
export function diagnose(results: readonly CaseResult[], refusals: Refusals = {}): readonly Diagnosis[] {
  const breaches = results.filter(isBreach);
  const { compareAndSwap: reason } = refusals;
  return [
    ...(isOutage(breaches) ? outage(breaches) : findings(breaches)),
    ...(reason === undefined ? [] : [{ sentence: `It refuses updates and conditions, since ${reason}.`, cases: [] }]),
  ];
}

/** Whether so many calls failed by chance that what was found besides is no finding. */
function isOutage(breaches: readonly CaseResult[]): boolean {
  const count = breaches.filter(isUnanswered).length;
  return count > outageRatio * (breaches.length - count);
}

function outage(breaches: readonly CaseResult[]): readonly Diagnosis[] {
  const others = breaches.filter((one) => !isUnanswered(one));
  return [...accidents(breaches.filter(isUnanswered)), ...told(others, "What else has failed may come of the same.")];
}

function isUnanswered({ broke }: CaseResult): boolean {
  return broke !== undefined && broke !== "time" && broke !== "stray";
}

function findings(breaches: readonly CaseResult[]): readonly Diagnosis[] {
  const { found, left } = faults(breaches);
  return [...accidents(left.filter(({ broke }) => broke !== undefined)), ...found];
}

/** What kept cases from showing anything about their laws. */
function accidents(failures: readonly CaseResult[]): readonly Diagnosis[] {
  const strays = failures.filter(({ broke }) => broke === "stray");
  const unclosed = failures.filter(({ broke }) => broke === "close");
  const others = failures.filter(({ broke }) => broke !== "stray" && broke !== "close");
  return [
    ...told(others, `${countOf(others)} could not be carried out: ${usual(others)}.`),
    ...told(
      unclosed,
      `After ${countOf(unclosed)} it could not be closed or taken away, so something of it may be left: ${usual(unclosed)}.`,
    ),
    ...told(strays, `Something of it fails in the background, where no caller hears of it: ${usual(strays)}.`),
  ];
}

function told(some: readonly CaseResult[], sentence: string): readonly Diagnosis[] {
  return some.length === 0 ? [] : [{ sentence, cases: some.map(({ id }) => id).sort() }];
}

function countOf({ length }: readonly CaseResult[]): string {
  return length === 1 ? "1 case" : `${length.toLocaleString("en-US")} cases`;
}

/** What the cases show that are about their laws, and the failures that no sentence is about. */
function faults(breaches: readonly CaseResult[]): { found: readonly Diagnosis[]; left: readonly CaseResult[] } {
  let left = breaches;
  const found: Diagnosis[] = [];
  for (const { cases, unless, alsoFails, shows, isLast, sentence } of rules) {
    if (breaches.some(({ id }) => unless?.test(id))) continue;
    const isWitness = ({ id, error, broke }: CaseResult): boolean =>
      broke === undefined && cases.test(id) && shows?.(error) !== false;
    if (!left.some(isWitness)) continue;
    const isMine = (one: CaseResult): boolean =>
      isWitness(one) || alsoFails?.test(one.id) === true || shows?.(one.error) === true;
    if (isLast !== true || found.length === 0) found.push(...told(left.filter(isMine), sentence));
    left = left.filter((one) => !isMine(one));
  }
  const others = left.filter(({ broke }) => broke === undefined);
  const ids = inShort(others.map(({ id }) => id));
  return { found: [...found, ...told(others, `It breaks the law in other ways: ${ids}.`)], left };
}

/** What most of some failures say, in one line. */
function usual(failures: readonly CaseResult[]): string {
  const groups = Map.groupBy(failures, ({ error }) => {
    // Which record it was about is chance.
    const [line = ""] = messageOf(error)
      .replace(/^Cannot \w+ .*?: /, "")
      .split("\n");
    return line.length > lineMax ? `${line.slice(0, lineMax).toWellFormed()}…` : line;
  });
  const [first] = [...groups].sort(([, a], [, b]) => b.length - a.length);
  return first?.[0].replace(/\.$/, "") ?? "";
}

/** Whether a check found the very things that it expected, but in another order. */
function isMisordered(error: unknown): boolean {
  if (!isAssertion(error)) return false;
  const { actual, expected } = error as { readonly actual?: unknown; readonly expected?: unknown };
  if (!Array.isArray(actual) || !Array.isArray(expected)) return false;
  const sorted = (list: readonly unknown[]): readonly string[] => list.map((item) => JSON.stringify(item)).sort();
  return isDeepStrictEqual(sorted(actual), sorted(expected));
}
