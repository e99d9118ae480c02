import { hash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemCode } from "./codes.ts";

/**
 * Whether the process that made a token still runs. `unknown`: it can't be told from here, as it ran on another host,
 * in another container, or on a system that does not show when a process started.
 */
export type Life = "alive" | "dead" | "unknown";

/** Where and since when a process runs. No two processes, of all times and hosts, share one. */
interface Identity {
  /** Stands for the host since its last start and for the set of process ids: only within one are pids comparable. */
  readonly place: string;
  readonly pid: number;
  /** When the process started, in the clock ticks of Linux; "0" where the system doesn't tell. */
  readonly start: string;
}

const tokenShape = /^([0-9a-f]{12})-(\d+)-(\d+)-[0-9a-f]{8}(?:-|$)/;

let cached: Identity | undefined;

/**
 * Makes the token of a new owner: it starts with the identity of the process, so that others can tell whether the owner
 * is alive, and ends at random, so that stores opened by several threads or copies of this package never share one.
 * Tokens that are derived from it append `-` and more.
 */
export function newOwner(): string {
  const { place, pid, start } = identity();
  return `${place}-${pid}-${start}-${randomBytes(4).toString("hex")}`;
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
  const [, place, pidText, start] = tokenShape.exec(token) ?? [];
  const self = identity();
  if (place !== self.place) return "unknown";
  const pid = Number(pidText);
  if (pid === self.pid && start === self.start) return "alive";
  const now = start === "0" ? undefined : startOf(pid);
  // The process has ended, and perhaps another one got its id.
  if (now !== undefined) return now === start ? "alive" : "dead";
  return exists(pid) ? "unknown" : "dead";
}

function identity(): Identity {
  return (cached ??= { place: placeOf(), pid: process.pid, start: startOf(process.pid) ?? "0" });
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

/** The start of a process: "ended" for one that waits for its parent only, `undefined` where it can't be read. */
function startOf(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
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
