import type { StorageErrorCode } from "@stowage/core";

interface Meaning {
  readonly code: StorageErrorCode;
  /** `"repeat"`: the command was not carried out and may be a moment later. `"refused"`: so until somebody changes our rights. */
  readonly next?: "repeat" | "refused";
}

/** How a message ends where the answer to a write was lost: it may have been carried out all the same. */
export const maybeApplied = "the write may have been applied";

/** What a reply means, by its first word (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors). */
const replies: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["BUSY", { code: "BUSY", next: "repeat" }],
  ["LOADING", { code: "UNAVAILABLE", next: "repeat" }],
  ["READONLY", { code: "UNAVAILABLE", next: "repeat" }],
  ["MASTERDOWN", { code: "UNAVAILABLE", next: "repeat" }],
  ["NOREPLICAS", { code: "UNAVAILABLE", next: "repeat" }],
  ["CLUSTERDOWN", { code: "UNAVAILABLE", next: "repeat" }],
  ["TRYAGAIN", { code: "UNAVAILABLE", next: "repeat" }],
  ["MOVED", { code: "UNAVAILABLE", next: "repeat" }],
  ["ASK", { code: "UNAVAILABLE", next: "repeat" }],
  ["MAXCLIENTS", { code: "UNAVAILABLE", next: "repeat" }],
  ["OOM", { code: "UNAVAILABLE" }],
  ["MISCONF", { code: "UNAVAILABLE" }],
  ["NOAUTH", { code: "UNAVAILABLE", next: "refused" }],
  ["WRONGPASS", { code: "UNAVAILABLE", next: "refused" }],
  ["NOPERM", { code: "UNAVAILABLE", next: "refused" }],
  ["WRONGTYPE", { code: "CORRUPT" }],
  ["TOOBIG", { code: "TOO_LARGE" }],
  ["FOREIGN", { code: "UNSUPPORTED" }],
  // The two about the connection, which ioredis has no words for.
  ["UNSENT", { code: "UNAVAILABLE", next: "repeat" }],
  ["LOST", { code: "UNAVAILABLE", next: "repeat" }],
]);

/** Errors of ioredis about a command that it did not send. */
const unsent: readonly RegExp[] = [
  /^Stream isn't writeable/,
  /^Cluster isn't ready/,
  /^None of startup nodes is available/,
  /^Failed to refresh slots cache/,
  // The map of a Cluster has changed while ioredis put commands together, or has a gap, for which it has V8's words only.
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

/** What ioredis says of bytes that are no reply. */
const foreign = /^Unknown RESP type/;
/** What says more in other words than in its own. */
const sentences: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [foreign, "the server does not speak the protocol of Redis"],
  [/^NOAUTH /, "the server asks for a password (NOAUTH)"],
  [/^ERR SELECT is not allowed in cluster mode/, "a Cluster has database 0 only"],
];
/** OpenSSL's, as in `0A00010B:SSL routines:tls_get_more_records:wrong version number:../ssl/record/x.c:77:`. */
const tlsFailure = /\berror:[\dA-F]+:[^:]*:[^:]*:([^:]+):/;

/**
 * An error of the client, without what ioredis hangs on to it: the arguments of the command, which are texts of records, or
 * a password.
 */
export class RedisError extends Error {
  override readonly name = "RedisError";
  /** The first word of the server's reply, or what became of the connection: `"UNSENT"`, `"LOST"`, `"FOREIGN"`. */
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
  const message = rawMessageOf(error);
  const [, repeated] = /^Too many Cluster redirections\. Last error: ReplyError: (.*)$/s.exec(message) ?? [];
  if (repeated !== undefined) return new RedisError(wordOf(repeated), shown(repeated));
  if (error instanceof Error && error.name === "ReplyError") return new RedisError(wordOf(message), shown(message));
  if (foreign.test(message)) return new RedisError("FOREIGN", shown(message));
  const known = connection === undefined || message.includes(connection) ? "" : ` (${connection})`;
  if (unsent.some((pattern) => pattern.test(message)) || isConnectFailure(error)) {
    return new RedisError("UNSENT", `there is no connection to the server${known || ` (${shown(message)})`}`);
  }
  if (lost.some((pattern) => pattern.test(message)) || isSystemError(error)) {
    return new RedisError("LOST", `the connection to the server was lost${known}`);
  }
  return new RedisError("OTHER", shown(message));
}

/** What a raw error means; `undefined` for what is none of the server's and not about the connection to it. */
export function codeOf(error: unknown): StorageErrorCode | undefined {
  return meaningOf(error)?.code;
}

/** Whether another attempt may find the server able to answer. */
export function isTransient(error: unknown): boolean {
  return meaningOf(error)?.next === "repeat";
}

/** Whether the server will say the same until somebody changes its users or our password. */
export function isRefusal(error: unknown): boolean {
  return meaningOf(error)?.next === "refused";
}

/** Whether the command may have been carried out although it failed. */
export function mayBeApplied(error: unknown): boolean {
  return error instanceof RedisError && error.kind === "LOST";
}

/** The text of an error, as it may be shown. */
export function messageOf(error: unknown): string {
  return shown(rawMessageOf(error));
}

/** A host with several addresses fails with one error for each, and none of its own. */
function rawMessageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(rawMessageOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}

function meaningOf(error: unknown): Meaning | undefined {
  return error instanceof RedisError ? replies.get(error.kind) : undefined;
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

/** A message without what it quotes of the command, of our scripts, and of OpenSSL's sources, and without a final period. */
function shown(message: string): string {
  const sentence = sentences.find(([pattern]) => pattern.test(message))?.[1];
  if (sentence !== undefined) return sentence;
  const [, reason] = tlsFailure.exec(message) ?? [];
  if (reason !== undefined) return `TLS failed: ${reason}`;
  return message
    .replace(/^ERR Error running script \(call to \w+\): (?:@user_script: ?\d+: )+-?/, "")
    .replace(/,? with args beginning with:.*$/s, "")
    .replace(/ script: \w+, on @user_script:\d+\.$/, "")
    .replace(/\.$/, "");
}
