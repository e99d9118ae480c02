import { hash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemCode } from "./codes.ts";

/**
 * Whether the thread that made a token still runs, where that shows; else whether its process does. `unknown`: it can't be told from here, as it ran on another host,
 * in another container, or on a system that does not show when a process started.
 */
export type Life = "alive" | "dead" | "unknown";

/**
 * Where and since when a thread of a process runs. No two of all times and hosts share one. It is the thread's, because a
 * worker thread can be terminated in the middle of a write, and its process goes on.
 */
interface Identity {
  /** Stands for the host since its last start and for the set of process ids: only within one are pids comparable. */
  readonly place: string;
  readonly pid: number;
  /** The id of the thread; that of the process for its main thread, and where the system doesn't tell. */
  readonly tid: number;
  /** When the thread started, in the clock ticks of Linux; "0" where the system doesn't tell. */
  readonly start: string;
}

const tokenShape = /^([0-9a-f]{12})-(\d+)(?:\.(\d+))?-(\d+)-[0-9a-f]{8}(?:-|$)/;

let cached: Identity | undefined;

/**
 * Makes the token of a new owner: it starts with the identity of this thread, so that others can tell whether the owner
 * is alive, and ends at random, so that stores opened by several threads or copies of this package never share one.
 * Tokens that are derived from it append `-` and more.
 */
export function newOwner(): string {
  const { place, pid, tid, start } = identity();
  const thread = tid === pid ? "" : `.${tid}`;
  return `${place}-${pid}${thread}-${start}-${randomBytes(4).toString("hex")}`;
}

/** Whether a text is an owner's token or derived from one. */
export function isToken(text: string): boolean {
  return tokenShape.test(text);
}

/** The process of a token, for messages. */
export function describeOwner(token: string): string {
  const [, place, pid] = tokenShape.exec(token) ?? [];
  return place === identity().place ? `process ${pid}` : `process ${pid} of another host or container`;
}

/** Whether the owner of a token is alive. A dead one never comes back: neither it nor another process has its token. */
export function lifeOf(token: string): Life {
  const [, place, pidText, tidText = pidText, start] = tokenShape.exec(token) ?? [];
  const self = identity();
  if (place !== self.place) return "unknown";
  const pid = Number(pidText);
  const tid = Number(tidText);
  if (pid === self.pid && tid === self.tid && start === self.start) return "alive";
  const isDated = start !== "0";
  const now = isDated ? startOf(pid, tid) : undefined;
  // The thread has ended, and perhaps another one got its id.
  if (now !== undefined) return now === start ? "alive" : "dead";
  // A process that shows and doesn't have that thread. One of another user may not show at all.
  if (isDated && startOf(pid, pid) !== undefined) return "dead";
  return exists(pid) ? "unknown" : "dead";
}

function identity(): Identity {
  return (cached ??= { place: placeOf(), pid: process.pid, ...threadOf(process.pid) });
}

/** The calling thread and its start. */
function threadOf(pid: number): { readonly tid: number; readonly start: string } {
  const unknown = { tid: pid, start: "0" };
  let link: string;
  try {
    // proc(5): `<process id>/task/<thread id>`, as the namespace of this /proc counts them.
    link = readlinkSync("/proc/thread-self");
  } catch {
    return unknown;
  }
  const [shownPid, , tidText] = link.split("/");
  const tid = Number(tidText);
  const start = Number(shownPid) === pid ? startOf(pid, tid) : undefined;
  return start === undefined ? unknown : { tid, start };
}

function placeOf(): string {
  let facts: string;
  try {
    // Clock namespaces shift the start times, so they count as another place too.
    const spaces = ["pid", "time"].map((space) => readlinkSync(`/proc/self/ns/${space}`));
    facts = [readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim(), ...spaces].join(" ");
  } catch {
    facts = hostname();
  }
  return hash("sha256", facts, "hex").slice(0, 12);
}

/** The start of a thread: "ended" for one that waits for its parent only, `undefined` where it can't be read. */
function startOf(pid: number, tid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // proc_pid_stat(5): the second field is the program's name in parentheses and may hold anything, so the fields are
  // counted from its end: the state is the 3rd, the start time the 22nd.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? "ended" : fields[19];
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
}
