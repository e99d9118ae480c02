import { randomBytes } from "node:crypto";
import { parallel } from "@stowage/core";
import type { Condition, Folder } from "./folder.ts";
import { brokenAnswer, isRefusal, type S3Failure } from "./codes.ts";
import type { Requests, Turn } from "./requests.ts";
import type { TagSpelling } from "./version.ts";

/** What a server makes of conditions. */
export interface Conditions {
  /** How it wants an ETag in If-Match; `undefined` where it honours no conditions on a write. */
  readonly spelling: TagSpelling | undefined;
  /** Why conditions on a write can't be relied on: a sentence; `undefined` where they can. */
  readonly putProblem: string | undefined;
  /** The same for those on a remove. */
  readonly removeProblem: string | undefined;
}

/** Below the prefix, under a name that no record can have. The time comes next, which tells how old a probe is. */
const probePrefix = ".stowage/probe-";
/** A probe takes seconds, and clocks differ by hours at most. */
const probeMsMax = 24 * 60 * 60 * 1000;
const removesAtOnce = 16;

/** What this process found out, by server or client and by bucket: a server doesn't change its mind in between. */
const byServer = new Map<string, Map<string, Promise<Conditions>>>();
const byClient = new WeakMap<object, Map<string, Promise<Conditions>>>();

export interface ProbeSettings {
  readonly folder: Folder;
  readonly requests: Requests;
  /** The address of the server, or the client that was handed in. */
  readonly owner: object | string;
  readonly bucket: string;
}

/**
 * Finds out once which conditions a server honours, by trying them on scratch objects that it removes again. Several that
 * ask at once share one probe; one that fails is forgotten.
 *
 * @throws S3Failure, DriverError: when the bucket can't be written.
 */
export function conditionsOf({ folder, requests, owner, bucket }: ProbeSettings): Promise<Conditions> {
  const found = foundFor(owner);
  const before = found.get(bucket);
  if (before !== undefined) return before;
  const conditions = probedAndSwept(folder, requests);
  found.set(bucket, conditions);
  conditions.catch(() => found.delete(bucket));
  return conditions;
}

async function probedAndSwept(folder: Folder, requests: Requests): Promise<Conditions> {
  // That nothing of others is left is no condition for going on.
  const sweep = removeOldProbes(folder, requests).catch(() => {});
  // One attempt is the whole probe, on new names: half a probe proves nothing.
  const conditions = await requests.repeat((turn) => probed(folder, requests, turn), { failsFast: true });
  await sweep;
  return conditions;
}

/** Removes what processes have left that were killed in the middle of a probe. */
async function removeOldProbes(folder: Folder, requests: Requests): Promise<void> {
  const { names } = await requests.repeat((turn) => folder.page({ prefix: probePrefix, size: 1000 }, turn), {
    failsFast: true,
  });
  const old = names.filter((name) => {
    const madeMs = Number.parseInt(name.slice(probePrefix.length), 36);
    return madeMs < Date.now() - probeMsMax;
  });
  await parallel(old, removesAtOnce, (name) => requests.repeat((turn) => folder.remove(name, turn), { isWrite: true }));
}

function foundFor(owner: object | string): Map<string, Promise<Conditions>> {
  const before = typeof owner === "string" ? byServer.get(owner) : byClient.get(owner);
  const found = before ?? new Map<string, Promise<Conditions>>();
  if (typeof owner === "string") byServer.set(owner, found);
  else byClient.set(owner, found);
  return found;
}

/** Whether an object is of a probe, one under way or one that was interrupted. */
export function isProbe(name: string): boolean {
  return name.startsWith(probePrefix);
}

async function probed(folder: Folder, { server }: Requests, turn: Turn): Promise<Conditions> {
  const scratch = `${probePrefix}${Date.now().toString(36)}-${randomBytes(12).toString("hex")}`;
  const missing = `${scratch}-missing`;
  const probe: Probe = {
    put: (text, on) => attempted(() => folder.put(scratch, text, turn, { ...on, writeId: scratch })),
    putMissing: (on) => attempted(() => folder.put(missing, "0", turn, { ...on, writeId: scratch })),
    remove: (on) => attempted(() => folder.remove(scratch, turn, on)),
    text: async () => (await folder.get(scratch, turn))?.text,
  };
  try {
    const puts = await tryPuts(probe);
    if (typeof puts === "string") {
      const problem = `the server at ${server} ${puts}`;
      return { spelling: undefined, putProblem: problem, removeProblem: problem };
    }
    const removes = await tryRemoves(probe, puts);
    const removeProblem = removes === undefined ? undefined : `the server at ${server} ${removes}`;
    return { spelling: puts.spelling, putProblem: undefined, removeProblem };
  } finally {
    await folder.remove(scratch, turn);
    await folder.remove(missing, turn);
  }
}

/** What is done to one scratch object, and to one that is never there. */
interface Probe {
  put(text: string, on: Condition): Promise<string | Refusal>;
  putMissing(on: Condition): Promise<string | Refusal>;
  remove(on: Condition): Promise<void | Refusal>;
  text(): Promise<string | undefined>;
}

/** What the writes of a probe leave for the removes. */
interface Written {
  readonly spelling: TagSpelling;
  readonly stale: string;
  readonly current: string;
}

/** Each condition must let through what fits and stop what doesn't. Resolves to what is wrong, or to what is there now. */
async function tryPuts(probe: Probe): Promise<Written | string> {
  const absent: Condition = { version: null, spelling: "quoted" };
  const stale = await probe.put("1", absent);
  if (stale instanceof Refusal) return `refuses If-None-Match (${stale.answer})`;
  if (!((await probe.put("2", absent)) instanceof Refusal)) return "accepts If-None-Match and ignores it";
  let spelling: TagSpelling = "quoted";
  let current = await probe.put("3", { version: stale, spelling });
  if (current instanceof Refusal) {
    spelling = "bare";
    current = await probe.put("3", { version: stale, spelling });
  }
  if (current instanceof Refusal) return `refuses If-Match with the right ETag (${current.answer})`;
  const refused = await probe.put("4", { version: stale, spelling });
  if (!(refused instanceof Refusal)) return "accepts If-Match and ignores it";
  const elsewhere = await probe.putMissing({ version: current, spelling });
  if (!(elsewhere instanceof Refusal)) return "accepts If-Match and ignores it where there is no object";
  if ((await probe.text()) !== "3") return "refuses what a condition does not allow, but writes it";
  return { spelling, stale, current };
}

async function tryRemoves(probe: Probe, { spelling, stale, current }: Written): Promise<string | undefined> {
  const refused = await probe.remove({ version: stale, spelling });
  const isThere = (await probe.text()) !== undefined;
  if (!(refused instanceof Refusal) || !isThere) return "accepts If-Match on a DELETE and ignores it";
  const removed = await probe.remove({ version: current, spelling });
  if (removed instanceof Refusal) return `refuses If-Match with the right ETag on a DELETE (${removed.answer})`;
  const again = await probe.remove({ version: current, spelling });
  return again instanceof Refusal ? undefined : "accepts If-Match on a DELETE and ignores it where there is no object";
}

/** An answer that says no to what was asked, as a condition that does not hold makes it, or one that is not known. */
class Refusal {
  readonly answer: string;

  constructor({ status, code }: S3Failure) {
    this.answer = `${status} ${code}`;
  }
}

async function attempted<T>(request: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await request();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // A client that repeats by itself may have been refused because of its own first attempt.
    if (error.attempts > 1) throw brokenAnswer("the endpoint", "came after repeated attempts");
    return new Refusal(error);
  }
}
