import { dirname } from "node:path";
import type { Harness } from "@stowage/conformance";
import { type Driver, memory } from "@stowage/core";

/**
 * How the value of an option is written in a URL: one of these words, `true` or `false`, a count of milliseconds or of
 * something else, or any text.
 */
export type OptionRule = readonly string[] | "boolean" | "milliseconds" | "count" | "text";

export type OptionValue = string | boolean | number;

/** What a URL says, taken apart and checked as far as its scheme allows. */
export interface Target {
  /** As it was given. */
  readonly url: string;
  /** Absolute. Empty where the scheme has none. */
  readonly path: string;
  /** The URL without its options, for a scheme of servers; it may hold a password. Empty for the others. */
  readonly address: string;
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Whether the store refuses changes. An adapter that would touch its backend even for a reader must know. */
  readonly readonly: boolean;
}

/** A kind of URL and the adapter behind it. */
export interface Scheme {
  /** `path`: a path and options. `server`: `//`, an address, and options. `none`: nothing follows. */
  readonly shape: "path" | "server" | "none";
  /** A URL that would do. */
  readonly example: string;
  readonly options: Readonly<Record<string, OptionRule>>;
  /** Where credentials come from, for a scheme whose URLs hold none: what people are told who put them there. */
  readonly credentials?: string;
  /** The package that has the adapter; it is loaded when the first such URL is opened. */
  readonly package: string | undefined;
  readonly open: (target: Target) => Promise<Driver>;
  /** How the conformance suite gets at fresh places in or below what the URL names, which it leaves as they were. */
  readonly harness: (target: Target) => Promise<Harness>;
}

const fileOptions: Readonly<Record<string, OptionRule>> = { create: "boolean", durability: ["process", "power"] };

const redisScheme = {
  shape: "server",
  options: {
    create: "boolean",
    prefix: "text",
    sentinel: "text",
    shards: "count",
    replicas: "count",
    timeoutMs: "milliseconds",
    allowEviction: "boolean",
  },
  package: "@stowage/redis",
  open: async ({ address, options, readonly }) =>
    (await import("@stowage/redis")).redis({ url: address, readonly, ...options }),
  harness: async ({ address, options }) =>
    (await import("@stowage/redis/harness")).harness({ url: address, ...options }),
} satisfies Omit<Scheme, "example">;

/** Every scheme by its name. An adapter is added by adding its line. */
export const schemes: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  [
    "memory",
    {
      shape: "none",
      example: "memory:",
      options: {},
      package: undefined,
      open: async () => memory(),
      harness: async () => (await import("@stowage/conformance")).memoryHarness(),
    },
  ],
  [
    "fs",
    {
      shape: "path",
      example: "fs:./data",
      options: { ...fileOptions, lockTimeoutMs: "milliseconds" },
      package: "@stowage/fs",
      open: async ({ path, options, readonly }) => (await import("@stowage/fs")).fs({ path, readonly, ...options }),
      harness: async ({ path, options }) => (await import("@stowage/fs/harness")).harness({ path, ...options }),
    },
  ],
  [
    "sqlite",
    {
      shape: "path",
      example: "sqlite:./data",
      options: { ...fileOptions, busyTimeoutMs: "milliseconds" },
      package: "@stowage/sqlite",
      open: async ({ path, options, readonly }) =>
        (await import("@stowage/sqlite")).sqlite({ path, readonly, ...options }),
      harness: async ({ path, options }) => {
        const place = path === ":memory:" ? path : dirname(path);
        return (await import("@stowage/sqlite/harness")).harness({ path: place, ...options });
      },
    },
  ],
  ["redis", { ...redisScheme, example: "redis://localhost:6379" }],
  ["rediss", { ...redisScheme, example: "rediss://localhost:6379" }],
  [
    "s3",
    {
      shape: "server",
      example: "s3://bucket/prefix",
      options: {
        create: "boolean",
        endpoint: "text",
        region: "text",
        forcePathStyle: "boolean",
        lastWriterWins: "boolean",
        timeoutMs: "milliseconds",
      },
      credentials:
        "credentials don't belong in the URL, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, instead",
      package: "@stowage/s3",
      open: async ({ address, options, readonly }) =>
        (await import("@stowage/s3")).s3({ ...bucketOf(address), readonly, ...options }),
      harness: async ({ address, options }) =>
        (await import("@stowage/s3/harness")).harness({ ...bucketOf(address), ...options }),
    },
  ],
]);

/** Bucket and prefix as other tools write them: `s3://bucket/prefix/` and `s3://bucket/prefix` are the same place. */
function bucketOf(address: string): { bucket: string; prefix?: string } {
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]*)\/?(.*?)\/*$/s.exec(address) ?? [];
  return { bucket, ...(prefix !== "" && { prefix }) };
}
