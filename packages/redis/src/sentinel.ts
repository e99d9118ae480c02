import { Redis, type RedisOptions } from "ioredis";
import type { Host } from "./url.ts";

/** What a Sentinel says when it has learnt that another server is the primary. */
const channel = "+switch-master";
const reconnectMsMax = 1000;
/** So often the system asks a Sentinel that says nothing whether it is still there. */
const keepAliveMs = 10_000;

/**
 * Listens to Sentinels, and calls back when one of them says that another server is the primary now. A primary that comes
 * back, or that stood still, takes writes until the Sentinels demote it, which is many seconds after they chose another one,
 * and all that it took meanwhile is lost: so a client has to leave it at once.
 *
 * Nothing waits for the Sentinels, and one that is gone is tried again, for ever, until the returned function ends it all.
 *
 * @param onSwitch - may be called several times for one failover: each Sentinel says it when it knows.
 */
export function watchSentinels(
  hosts: readonly Host[],
  name: string,
  options: Pick<RedisOptions, "tls" | "connectTimeout" | "disconnectTimeout">,
  onSwitch: () => void,
): () => void {
  const clients = hosts.map((host) => {
    const client = new Redis({
      ...options,
      ...host,
      connectionName: "stowage",
      enableReadyCheck: false,
      keepAlive: keepAliveMs,
      maxRetriesPerRequest: null,
      retryStrategy: (attempt) => Math.min(100 * attempt, reconnectMsMax),
    });
    // It is tried again, and the store goes on without it.
    client.on("error", () => {});
    client.on("message", (_channel: string, message: string) => {
      if (message.startsWith(`${name} `)) onSwitch();
    });
    // Rejects when the connection is ended before it was made.
    client.subscribe(channel).catch(() => {});
    return client;
  });
  return () => {
    for (const client of clients) client.disconnect();
  };
}
