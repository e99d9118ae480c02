import { DriverError, type StorageErrorCode } from "@stowage/core";

/** What went wrong with a request. Has nothing of what a client's own errors carry along: headers, signatures, sockets. */
export class S3Failure extends Error {
  override readonly name = "S3Failure";
  /** What the server called it, `"SlowDown"`; or the system, `"ECONNRESET"`; or the client, `"CredentialsProviderError"`. */
  readonly code: string;
  /** The status of the answer, where there was one. */
  readonly status: number | undefined;
  /** For whoever runs the server. */
  readonly requestId: string | undefined;
  /** How many attempts a client that repeats by itself has made. */
  readonly attempts: number;

  constructor(
    message: string,
    init: Pick<S3Failure, "code"> & Partial<Pick<S3Failure, "status" | "requestId" | "attempts">>,
  ) {
    super(message);
    this.code = init.code;
    this.status = init.status;
    this.requestId = init.requestId;
    this.attempts = init.attempts ?? 1;
  }
}

/** What went over the wire, or did not, may have been carried out all the same. */
export const maybeApplied = "the write may have been applied";

/** The parts of the errors of the AWS SDK and of Node that are looked at. */
interface RawError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly Code?: unknown;
  readonly code?: unknown;
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly attempts?: number;
    readonly clockSkewCorrected?: boolean;
  };
  readonly $response?: { readonly statusCode?: number };
}

/** The failure that a client's error tells of. */
export function failureOf(error: unknown, host: string): S3Failure {
  if (error instanceof S3Failure) return error;
  const { name, message, Code, code, $metadata, $response } = Object(error) as RawError;
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  const more = { status, requestId: $metadata?.requestId, attempts: $metadata?.attempts ?? 1 };
  // It says that all went well, in words that nobody understands: a page of a proxy, or half an answer.
  if (status !== undefined && status < 300) return brokenAnswer(host, "can't be read");
  if (status !== undefined) {
    const said = [Code, name].find((word) => typeof word === "string" && word !== "" && word !== "Error") as
      | string
      | undefined;
    // The SDK has set its clock by the answer, so the next attempt is signed with the right time.
    const word = $metadata?.clockSkewCorrected === true ? "ClockSkewCorrected" : (said ?? "Unknown");
    return new S3Failure(explanations.get(word)?.(host) ?? `the server at ${host} answered ${status} ${word}`, {
      code: word,
      ...more,
    });
  }
  // First, since the SDK calls a broken connection a TimeoutError too.
  if (typeof code === "string" && code.startsWith("ERR_INVALID_")) {
    const detail = `the request can't be made (${code}): look at the endpoint, and for line breaks in the credentials`;
    return new S3Failure(detail, { code: "InvalidSetup" });
  }
  if (typeof code === "string") {
    const hint = code === "EPROTO" ? ', as if it spoke no TLS: look at "https:" in the endpoint' : "";
    return new S3Failure(`no answer from the server at ${host} (${code})${hint}`, { code, ...more });
  }
  if (name === "TimeoutError" || name === "AbortError") return timeoutOf(host);
  if (message === noRegion) {
    const detail = `no region was found${inProfile()}: set AWS_REGION or give the option "region"`;
    return new S3Failure(detail, { code: "NoRegion" });
  }
  const word = typeof name === "string" ? name : "Error";
  return new S3Failure(explanations.get(word)?.(host) ?? String(message ?? error), { code: word, ...more });
}

/** A request that took longer than it may. */
export function timeoutOf(host: string): S3Failure {
  return new S3Failure(`the server at ${host} did not answer in time`, { code: "ETIMEDOUT" });
}

/** An answer that is not what was asked for: cut short, or without what it must have. */
export function brokenAnswer(host: string, what: string): S3Failure {
  return new S3Failure(`the answer of the server at ${host} ${what}`, { code: "BrokenAnswer" });
}

/** A condition was refused that holds: another writer was in the way, and nothing was written. */
export function unsettled(host: string): S3Failure {
  return new S3Failure(`the server at ${host} refuses a condition that holds`, { code: "Unsettled" });
}

/** An answer without what every version is made of. */
export function noTag(host: string): S3Failure {
  return new S3Failure(`the server at ${host} gives objects no ETag`, { code: "NoETag" });
}

/** Faults of the set-up, which repeating does not heal, in words. The server's own words may quote the request. */
const explanations: ReadonlyMap<string, (host: string) => string> = new Map(
  Object.entries<(host: string) => string>({
    AccessDenied: (host) => `the server at ${host} does not allow it to these credentials (AccessDenied)`,
    AccountProblem: (host) => `the server at ${host} does not serve this account (AccountProblem)`,
    AllAccessDisabled: (host) => `the server at ${host} does not serve this bucket (AllAccessDisabled)`,
    AuthorizationHeaderMalformed: (host) =>
      `the bucket is in another region than the one given to the server at ${host}`,
    CredentialsProviderError: () =>
      `no credentials were found${inProfile()}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give a profile or a role`,
    ExpiredToken: (host) => `the server at ${host} says that the credentials have expired`,
    Forbidden: (host) => `the server at ${host} does not allow it to these credentials (403)`,
    InvalidAccessKeyId: (host) => `the server at ${host} does not know the access key`,
    InvalidBucketName: (host) => `the server at ${host} takes no bucket of such a name (InvalidBucketName)`,
    InvalidToken: (host) => `the server at ${host} does not take the session token`,
    NoSuchBucket: (host) => `the server at ${host} has no such bucket`,
    PermanentRedirect: (host) => `the bucket is in another region than the one given to the server at ${host}`,
    RequestTimeTooSkewed: (host) => `the clock of this machine is too far from that of the server at ${host}`,
    SignatureDoesNotMatch: (host) => `the server at ${host} says that the secret key is not that of the access key`,
    TokenRefreshRequired: (host) => `the server at ${host} says that the credentials have expired`,
  }),
);

/** The profile that was asked for, since a misspelt one is found as little as none. */
function inProfile(): string {
  const profile = process.env["AWS_PROFILE"];
  return profile ? ` (AWS_PROFILE names the profile ${JSON.stringify(profile)})` : "";
}

/** The SDK has no code for it. */
const noRegion = "Region is missing";

/** Faults of the set-up by status: a HEAD has no body that would name the fault. */
const isSetup = ({ code, status }: S3Failure): boolean =>
  explanations.has(code) || ["InvalidSetup", "NoRegion"].includes(code) || status === 401 || status === 301;

/** Nobody was reached, so nothing was carried out. */
const unreached: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "CredentialsProviderError"]);

/** The connection broke or never came about; other system errors, such as those of certificates, stay as they are. */
const passing: ReadonlySet<string> = new Set([
  "BrokenAnswer",
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "EMFILE",
  "ENETDOWN",
  "ENETUNREACH",
  "ENFILE",
  "ENOTFOUND",
  "EPIPE",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ETIMEDOUT",
  "Unsettled",
]);
/** Answers below 500 that pass: 409 where two requests met on one key. */
const passingCodes: ReadonlySet<string> = new Set([
  "ClockSkewCorrected",
  "RequestTimeout",
  "SlowDown",
  "OperationAborted",
  "ConditionalRequestConflict",
]);

/** Whether the same request may succeed in a moment. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof S3Failure) || isSetup(error)) return false;
  const { code, status } = error;
  if (status === undefined) return passing.has(code);
  return status === 429 || status === 408 || (status >= 500 && status !== 501) || passingCodes.has(code);
}

/** Whether the server was asked for something it doesn't do, or doesn't do as things are: a condition does not hold. */
export function isRefusal(error: unknown): error is S3Failure {
  if (!(error instanceof S3Failure) || isSetup(error) || isTransient(error)) return false;
  const { code, status = 0 } = error;
  return status === 501 || (status >= 400 && status < 500 && status !== 403 && code !== "NoSuchBucket");
}

/**
 * Whether a conditional request lost to another writer. Ceph's gateway says 500 UnknownError when two writers met on a key,
 * and has written nothing then.
 */
export function isConflict(error: unknown): error is S3Failure {
  if (!(error instanceof S3Failure)) return false;
  const { code, status } = error;
  if (status === 404) return code !== "NoSuchBucket";
  return status === 412 || status === 409 || (status === 500 && code === "UnknownError");
}

/** Whether nobody was there at all, which is told at once when a store is opened. */
export function isUnreached(error: unknown): boolean {
  return error instanceof S3Failure && unreached.has(error.code);
}

/** Whether a write that ended so may have been carried out. */
export function mayBeApplied(error: unknown): boolean {
  if (!(error instanceof S3Failure)) return false;
  const { code, status, attempts } = error;
  if (attempts > 1) return true;
  if (status === undefined) return passing.has(code) && !unreached.has(code) && code !== "Unsettled";
  return status === 408 || (status >= 500 && status !== 501 && code !== "SlowDown");
}

const codes: ReadonlyMap<string, StorageErrorCode> = new Map([
  ["EntityTooLarge", "TOO_LARGE"],
  ["InvalidBucketName", "INVALID_VALUE"],
  ["InvalidObjectName", "INVALID_KEY"],
  ["KeyTooLongError", "INVALID_KEY"],
  ["MethodNotAllowed", "UNSUPPORTED"],
  ["NoETag", "UNSUPPORTED"],
  ["NotImplemented", "UNSUPPORTED"],
]);

/** What a failure means; `undefined` for what neither S3 nor the network says. */
export function codeOf(error: unknown): StorageErrorCode | undefined {
  if (!(error instanceof S3Failure)) return undefined;
  const { code, status } = error;
  const known = codes.get(code);
  if (known !== undefined) return known;
  if (status === 413) return "TOO_LARGE";
  // What has the form of a system error is one: no certificate, no route, no descriptor.
  const isServer = status !== undefined && (status === 403 || status === 429 || status >= 500);
  return isSetup(error) || isTransient(error) || isServer || /^(?:E[A-Z]|ERR_|CERT_|UNABLE_|DEPTH_|SELF_)/.test(code)
    ? "UNAVAILABLE"
    : undefined;
}

/** What the caller of a store gets: a fault of the set-up does not pass by trying again; an uncertain write is said to be one. */
export function finalError(error: unknown, isUncertain: boolean): unknown {
  if (!(error instanceof S3Failure)) return error;
  const code = codeOf(error);
  const lasts = isSetup(error) || error.status === 403;
  if (!isUncertain && !(lasts && code === "UNAVAILABLE")) return error;
  const detail = isUncertain ? `${error.message}; ${maybeApplied}` : error.message;
  return new DriverError(isUncertain ? "UNAVAILABLE" : (code ?? "UNKNOWN"), detail, {
    cause: error,
    retryable: isUncertain,
  });
}
