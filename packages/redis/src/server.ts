import { type Capabilities, DriverError } from "@stowage/core";
import { type RedisClient, serversOf } from "./client.ts";
import { redisErrorOf } from "./codes.ts";

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
 * @throws DriverError UNSUPPORTED for a server that is too old, or one that may drop records, unless that is allowed.
 */
export async function reportOf(client: RedisClient, allowEviction: boolean, replicas: number): Promise<ServerReport> {
  const reports = await Promise.all(
    serversOf(client).map(async (server) => {
      const info = await infoOf(server);
      if (info === undefined) return hidden;
      const settings = await settingsOf(server);
      refuseOld(info);
      const persistence = persistenceOf(info, settings);
      const notices = [evictionOf(info, allowEviction), persistence.notice, failoverOf(info, replicas)];
      return { durability: persistence.durability, notices: notices.filter((notice) => notice !== undefined) };
    }),
  );
  // A store promises what the weakest of its servers does.
  const levels = ["process", "server", "power"] as const;
  const durability = levels.find((level) => reports.some((report) => report.durability === level)) ?? "server";
  return {
    durability,
    notices: [...new Set([...clientNotices(client), ...reports.flatMap(({ notices }) => notices)])],
  };
}

const hidden: ServerReport = {
  durability: "server",
  notices: ["whether the server persists records, and whether it may drop some, can't be told: INFO is not permitted"],
};

/** Clients that we make don't do what is warned of here. */
function clientNotices({ isCluster, options }: RedisClient): readonly string[] {
  const { autoResendUnfulfilledCommands, retryDelayOnFailover } = Object(options) as Readonly<Record<string, unknown>>;
  const isSafe = isCluster ? retryDelayOnFailover === 0 : autoResendUnfulfilledCommands === false;
  if (isSafe) return [];
  const remedy = isCluster ? "retryDelayOnFailover: 0" : "autoResendUnfulfilledCommands: false";
  return [
    `the client repeats writes whose answer was lost, so that one of our own can look like a conflict: make it with ${remedy}`,
  ];
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
    ["save", "appendfsync"].map(async (name) => {
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
): { readonly durability: Capabilities["durability"]; readonly notice?: string } {
  if (info.get("aof_enabled") === "1") {
    const fsync = settings.get("appendfsync");
    if (fsync === "always") return { durability: "power" };
    const loss = fsync === "everysec" ? "about the last second of writes" : "the last writes";
    return { durability: "server", notice: `a crash of the server's machine can lose ${loss}${flushNote(fsync)}` };
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

function failoverOf(info: Fields, replicas: number): string | undefined {
  if (replicas > 0 || Number(info.get("connected_slaves") ?? 0) === 0) return undefined;
  return "a failover can lose the last writes, which the replica did not have yet; the option replicas narrows this";
}

function splitOnce(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1)];
}
