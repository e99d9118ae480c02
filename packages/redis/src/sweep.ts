import { type RedisClient, serversOf } from "./client.ts";
import { storeKey } from "./layout.ts";

// What lies on a server past the driver, for those who test it.

/** All keys of a store, in order: what lies in braces that begin with its prefix. */
export async function keysOf(client: RedisClient, prefix: string): Promise<string[]> {
  // A Cluster knows its nodes when it has carried out a command.
  await client.call("EXISTS", [storeKey(prefix)]);
  const pattern = `{${prefix.replace(/[\\*?[\]]/g, "\\$&")}*`;
  const keys: string[] = [];
  for (const server of serversOf(client)) {
    let cursor = "0";
    do {
      const [next, found] = (await server.call("SCAN", [cursor, "MATCH", pattern, "COUNT", 1000])) as [
        string,
        string[],
      ];
      keys.push(...found);
      cursor = next;
    } while (cursor !== "0");
  }
  return keys.sort();
}

/** Removes all keys of a store, and resolves to them. */
export async function removeKeysOf(client: RedisClient, prefix: string): Promise<string[]> {
  const keys = await keysOf(client, prefix);
  await removeKeys(client, keys);
  return keys;
}

/** Removes keys; those that are gone already are no trouble. */
export async function removeKeys(client: RedisClient, keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => client.call("UNLINK", [key])));
}
