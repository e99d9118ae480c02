import { randomBytes } from "node:crypto";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { afterAll } from "vitest";
import { type Host, parseUrl, type Target } from "../src/url.ts";

export { keysOf, removeKeysOf as destroy } from "../src/sweep.ts";

/** A prefix that no other test has. */
export function freshPrefix(): string {
  return `test-${randomBytes(6).toString("hex")}`;
}

/** A client for what the tests of a group do past the driver, closed when they are over. Called while tests are registered. */
export function clientOf(url: string): Redis {
  const { host, options } = settingsOf(url);
  const client = new Redis({ ...options, ...host, lazyConnect: true });
  afterAll(() => client.disconnect());
  return client;
}

/** The same for a Cluster. */
export function clusterOf(url: string): Cluster {
  const { host, options } = settingsOf(url);
  const client = new Cluster([host], { redisOptions: options, lazyConnect: true });
  afterAll(() => client.disconnect());
  return client;
}

/** What ioredis needs to know of the first host of a URL. */
export function settingsOf(url: string): { readonly host: Host; readonly options: Omit<RedisOptions, "replyMapping"> } {
  // The cast: the URL is one that the driver takes.
  const { hosts, database, isTls, user, password } = parseUrl(url, false) as Target;
  return {
    host: hosts[0] as Host,
    options: {
      db: database,
      ...(user !== undefined && { username: user }),
      ...(password !== undefined && { password }),
      ...(isTls && { tls: {} }),
    },
  };
}
