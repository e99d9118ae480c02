import { randomBytes } from "node:crypto";
import { DriverError, markerName, markerText } from "@stowage/core";
import { Layout, storeKey } from "./layout.ts";
import type { Link } from "./link.ts";
import { isShardCount } from "./options.ts";
import { createScript, putMarkerScript } from "./scripts.ts";

/** What a store is: what its hash says. */
export interface StoreIdentity {
  readonly shards: number;
  /** Made with the store; a copy of the server's data has it too. */
  readonly id: string;
}

const formatVersion = "1";
const shardsDefault = 1;
const shardsOfCluster = 64;
const idBytes = 12;
const markerField = "marker:";

/**
 * Finds the store.
 *
 * @throws DriverError UNSUPPORTED when something else lies there, or a store of a newer format.
 */
export async function findStore(link: Link, prefix: string): Promise<StoreIdentity | undefined> {
  const key = storeKey(prefix);
  const kind = await link.read("type", key);
  if (kind === "none") return undefined;
  if (kind !== "hash") throw foreign(key, `a ${String(kind)}`);
  const [format, shards, id] = (await link.read("hmget", key, "format", "shards", "id")) as readonly (string | null)[];
  if (typeof format !== "string") throw foreign(key, "a hash");
  if (format !== formatVersion) {
    const detail = `the store has format ${format}, and this version of Stowage knows format ${formatVersion} only`;
    throw new DriverError("UNSUPPORTED", `${detail}: upgrade Stowage to open it`);
  }
  if (typeof id !== "string" || !isShardCount(Number(shards))) throw foreign(key, "a hash");
  return { shards: Number(shards), id };
}

/**
 * Makes a store. Any number of processes may do so at once: one does, the others see it.
 *
 * @param wanted - The number of shards; by default what suits the servers.
 * @throws DriverError as {@link findStore}; UNSUPPORTED when records are there already.
 */
export async function makeStore(link: Link, prefix: string, wanted: number | undefined): Promise<StoreIdentity> {
  const shards = wanted ?? (link.client.isCluster ? shardsOfCluster : shardsDefault);
  await refuseOrphans(link, prefix, Math.max(shards, shardsOfCluster));
  const id = randomBytes(idBytes).toString("base64url");
  const fields = ["format", formatVersion, "shards", shards, "id", id, markerField + markerName, markerText];
  await link.write(createScript, [storeKey(prefix)], fields);
  // Another process may have been faster, and asked for another number.
  return (await findStore(link, prefix)) ?? { shards, id };
}

export async function getMarker(link: Link, prefix: string, name: string): Promise<string | undefined> {
  const text = await link.read("hget", storeKey(prefix), markerField + name);
  return text === null ? undefined : String(text);
}

export async function putMarker(link: Link, prefix: string, name: string, text: string): Promise<void> {
  await link.write(putMarkerScript, [storeKey(prefix)], [markerField + name, text]);
}

/**
 * Where a store lies: in which server, and which of the stores there. The server's own id tells a store from the copy of it
 * that a backup brought to another server.
 */
export async function locationOf(link: Link, prefix: string, { id }: StoreIdentity): Promise<string> {
  const commands = [
    ["exists", storeKey(prefix)],
    ["info", "server"],
  ];
  const results = await link.ask(() => link.client.pipeline(commands).exec());
  const server = /^run_id:(\w+)/m.exec(String(results?.[1]?.[1]))?.[1] ?? "";
  return `redis:${server}#${id}`;
}

/** Records whose store is gone would be out of sight in a new one that has another number of shards. */
async function refuseOrphans(link: Link, prefix: string, shards: number): Promise<void> {
  const { indexes } = new Layout(prefix, shards);
  const there = await Promise.all(indexes.map((index) => link.read("exists", index)));
  const orphan = indexes.find((_, shard) => Number(there[shard]) === 1);
  if (orphan === undefined) return;
  const detail = `the key "${orphan}" is there, and "${storeKey(prefix)}", which says how a store is laid out, is not`;
  throw new DriverError("UNSUPPORTED", `${detail}: restore it from a backup, or choose another prefix`);
}

function foreign(key: string, what: string): DriverError {
  return new DriverError("UNSUPPORTED", `"${key}" is ${what} of another program: choose another prefix`);
}
