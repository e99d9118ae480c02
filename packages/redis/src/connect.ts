import { DriverError } from "@stowage/core";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { codeOf, isRefusal, messageOf, type RedisError, redisErrorOf } from "./codes.ts";
import type { Connection } from "./link.ts";
import type { RedisTls } from "./options.ts";
import { watchSentinels } from "./sentinel.ts";
import { modeOf } from "./server.ts";
import type { Target } from "./url.ts";

/** Replies have the shapes that they have without this one. */
type ClientOptions = Omit<RedisOptions, "replyMapping">;

/** How to reach the servers. */
export interface Way {
  readonly target: Target;
  /** The name of the primary, when the hosts are Sentinels. */
  readonly sentinel: string | undefined;
  readonly tls: RedisTls | undefined;
  readonly timeoutMs: number;
}

const reconnectMsMax = 500;
/** How long a server has to say goodbye. */
const disconnectMs = 500;

/**
 * Connects, to what the first host that answers turns out to be.
 *
 * @throws DriverError UNAVAILABLE at once when nobody answers or lets us in. UNSUPPORTED when the hosts are not what the
 * options say.
 */
export async function connect(way: Way): Promise<Connection> {
  const { target, sentinel } = way;
  if (sentinel !== undefined) return connectPrimary(way, sentinel);
  const connection = await connectAny(way);
  try {
    const mode = await modeOf(connection.client);
    const problem = problemOf(mode, target);
    if (problem !== undefined) throw new DriverError("UNSUPPORTED", problem);
    if (mode !== "cluster") return connection;
  } catch (error) {
    await connection.close?.();
    throw error;
  }
  await connection.close?.();
  return connectCluster(way);
}

function problemOf(mode: string, { hosts }: Target): string | undefined {
  if (mode === "sentinel") return 'the host is a Sentinel: give the name of its primary as the option "sentinel"';
  if (mode === "cluster" || hosts.length === 1) return undefined;
  return 'the hosts are no Cluster: give one of them alone, or Sentinels with the option "sentinel"';
}

async function connectAny(way: Way): Promise<Connection> {
  let failure: unknown;
  for (const host of way.target.hosts) {
    try {
      return await connectRedis({ ...clientOptions(way), ...host });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function connectPrimary(way: Way, name: string): Promise<Connection> {
  const connection = await connectRedis({ ...clientOptions(way), ...sentinelOptions(way, name) });
  const { client, close } = connection;
  const options = {
    connectTimeout: halfOf(way.timeoutMs),
    disconnectTimeout: disconnectMs,
    ...(way.target.isTls && { tls: { ...way.tls } }),
  };
  const endWatch = watchSentinels(way.target.hosts, name, options, () => client.disconnect(true));
  return {
    ...connection,
    async close() {
      endWatch();
      await close();
    },
  };
}

/** One connection at a time, to one server; after a failover to another one. */
async function connectRedis(options: ClientOptions): Promise<OwnConnection<Redis>> {
  const state: State = { isOpen: false, lastError: undefined };
  const retryStrategy = reconnectIn(state);
  const client = new Redis({ ...options, retryStrategy, sentinelRetryStrategy: retryStrategy });
  client.on("error", (error: unknown) => (state.lastError = error));
  client.on("ready", () => {
    if (state.isOpen) state.lastError = undefined;
  });
  await opened(client, state);
  return connectionOf(client, state);
}

async function connectCluster(way: Way): Promise<Connection> {
  const state: State = { isOpen: false, lastError: undefined };
  const cluster = new Cluster([...way.target.hosts], {
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    slotsRefreshTimeout: halfOf(way.timeoutMs),
    clusterRetryStrategy: reconnectIn(state),
    // By this one it would repeat commands whose answer was lost.
    retryDelayOnFailover: 0,
    // By these it would wait sixteen times, and a call would end without having heard why.
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: 0,
    // A certificate names a host, not its address.
    ...(way.target.isTls && { dnsLookup: (host, done) => done(null, host) }),
    redisOptions: { ...clientOptions(way), enableAutoPipelining: false },
  });
  cluster.on("error", (error: unknown) => (state.lastError = Object(error).lastNodeError ?? error));
  cluster.on("node error", (error: unknown) => (state.lastError = error));
  cluster.on("refresh", () => {
    if (state.isOpen) state.lastError = undefined;
  });
  await opened(cluster, state);
  return connectionOf(cluster, state);
}

interface State {
  isOpen: boolean;
  lastError: unknown;
}

/** Until the store is open a failure is final: somebody waits who can be told. Afterwards it never is. */
function reconnectIn(state: State): (attempt: number) => number | null {
  return (attempt) => (state.isOpen ? Math.min(25 * attempt, reconnectMsMax) * (0.5 + Math.random() / 2) : null);
}

async function opened(client: Redis | Cluster, state: State): Promise<void> {
  let failure: unknown;
  try {
    await client.connect();
    // ioredis goes on in database 0 when the one that was asked for can't be had.
    failure = client.isCluster ? undefined : state.lastError;
  } catch (error) {
    failure = state.lastError ?? error;
  }
  state.lastError = undefined;
  state.isOpen = failure === undefined;
  if (state.isOpen) return;
  client.disconnect();
  const error = redisErrorOf(failure);
  const code = codeOf(error) ?? "UNAVAILABLE";
  throw new DriverError(code, detailOf(failure, error), {
    cause: error,
    ...(isRefusal(error) && { retryable: false }),
  });
}

/** What is wrong: a Sentinel that answers wrongly, and none at all, are the same to ioredis. */
function detailOf(failure: unknown, error: RedisError): string {
  const message = messageOf(failure);
  if (!message.startsWith("All sentinels are unreachable")) return error.kind === "UNSENT" ? message : error.message;
  const [, reason] = /Last error: (.*)$/s.exec(message) ?? [];
  if (reason === undefined) return "the Sentinels know no primary of this name";
  if (/unknown command/i.test(reason)) return "the hosts are no Sentinels";
  return reason.startsWith("Connection is closed") ? "no Sentinel answers" : `no Sentinel answers (${reason})`;
}

interface OwnConnection<Client extends Redis | Cluster> extends Connection {
  readonly client: Client;
  close(): Promise<void>;
}

function connectionOf<Client extends Redis | Cluster>(client: Client, state: State): OwnConnection<Client> {
  return {
    client,
    lastError: () => (state.lastError === undefined ? undefined : messageOf(state.lastError)),
    revive: () => {
      if (client.status === "end") client.connect().catch(() => {});
    },
    close: () => disconnected(client),
  };
}

function disconnected(client: Redis | Cluster): Promise<void> {
  return new Promise((resolve) => {
    // A client that is just between two connections says nothing when it ends.
    const timer = setTimeout(resolve, disconnectMs);
    client.once("end", () => {
      clearTimeout(timer);
      resolve();
    });
    client.disconnect();
  });
}

/** What all connections share. Every command that ioredis can't send, or gets no answer to, fails at once: the driver decides. */
function clientOptions({ target, tls, timeoutMs }: Way): ClientOptions {
  return {
    ...(target.user !== undefined && { username: target.user }),
    ...(target.password !== undefined && { password: target.password }),
    db: target.database,
    connectionName: "stowage",
    ...(target.isTls && { tls: { ...tls } }),
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: halfOf(timeoutMs),
    socketTimeout: halfOf(timeoutMs),
    disconnectTimeout: disconnectMs,
    // The primary has become a replica: there is another one.
    reconnectOnError: (error) => error.message.includes("READONLY"),
  };
}

function sentinelOptions({ target, tls, timeoutMs }: Way, name: string): ClientOptions {
  return {
    sentinels: [...target.hosts],
    name,
    // Makes sure of the role: a Sentinel may not know yet that its primary has become a replica.
    enableReadyCheck: true,
    sentinelCommandTimeout: halfOf(timeoutMs),
    ...(target.isTls && { enableTLSForSentinelMode: true, sentinelTLS: { ...tls } }),
  };
}

/** A connection that is dead is given up in half the time of a call, so that the call can go on over another one. */
function halfOf(timeoutMs: number): number {
  return Math.max(1, Math.ceil(timeoutMs / 2));
}
