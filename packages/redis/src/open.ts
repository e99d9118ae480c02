import { type Driver, DriverError, readonly as refuseChanges, StorageError } from "@stowage/core";
import { codeOf, messageOf, redisErrorOf } from "./codes.ts";
import { connect } from "./connect.ts";
import { RedisDriver } from "./driver.ts";
import { KeptStore } from "./kept.ts";
import { Layout } from "./layout.ts";
import { type Connection, Link } from "./link.ts";
import { completeOptions, type RedisOptions, type Settings, targetOf, whatOf } from "./options.ts";
import { reportOf } from "./server.ts";
import { findStore, locationOf, makeStore } from "./store.ts";

/**
 * Opens a store in Redis or Valkey, and makes it where there is none: on one server, behind Sentinels, or in a Cluster. Any
 * number of processes on any number of machines may have it open; several may make it at once.
 *
 * @throws StorageError INVALID_VALUE for options that are unknown or wrong, or ask for another number of shards than the store
 * has. NOT_FOUND when `create` is `false` and there is no store. UNSUPPORTED, and nothing is changed, when another program's
 * data lie there, the store is of a newer version, or the server is too old, may drop records, or is not what the URL says.
 * UNAVAILABLE at once when nobody answers or lets us in.
 */
export async function redis(options: RedisOptions): Promise<Driver> {
  const settings = completeOptions(options);
  try {
    const connection = await connectionOf(options, settings);
    try {
      return await openStore(connection, settings);
    } catch (error) {
      await connection.close?.();
      throw error;
    }
  } catch (error) {
    throw openError(whatOf(options), error);
  }
}

async function connectionOf(options: RedisOptions, { timeoutMs }: Settings): Promise<Connection> {
  if ("client" in options) return { client: options.client };
  return connect({ target: targetOf(options), sentinel: options.sentinel, tls: options.tls, timeoutMs });
}

async function openStore(connection: Connection, settings: Settings): Promise<Driver> {
  const { prefix, shards, create, allowEviction, replicas, timeoutMs } = settings;
  const link = new Link(connection, timeoutMs, replicas);
  const { losses } = link;
  // This also connects a client that was handed in and has waited for its first command.
  const found = await findStore(link, prefix);
  const report = await link.ask(() => reportOf(link.client, allowEviction, replicas));
  if (found === undefined && !create) {
    throw new DriverError("NOT_FOUND", `there is no store with the prefix ${JSON.stringify(prefix)}`);
  }
  const store = found ?? (await makeStore(link, prefix, shards));
  if (shards !== undefined && shards !== store.shards) {
    const detail = `the store's number of shards is ${store.shards}, which can't be changed, and ${shards} were asked for`;
    throw new DriverError("INVALID_VALUE", detail);
  }
  const driver = new RedisDriver(link, new KeptStore(link, prefix, store, losses), new Layout(prefix, store.shards), {
    location: await locationOf(link, prefix, store),
    durability: report.durability,
    notices: report.notices,
  });
  return settings.readonly ? refuseChanges(driver) : driver;
}

/** A storage error for what kept a store from being opened. */
function openError(what: string, raw: unknown): StorageError {
  if (raw instanceof DriverError) {
    const { code, message, cause, retryable } = raw;
    return new StorageError({
      code,
      verb: "open",
      what,
      detail: message,
      driver: "redis",
      cause: cause ?? raw,
      retryable,
    });
  }
  const error = redisErrorOf(raw);
  const code = codeOf(error) ?? "UNKNOWN";
  return new StorageError({ code, verb: "open", what, detail: messageOf(error), driver: "redis", cause: error });
}
