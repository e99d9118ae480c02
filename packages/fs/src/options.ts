import { resolve } from "node:path";
import { StorageError } from "@stowage/core";

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
  /** How long a write waits for a record that another process is writing, in milliseconds; then BUSY. Default 10,000. */
  readonly lockTimeoutMs?: number;
}

const names = ["path", "durability", "create", "lockTimeoutMs"] as const;

/** All options, checked, with an absolute path. @throws StorageError INVALID_VALUE for what is unknown or wrong. */
export function checkOptions(options: FsOptions): Required<FsOptions> {
  const given: unknown = options;
  if (typeof given !== "object" || given === null) throw invalid("the store", `options are an object with a path`);
  for (const name of Object.keys(given)) {
    if ((names as readonly string[]).includes(name)) continue;
    const likely = names.find((one) => distance(one.toLowerCase(), name.toLowerCase()) <= 2);
    const hint = likely === undefined ? `the options are ${names.join(", ")}` : `did you mean "${likely}"?`;
    throw invalid("the store", `there is no option ${JSON.stringify(name)}, ${hint}`);
  }
  const { path, durability = "process", create = true, lockTimeoutMs = 10_000 } = options;
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw invalid("the store", `the option "path" is the path of a folder, got ${show(path)}`);
  }
  if (durability !== "process" && durability !== "power") {
    throw invalid(JSON.stringify(path), `the option "durability" is "process" or "power", got ${show(durability)}`);
  }
  if (typeof create !== "boolean") {
    throw invalid(JSON.stringify(path), `the option "create" is true or false, got ${show(create)}`);
  }
  if (typeof lockTimeoutMs !== "number" || !(lockTimeoutMs >= 0)) {
    throw invalid(JSON.stringify(path), `the option "lockTimeoutMs" is a number from 0, got ${show(lockTimeoutMs)}`);
  }
  return { path: resolve(path), durability, create, lockTimeoutMs };
}

function invalid(what: string, detail: string): StorageError {
  return new StorageError({ code: "INVALID_VALUE", verb: "open", what, detail, driver: "fs" });
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** How many letters must be put in, left out, or changed to turn one word into the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
