import { randomBytes } from "node:crypto";
import { DriverError, markerName, markerText } from "@stowage/core";
import { Layout, storeKey } from "./layout.ts";
import type { Link } from "./link.ts";
import { isShardCount, shardsMax } from "./options.ts";
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
/** Names of a shard that tell whether a number of shards is that of the store. */
const namesToCheck = 100;

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
  return identityOf(key, await link.read("hmget", key, "format", "shards", "id"));
}

/**
 * Makes a store. Any number of processes may do so at once: one does, the others see it.
 *
 * @param wanted - The number of shards; by default what suits the servers.
 * @throws DriverError as {@link findStore}; UNSUPPORTED when records are there already, unless they lie as in a store of the
 * wanted number of shards.
 */
export async function makeStore(link: Link, prefix: string, wanted: number | undefined): Promise<StoreIdentity> {
  await refuseOrphans(link, prefix, wanted);
  const shards = wanted ?? (link.client.isCluster ? shardsOfCluster : shardsDefault);
  return ensureStore(link, prefix, { shards, id: randomBytes(idBytes).toString("base64url") });
}

/** Makes the hash of a store unless it is there. Resolves to what is there then, which another process may have made. */
export async function ensureStore(link: Link, prefix: string, identity: StoreIdentity): Promise<StoreIdentity> {
  const key = storeKey(prefix);
  const { reply } = await link.write(createScript, [key], fieldsOf(identity));
  return identityOf(key, reply);
}

/** Writes a marker, and makes the hash with it where it is gone. Resolves as {@link ensureStore}. */
export async function writeMarker(
  link: Link,
  prefix: string,
  identity: StoreIdentity,
  name: string,
  text: string,
): Promise<StoreIdentity> {
  const key = storeKey(prefix);
  const { reply } = await link.write(putMarkerScript, [key], [fieldOf(name), text, ...fieldsOf(identity)]);
  return identityOf(key, reply);
}

/** The field of the hash that holds a marker. */
export function fieldOf(marker: string): string {
  return `marker:${marker}`;
}

/** What the hash of a new store holds. */
function fieldsOf({ shards, id }: StoreIdentity): readonly (string | number)[] {
  return ["format", formatVersion, "shards", shards, "id", id, fieldOf(markerName), markerText];
}

/** What the hash says, by its fields `format`, `shards`, and `id`. */
function identityOf(key: string, fields: unknown): StoreIdentity {
  const [format, shards, id] = fields as readonly (string | null)[];
  if (typeof format !== "string") throw foreign(key, "a hash");
  if (format !== formatVersion) {
    const detail = `the store has format ${format}, and this version of Stowage knows format ${formatVersion} only`;
    throw new DriverError("UNSUPPORTED", `${detail}: upgrade Stowage to open it`);
  }
  if (typeof id !== "string" || !isShardCount(Number(shards))) throw foreign(key, "a hash");
  return { shards: Number(shards), id };
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

/**
 * Records whose store is gone would be out of sight in a new one that has another number of shards. Who gives the number that
 * it had gets it back.
 */
async function refuseOrphans(link: Link, prefix: string, wanted: number | undefined): Promise<void> {
  const { indexes } = new Layout(prefix, shardsMax);
  const there = await Promise.all(indexes.map((index) => link.read("exists", index)));
  const shards = [...indexes.keys()].filter((shard) => Number(there[shard]) === 1);
  if (shards.length === 0) return;
  if (wanted !== undefined && (await isLaidOut(link, new Layout(prefix, wanted), shards))) return;
  const detail = `the key "${indexes[shards[0] as number]}" is there, and "${storeKey(prefix)}", which says how a store is laid out, is not`;
  const advice =
    wanted === undefined
      ? "give the number of shards that it had as the option shards, restore it from a backup, or choose another prefix"
      : `nor is it a store of ${wanted} shards: restore it from a backup, or choose another prefix`;
  throw new DriverError("UNSUPPORTED", `${detail}: ${advice}`);
}

/** Whether the first names of some shards belong there. */
async function isLaidOut(link: Link, layout: Layout, shards: readonly number[]): Promise<boolean> {
  const fits = await Promise.all(
    shards.map(async (shard) => {
      const index = layout.indexes[shard];
      if (index === undefined) return false;
      const names = await link.readBy("zrangeBuffer", index, "-", "+", "BYLEX", "LIMIT", 0, namesToCheck);
      return names.every((name) => layout.shardOf(String(name)) === shard);
    }),
  );
  return fits.every(Boolean);
}

function foreign(key: string, what: string): DriverError {
  return new DriverError("UNSUPPORTED", `"${key}" is ${what} of another program: choose another prefix`);
}
