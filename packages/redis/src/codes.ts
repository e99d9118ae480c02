import type { StorageErrorCode } from "@stowage/core";

/** What a reply means, by its first word (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors). */
const replies: ReadonlyMap<string, StorageErrorCode> = new Map([
  ["BUSY", "BUSY"],
  ["LOADING", "UNAVAILABLE"],
  ["READONLY", "UNAVAILABLE"],
  ["MASTERDOWN", "UNAVAILABLE"],
  ["NOREPLICAS", "UNAVAILABLE"],
  ["CLUSTERDOWN", "UNAVAILABLE"],
  ["TRYAGAIN", "UNAVAILABLE"],
  ["MOVED", "UNAVAILABLE"],
  ["ASK", "UNAVAILABLE"],
  ["MAXCLIENTS", "UNAVAILABLE"],
  ["OOM", "UNAVAILABLE"],
  ["MISCONF", "UNAVAILABLE"],
  ["NOAUTH", "UNAVAILABLE"],
  ["WRONGPASS", "UNAVAILABLE"],
  ["NOPERM", "UNAVAILABLE"],
  ["WRONGTYPE", "CORRUPT"],
  ["TOOBIG", "TOO_LARGE"],
]);

/** Replies that say "not now": the command was not carried out and may be a moment later. */
const transientReplies: readonly string[] = [
  "BUSY",
  "LOADING",
  "READONLY",
  "MASTERDOWN",
  "NOREPLICAS",
  "CLUSTERDOWN",
  "TRYAGAIN",
  "MOVED",
  "ASK",
  "MAXCLIENTS",
];

/** Replies that stay until somebody changes the server's users or ours. */
const refusals: readonly string[] = ["NOAUTH", "WRONGPASS", "NOPERM"];

/** Errors of ioredis about a command that it did not send. */
const unsent: readonly RegExp[] = [
  /^Stream isn't writeable/,
  /^Cluster isn't ready/,
  /^None of startup nodes is available/,
  /^Failed to refresh slots cache/,
  // The map of a Cluster has changed while ioredis put commands together, or has a gap.
  /^All (?:the )?keys in (?:the|a) pipeline/,
  /^Cannot read properties of undefined \(reading 'join'\)/,
];

/** Errors of ioredis about a connection that ended while a command was under way, or before: it doesn't say which. */
const lost: readonly RegExp[] = [
  /^Connection is closed/,
  /^Reached the max retries per request limit/,
  /^Command aborted due to connection close/,
  /^Command timed out/,
  /^Socket timeout/,
  /^Cluster is (?:ended|disconnected|disconnecting)/,
  /^Too many Cluster redirections/,
];

/**
 * An error of the client, without what ioredis hangs on to it: the arguments of the command, which are texts of records, or
 * a password.
 */
export class RedisError extends Error {
  override readonly name = "RedisError";
  /** The first word of the server's reply, or what became of the connection: `"UNSENT"`, `"LOST"`. */
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * What the client threw, as an error that may be shown.
 *
 * @param connection - What is known about the connection: the error that it last had.
 */
export function redisErrorOf(error: unknown, connection?: string): RedisError {
  if (error instanceof RedisError) return error;
  const message = messageOf(error);
  const [, repeated] = /^Too many Cluster redirections\. Last error: ReplyError: (.*)$/s.exec(message) ?? [];
  if (repeated !== undefined) return new RedisError(wordOf(repeated), shown(repeated));
  if (error instanceof Error && error.name === "ReplyError") return new RedisError(wordOf(message), shown(message));
  const known = connection === undefined || message.includes(connection) ? "" : ` (${connection})`;
  if (unsent.some((pattern) => pattern.test(message)) || isConnectFailure(error)) {
    return new RedisError("UNSENT", `there is no connection to the server${known || ` (${message})`}`);
  }
  if (lost.some((pattern) => pattern.test(message)) || isSystemError(error)) {
    return new RedisError("LOST", `the connection to the server was lost${known}`);
  }
  return new RedisError("OTHER", shown(message));
}

/** What a raw error means; `undefined` for what is none of the server's and not about the connection to it. */
export function codeOf(error: unknown): StorageErrorCode | undefined {
  if (!(error instanceof RedisError)) return undefined;
  return isConnection(error) ? "UNAVAILABLE" : replies.get(error.kind);
}

/** Whether another attempt may find the server able to answer. */
export function isTransient(error: unknown): boolean {
  return error instanceof RedisError && (isConnection(error) || transientReplies.includes(error.kind));
}

/** Whether the server will say the same until somebody changes its users or our password. */
export function isRefusal(error: unknown): boolean {
  return error instanceof RedisError && refusals.includes(error.kind);
}

/** Whether the command may have been carried out although it failed. */
export function mayBeApplied(error: unknown): boolean {
  return error instanceof RedisError && error.kind === "LOST";
}

/** The text of an error. A host with several addresses fails with one error for each, and none of its own. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}

function isConnection(error: RedisError): boolean {
  return error.kind === "UNSENT" || error.kind === "LOST";
}

function isConnectFailure(error: unknown): boolean {
  const { syscall } = Object(error) as { readonly syscall?: unknown };
  return syscall === "connect" || syscall === "getaddrinfo";
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

/** The word that says what a reply means. */
function wordOf(message: string): string {
  if (message.startsWith("ERR max number of clients")) return "MAXCLIENTS";
  if (message.startsWith("ERR Protocol error: invalid bulk length")) return "TOOBIG";
  // Redis 6.2 puts the reply of a command into that of the script that called it.
  const inner = message.startsWith("ERR Error running script")
    ? /(?:^|[\s-])(OOM|READONLY|MISCONF|NOREPLICAS|NOPERM|WRONGTYPE)\s/.exec(message)?.[1]
    : undefined;
  return inner ?? message.split(" ", 1)[0] ?? "";
}

/** A message without what it quotes of the command, and without a final period. */
function shown(message: string): string {
  return message.replace(/,? with args beginning with:.*$/s, "").replace(/\.$/, "");
}
