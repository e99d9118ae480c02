/**
 * What the driver needs of a client. The `Redis` and the `Cluster` of ioredis have it, from version 5 on. Replies are texts,
 * and bytes where the method says so.
 */
export interface RedisClient {
  /** `"end"`: closed for good. */
  readonly status: string;
  readonly isCluster: boolean;
  /** How the client was made, as far as it bears on what the driver can promise. */
  readonly options?: object;
  call(command: string, args: RedisArgument[]): Promise<unknown>;
  getBuffer(key: string): Promise<Buffer | null>;
  mgetBuffer(keys: string[]): Promise<(Buffer | null)[]>;
  zrangeBuffer(
    key: string,
    min: RedisArgument,
    max: string | Buffer,
    by: "BYLEX",
    limit: "LIMIT",
    offset: number,
    count: number,
  ): Promise<Buffer[]>;
  zrangeBuffer(
    key: string,
    max: RedisArgument,
    min: string | Buffer,
    by: "BYLEX",
    rev: "REV",
    limit: "LIMIT",
    offset: number,
    count: number,
  ): Promise<Buffer[]>;
  /** Sends commands one after the other over one connection. */
  pipeline(commands: unknown[][]): { exec(): Promise<[error: Error | null, result: unknown][] | null> };
  /** Tells of lost connections: `"close"`, and `"-node"` for one to a node of a Cluster. Absent: nothing is known of them. */
  on?(event: "close" | "-node", listener: () => void): unknown;
  /** The nodes of a Cluster, each a client. Absent where there is one server. */
  nodes?(role: "master"): RedisClient[];
}

/** What goes into a command. */
export type RedisArgument = string | Buffer | number;

/** The servers that hold the data: the masters of a Cluster, else the one. */
export function serversOf(client: RedisClient): readonly RedisClient[] {
  return client.isCluster ? (client.nodes?.("master") ?? []) : [client];
}

/** Counts the connections that a client has lost. */
export interface Losses {
  count: number;
}

/** One listener for each client, however many stores come and go on it: Node.js warns of more than ten. */
const losses = new WeakMap<RedisClient, Losses>();

export function lossesOf(client: RedisClient): Readonly<Losses> {
  const known = losses.get(client);
  if (known !== undefined) return known;
  const counted: Losses = { count: 0 };
  losses.set(client, counted);
  for (const event of ["close", "-node"] as const) client.on?.(event, () => counted.count++);
  return counted;
}
