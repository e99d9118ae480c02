import { checkOptions, keyProblem, type OptionRule, StorageError, utf8Bytes } from "@stowage/core";
import type { S3Sender } from "./sender.ts";

/** A bucket and how to reach it, or a bucket and a client that is there already. */
export type S3Options = S3ServerOptions | S3ClientOptions;

export interface S3ServerOptions extends CommonOptions {
  /** The server, `"https://s3.example.org"`. Default: what `AWS_ENDPOINT_URL_S3` says, else AWS. */
  readonly endpoint?: string;
  /** Default: what the environment or the profile says (`AWS_REGION`); with an `endpoint`, else `"us-east-1"`. */
  readonly region?: string;
  /**
   * `true`: the bucket stands in the path, `http://host/bucket/key`; `false`: in the host, `http://bucket.host/key`. Default:
   * `true` with an `endpoint`, else `false`.
   */
  readonly forcePathStyle?: boolean;
}

export interface S3ClientOptions extends CommonOptions {
  /** An `S3Client` of `@aws-sdk/client-s3` 3, also of another copy. `close` leaves it open. Its own retries do no harm. */
  readonly client: S3Sender;
}

interface CommonOptions {
  /** The bucket. It must be there: none is ever made. UNAVAILABLE where it is missing, whatever `create` says. */
  readonly bucket: string;
  /**
   * Where in the bucket the store lies: `"agents/one"`, with or without the last `/`. Default: the whole bucket. Stores with
   * prefixes beside each other don't see each other, `"a"` and `"ab"` neither.
   */
  readonly prefix?: string;
  /** `false`: where nothing lies below the prefix, it is refused (NOT_FOUND), and nothing is made. Default true. */
  readonly create?: boolean;
  /**
   * Whether nothing in the bucket may change, not even for a moment, and every change is refused (UNSUPPORTED): for the source
   * of a migration, and for credentials that may only read. Where nothing lies below the prefix, it is refused then too.
   * Default false.
   */
  readonly readonly?: boolean;
  /**
   * For servers that don't honour conditions. `true`: conditions and `update` are kept among the stores over one driver, and
   * other processes may be overwritten, the last writer wins. Default false: they are refused (UNSUPPORTED). Where the server
   * honours conditions, this changes nothing.
   */
  readonly lastWriterWins?: boolean;
  /**
   * How long a call goes on with a server that doesn't answer or asks to be left alone, in milliseconds; then UNAVAILABLE. A
   * call that carries much gets a second more for each megabyte. Default 10,000.
   */
  readonly timeoutMs?: number;
}

/** All that both shapes of options have in common, with nothing left open. */
export interface Settings {
  readonly bucket: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
  readonly create: boolean;
  readonly readonly: boolean;
  readonly lastWriterWins: boolean;
  readonly timeoutMs: number;
}

/** What S3 takes for a key, and how much of it must be left for names: a key of one segment of the longest kind. */
export const keyBytesMax = 1024;
const nameBytesMin = 256;

const common: Readonly<Record<string, OptionRule>> = {
  bucket: bucketProblem,
  prefix: prefixProblem,
  create: "boolean",
  readonly: "boolean",
  lastWriterWins: "boolean",
  timeoutMs: timeoutProblem,
};
const serverRules: Readonly<Record<string, OptionRule>> = {
  ...common,
  endpoint: endpointProblem,
  region: regionProblem,
  forcePathStyle: "boolean",
};
const clientRules: Readonly<Record<string, OptionRule>> = { ...common, client: clientProblem };

/** @throws StorageError INVALID_VALUE, before anything is touched. */
export function completeOptions(options: S3Options): Settings {
  const given: object = Object(options);
  checkOptions("s3", options, "client" in given ? clientRules : serverRules);
  const { bucket, prefix = "", create = true, readonly = false, lastWriterWins = false, timeoutMs = 10_000 } = options;
  // The rules let an absent option pass, and there is no store without a bucket.
  if (bucket === undefined) {
    const detail = 'the option "bucket" is missing';
    throw new StorageError({ code: "INVALID_VALUE", verb: "open", what: "a store of s3", detail, driver: "s3" });
  }
  return {
    bucket,
    prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
    create: create && !readonly,
    readonly,
    lastWriterWins,
    timeoutMs,
  };
}

function bucketProblem(value: unknown): string | undefined {
  const isBucket = typeof value === "string" && /^[A-Za-z0-9][\w.-]{1,253}[A-Za-z0-9]$/.test(value);
  if (isBucket) return undefined;
  const rule = '3 to 255 letters, digits, ".", "-", and "_", at both ends a letter or a digit';
  return `is the name of a bucket, ${rule}, got ${JSON.stringify(value)}`;
}

function prefixProblem(value: unknown): string | undefined {
  if (typeof value !== "string") return `is a path below the bucket, got ${String(value)}`;
  if (value === "") return undefined;
  const bytesMax = keyBytesMax - nameBytesMin;
  const bytes = utf8Bytes(value.endsWith("/") ? value : `${value}/`);
  if (bytes > bytesMax) return `has ${bytes} bytes, at most ${bytesMax} are allowed`;
  // The same segments as in a key, since they become folders when the bucket is synced to a disk.
  const segments = (value.endsWith("/") ? value.slice(0, -1) : value).split("/");
  const problem = keyProblem(segments, { segments: bytesMax, segmentBytes: bytesMax, nameBytes: keyBytesMax });
  return problem === undefined ? undefined : `is a path below the bucket: ${problem}`;
}

export function endpointProblem(value: unknown): string | undefined {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    return 'is a URL, "https://HOST" or "http://HOST:PORT"';
  }
  if (url.username !== "" || url.password !== "") {
    return "holds credentials: they belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in a profile";
  }
  return url.search === "" && url.hash === "" ? undefined : 'is a URL without "?" and "#"';
}

function regionProblem(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w-]+$/.test(value)
    ? undefined
    : `is the name of a region, got ${JSON.stringify(value)}`;
}

/** More is more than a timer takes, which would then end at once. */
const timeoutMsMax = 2 ** 31 - 1;

function timeoutProblem(value: unknown): string | undefined {
  const isTime = typeof value === "number" && value >= 1 && value <= timeoutMsMax;
  return isTime ? undefined : `is a number of milliseconds from 1 to ${timeoutMsMax}, got ${JSON.stringify(value)}`;
}

function clientProblem(value: unknown): string | undefined {
  const isClient = typeof (Object(value) as { readonly send?: unknown }).send === "function";
  return isClient ? undefined : "is an S3Client of @aws-sdk/client-s3";
}
