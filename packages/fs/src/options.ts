import { resolve } from "node:path";
import { checkOptions, type OptionRule } from "@stowage/core";

export interface FsOptions {
  /** The store's folder, absolute or relative to the working directory: OpenCode's is `~/.local/share/opencode/storage`. */
  readonly path: string;
  /**
   * What a resolved write survives. `"process"`, the default: the end of the process, not a power cut; `sync()` flushes
   * what was written since. `"power"`: also a power cut; each write waits for the disk.
   */
  readonly durability?: "process" | "power";
  /**
   * Whether a missing folder is made and an empty one becomes a new store. Default true. With `false`, a missing folder
   * is refused (NOT_FOUND).
   */
  readonly create?: boolean;
  /**
   * Whether nothing in the folder may change, not even for a moment, and every change is refused (UNSUPPORTED): for the
   * source of a migration, and for a folder that OpenCode is writing. Nothing is made then either. Default false.
   */
  readonly readonly?: boolean;
  /** How long a write waits for a record that another process is writing, in milliseconds; then BUSY. Default 10,000. */
  readonly lockTimeoutMs?: number;
}

const rules = {
  path: "path",
  durability: ["process", "power"],
  create: "boolean",
  readonly: "boolean",
  lockTimeoutMs: "milliseconds",
} as const satisfies Readonly<Record<keyof FsOptions, OptionRule>>;

/** All options, checked, with an absolute path. @throws StorageError INVALID_VALUE for what is unknown or wrong. */
export function completeOptions(options: FsOptions): Required<FsOptions> {
  checkOptions("fs", options, rules);
  const { path, durability = "process", create = true, readonly = false, lockTimeoutMs = 10_000 } = options;
  return { path: resolve(path), durability, create: create && !readonly, readonly, lockTimeoutMs };
}
