import { type Capabilities, DriverError } from "@stowage/core";
import { type RedisClient, serversOf } from "./client.ts";
import { RedisError, redisErrorOf } from "./codes.ts";

/** What the servers say about themselves, as far as it bears on what a store can promise. */
export interface ServerReport {
  readonly durability: Capabilities["durability"];
  readonly notices: readonly string[];
}

/** Below this, sorted sets can't be paged by name. */
const versionMin: readonly number[] = [6, 2];

/** `"standalone"`, `"cluster"`, or `"sentinel"`; `""` for a proxy that doesn't say. */
export async function modeOf(client: RedisClient): Promise<string> {
  try {
    const reply = await client.call("hello", []);
    if (!Array.isArray(reply)) return String(Object(reply).mode ?? "");
    return String(reply[reply.indexOf("mode") + 1] ?? "");
  } catch (raw) {
    const error = redisErrorOf(raw);
    if (error.kind === "ERR" || error.kind === "NOPERM") return "";
    throw error;
  }
}

/**
 * Asks every server that holds data.
 *
 * @throws DriverError UNSUPPORTED for a server that is too old, a replica, or one that may drop records, unless that is
 * allowed; and for a client that reads from replicas.
 */
export async function reportOf(client: RedisClient, allowEviction: boolean, replicas: number): Promise<ServerReport> {
  const habits: Habits = Object(client.options);
  const hasSentinels = Boolean(habits.sentinels);
  refuseReplicaReads(client, habits);
  const reports = await Promise.all(
    serversOf(client).map(async (server) => {
      const info = await infoOf(server);
      if (info === undefined) return hidden;
      const settings = await settingsOf(server);
      refuseOld(info);
      refuseReplica(info, client.isCluster || hasSentinels);
      const connected = Number(info.get("connected_slaves") ?? 0);
      const hasFailover = hasSentinels || connected > 0;
      const persistence = persistenceOf(info, settings, hasFailover);
      const notices = [
        evictionOf(info, allowEviction),
        persistence.notice,
        hasFailover && replicas === 0 ? failoverNotice : undefined,
        connected < replicas
          ? `a server has ${connected} of the ${replicas} replicas that must confirm writes`
          : undefined,
      ];
      return { durability: persistence.durability, notices: notices.filter((notice) => notice !== undefined) };
    }),
  );
  // A store promises what the weakest of its servers does.
  const levels = ["process", "server", "power"] as const;
  const durability = levels.find((level) => reports.some((report) => report.durability === level)) ?? "server";
  return {
    durability,
    notices: [...new Set([...clientNotices(client, habits), ...reports.flatMap(({ notices }) => notices)])],
  };
}

/** Options of ioredis that bear on what a store can promise. */
interface Habits {
  readonly autoResendUnfulfilledCommands?: unknown;
  readonly retryDelayOnFailover?: unknown;
  readonly scaleReads?: unknown;
  /** `null` where there are none. */
  readonly sentinels?: readonly unknown[] | null;
  readonly role?: unknown;
}

const hidden: ServerReport = {
  durability: "server",
  notices: ["whether the server persists records, and whether it may drop some, can't be told: INFO is not permitted"],
};

const failoverNotice =
  "a failover can lose the last writes, which the replica did not have yet; the option replicas narrows this";

/** Clients that we make don't do what is warned of here. */
function clientNotices({ isCluster }: RedisClient, habits: Habits): readonly string[] {
  const isSafe = isCluster ? habits.retryDelayOnFailover === 0 : habits.autoResendUnfulfilledCommands === false;
  if (isSafe) return [];
  const remedy = isCluster ? "retryDelayOnFailover: 0" : "autoResendUnfulfilledCommands: false";
  return [`the client sends writes again by itself, also when their calls have failed already: make it with ${remedy}`];
}

/** What was written need not be there yet for who reads from a replica. */
function refuseReplicaReads({ isCluster }: RedisClient, { scaleReads, sentinels, role }: Habits): void {
  const isCareful = isCluster ? (scaleReads ?? "master") === "master" : !sentinels || role !== "slave";
  if (isCareful) return;
  const remedy = isCluster ? 'scaleReads: "master"' : 'role: "master"';
  throw new DriverError("UNSUPPORTED", `the client reads from replicas, which may be behind: make it with ${remedy}`);
}

/** @param isFound - Whether the client has been told that this is a primary, and is told of another one. */
function refuseReplica(info: Fields, isFound: boolean): void {
  if (info.get("role") !== "slave") return;
  if (isFound) throw new RedisError("READONLY", "the server has become a replica");
  throw new DriverError(
    "UNSUPPORTED",
    "the server is a replica, which may be behind and takes no writes: give its primary",
  );
}

type Fields = ReadonlyMap<string, string>;

/** The fields of INFO; `undefined` where it is not permitted. */
async function infoOf(client: RedisClient): Promise<Fields | undefined> {
  const text = await permitted(client.call("info", []));
  if (text === undefined) return undefined;
  const lines = String(text).split(/\r?\n/);
  return new Map(lines.filter((line) => line.includes(":")).map((line) => splitOnce(line)));
}

/** Settings that INFO lacks; without those that may not be seen. */
async function settingsOf(client: RedisClient): Promise<Fields> {
  const values = await Promise.all(
    ["save", "appendfsync", "no-appendfsync-on-rewrite"].map(async (name) => {
      const reply = await permitted(client.call("config", ["get", name]));
      const value: unknown = Array.isArray(reply) ? reply[1] : Object(reply)[name];
      return typeof value === "string" ? ([name, value] as const) : undefined;
    }),
  );
  return new Map(values.filter((pair) => pair !== undefined));
}

/** `undefined` for what a user may not ask, or a hosted server doesn't know. */
async function permitted(reply: Promise<unknown>): Promise<unknown> {
  try {
    return await reply;
  } catch (raw) {
    const error = redisErrorOf(raw);
    if (error.kind === "NOPERM" || error.kind === "ERR") return undefined;
    throw error;
  }
}

function refuseOld(info: Fields): void {
  const version = info.get("redis_version");
  if (version === undefined) return;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [majorMin = 0, minorMin = 0] = versionMin;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  throw new DriverError("UNSUPPORTED", `the server is Redis ${version}, and ${versionMin.join(".")} is needed`);
}

function evictionOf(info: Fields, allowEviction: boolean): string | undefined {
  const policy = info.get("maxmemory_policy");
  // The others drop only what has a time to live; no record has one.
  if (policy === undefined || !policy.startsWith("allkeys-")) return undefined;
  if (Number(info.get("maxmemory") ?? 0) === 0) {
    return `the maxmemory-policy is ${policy}: once the server has a maxmemory it may drop records; noeviction is safe`;
  }
  const detail = `the server may drop records: its maxmemory-policy is ${policy}`;
  if (allowEviction) return detail;
  throw new DriverError("UNSUPPORTED", `${detail}; set it to noeviction, or open the store with allowEviction`);
}

function persistenceOf(
  info: Fields,
  settings: Fields,
  hasFailover: boolean,
): { readonly durability: Capabilities["durability"]; readonly notice?: string } {
  if (info.get("aof_enabled") === "1") {
    const fsync = settings.get("appendfsync");
    const isPaused = settings.get("no-appendfsync-on-rewrite") !== "no";
    // After a failover counts what the replica has, not what is on the disk of the primary.
    if (fsync === "always" && !isPaused) return { durability: hasFailover ? "server" : "power" };
    const loss = fsync === "everysec" ? "about the last second of writes" : "the last writes";
    const note = fsync === "always" ? " while it rewrites its file (no-appendfsync-on-rewrite yes)" : flushNote(fsync);
    return { durability: "server", notice: `a crash of the server's machine can lose ${loss}${note}` };
  }
  const save = settings.get("save");
  if (save === "") {
    return {
      durability: "process",
      notice: "the server keeps nothing over a restart (no snapshots, no append-only file)",
    };
  }
  const snapshots = save === undefined ? "its last snapshot, if it makes any" : "its last snapshot";
  return {
    durability: "server",
    notice: `a crash of the server loses what was written since ${snapshots} (no append-only file)`,
  };
}

function flushNote(fsync: string | undefined): string {
  return fsync === undefined ? "" : ` (appendfsync ${fsync})`;
}

function splitOnce(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1)];
}
