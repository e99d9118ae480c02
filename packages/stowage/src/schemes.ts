import { type Driver, memory } from "@stowage/core";

/** How the value of an option is written in a URL: one of these words, `true` or `false`, or a count of milliseconds. */
export type OptionRule = readonly string[] | "boolean" | "milliseconds";

export type OptionValue = string | boolean | number;

/** What a URL says, taken apart and checked as far as its scheme allows. */
export interface Target {
  /** As it was given. */
  readonly url: string;
  /** Absolute. Empty where the scheme has none. */
  readonly path: string;
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Whether the store refuses changes. An adapter that would touch its backend even for a reader must know. */
  readonly readonly: boolean;
}

/** A kind of URL and the adapter behind it. */
export interface Scheme {
  /** `path`: a path and options. `none`: nothing follows. */
  readonly shape: "path" | "none";
  readonly options: Readonly<Record<string, OptionRule>>;
  /** The package that has the adapter; it is loaded when the first such URL is opened. */
  readonly package: string | undefined;
  readonly open: (target: Target) => Promise<Driver>;
}

const fileOptions: Readonly<Record<string, OptionRule>> = { create: "boolean", durability: ["process", "power"] };

/** Every scheme by its name. An adapter is added by adding its line. */
export const schemes: ReadonlyMap<string, Scheme> = new Map([
  ["memory", { shape: "none", options: {}, package: undefined, open: async () => memory() }],
  [
    "fs",
    {
      shape: "path",
      options: { ...fileOptions, lockTimeoutMs: "milliseconds" },
      package: "@stowage/fs",
      open: async ({ path, options, readonly }) => (await import("@stowage/fs")).fs({ path, readonly, ...options }),
    },
  ],
  [
    "sqlite",
    {
      shape: "path",
      options: { ...fileOptions, busyTimeoutMs: "milliseconds" },
      package: "@stowage/sqlite",
      open: async ({ path, options, readonly }) =>
        (await import("@stowage/sqlite")).sqlite({ path, readonly, ...options }),
    },
  ],
] satisfies readonly (readonly [string, Scheme])[]);
