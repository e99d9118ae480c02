import { checkOptions, type OptionRule, StorageError, utf8Bytes } from "@stowage/core";
import type { RedisClient } from "./client.ts";
import { parseUrl, shownUrl, type Target } from "./url.ts";

/** Servers to connect to, or a client that is connected already. */
export type RedisOptions = RedisUrlOptions | RedisClientOptions;

export interface RedisUrlOptions extends CommonOptions {
  /**
   * `redis[s]://[user[:password]@]host[:port][,host[:port]…][/database]`; user and password are percent-encoded. One server, or
   * any nodes of a Cluster, which is found out; with `sentinel` the hosts are Sentinels. Without a host: localhost.
   */
  readonly url: string;
  /** The name under which the Sentinels watch the primary, `"mymaster"` as a rule. */
  readonly sentinel?: string;
  /** For `rediss:`, what the system's certificates don't say. */
  readonly tls?: RedisTls;
}

/** As the options of the same names in `node:tls`. */
export interface RedisTls {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface RedisClientOptions extends CommonOptions {
  /**
   * A `Redis` or `Cluster` of ioredis. `close` leaves it open. It should be made with `autoResendUnfulfilledCommands: false`, and
   * a `Cluster` with `retryDelayOnFailover: 0`: a client that repeats writes by itself can make a conflict of our own write.
   */
  readonly client: RedisClient;
}

interface CommonOptions {
  /**
   * What all keys of the store begin with, in braces. Stores with different prefixes on one server don't see each other. At
   * most 64 bytes, without braces, white space, and control characters. Default `"stowage"`.
   */
  readonly prefix?: string;
  /**
   * Over how many shards a new store spreads its records, 1 to 256; it can't be changed afterwards. Records of one shard lie on
   * one node of a Cluster, and with one shard batches can be atomic. Default 1, on a Cluster 64.
   */
  readonly shards?: number;
  /** `false`: a store that is not there is refused (NOT_FOUND), and nothing is made. Default `true`. */
  readonly create?: boolean;
  /** Whether every change is refused (UNSUPPORTED), and nothing on the server changes. Default false. */
  readonly readonly?: boolean;
  /**
   * How many replicas must confirm each write; fewer in a quarter of `timeoutMs` is UNAVAILABLE, though the write is applied.
   * Narrows what a failover can lose, at the price of a round trip to them. Default 0.
   */
  readonly replicas?: number;
  /** How long a call waits for a server that does not answer, or not yet, in milliseconds; then UNAVAILABLE. Default 10,000. */
  readonly timeoutMs?: number;
  /** Whether to use a server that drops records when its memory is full, which is refused otherwise. Default false. */
  readonly allowEviction?: boolean;
}

/** All options, checked, with their defaults. */
export interface Settings {
  readonly prefix: string;
  /** Absent: by what the server is. */
  readonly shards: number | undefined;
  readonly create: boolean;
  readonly readonly: boolean;
  readonly replicas: number;
  readonly timeoutMs: number;
  readonly allowEviction: boolean;
}

export const shardsMax = 256;
const prefixBytesMax = 64;

const common: Readonly<Record<string, OptionRule>> = {
  prefix: prefixProblem,
  shards: (value) =>
    isShardCount(value) ? undefined : `is a whole number from 1 to ${shardsMax}, got ${String(value)}`,
  create: "boolean",
  readonly: "boolean",
  replicas: (value) => (isCount(value) ? undefined : `is a whole number from 0, got ${String(value)}`),
  timeoutMs: "milliseconds",
  allowEviction: "boolean",
};
const clientRules: Readonly<Record<string, OptionRule>> = { client: clientProblem, ...common };
const urlRules: Readonly<Record<string, OptionRule>> = {
  url: urlProblem,
  sentinel: (value) => (typeof value === "string" && value !== "" ? undefined : "is the name of a primary"),
  tls: (value) => (typeof value === "object" && value !== null ? undefined : "is an object"),
  ...common,
};

/** @throws StorageError INVALID_VALUE, before anything is touched. */
export function completeOptions(options: RedisOptions): Settings {
  const given: object = Object(options);
  if ("url" in given === "client" in given) throw invalid("the options have either `url` or `client`");
  checkOptions("redis", options, "url" in given ? urlRules : clientRules);
  if ("url" in options && options.tls !== undefined && !targetOf(options).isTls) {
    throw invalid('the option "tls" goes with a URL that begins with rediss:');
  }
  const { prefix = "stowage", shards, create = true, readonly = false, replicas = 0 } = options;
  const { timeoutMs = 10_000, allowEviction = false } = options;
  return { prefix, shards, create: create && !readonly, readonly, replicas, timeoutMs, allowEviction };
}

export function isShardCount(value: unknown): boolean {
  return isCount(value) && (value as number) >= 1 && (value as number) <= shardsMax;
}

/** Where to connect. The options are checked. */
export function targetOf(options: RedisUrlOptions): Target {
  return parseUrl(options.url, options.sentinel !== undefined) as Target;
}

/** What is to be opened, for messages. */
export function whatOf(options: RedisOptions): string {
  return "url" in options ? shownUrl(targetOf(options)) : "a store of redis";
}

function invalid(detail: string): StorageError {
  return new StorageError({ code: "INVALID_VALUE", verb: "open", what: "a store of redis", detail, driver: "redis" });
}

function urlProblem(value: unknown): string | undefined {
  if (typeof value !== "string") return "is a text";
  const target = parseUrl(value, false);
  return typeof target === "string" ? target : undefined;
}

function prefixProblem(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return "is a text that is not empty";
  if (!value.isWellFormed() || /[{}\s\p{Cc}]/u.test(value)) return "has no braces, white space, or control characters";
  return utf8Bytes(value) <= prefixBytesMax ? undefined : `has at most ${prefixBytesMax} bytes of UTF-8`;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function clientProblem(value: unknown): string | undefined {
  const members = Object(value) as Readonly<Record<string, unknown>>;
  const methods = ["call", "getBuffer", "mgetBuffer", "zrangeBuffer", "pipeline"];
  const isClient = methods.every((name) => typeof members[name] === "function");
  return isClient ? undefined : "is a Redis or Cluster of ioredis";
}
