/**
 * A call to the system, in whichever way `node:fs` was asked for it. `create` is an `open` that makes a file where there is
 * none; `link` is `symlink` too, `stat` all that only looks at one file, and `chmod` all that changes what is known of it.
 */
export type DiskCall =
  | "open"
  | "create"
  | "read"
  | "write"
  | "truncate"
  | "close"
  | "fsync"
  | "rename"
  | "link"
  | "unlink"
  | "mkdir"
  | "rmdir"
  | "chmod"
  | "chown"
  | "stat"
  | "readdir";

/** What a disk, a system, or an administrator may answer. */
export type DiskErrorCode = (typeof diskErrorCodes)[number];
export const diskErrorCodes = ["EACCES", "EDQUOT", "EIO", "EMFILE", "ENFILE", "ENOSPC", "EROFS"] as const;

/**
 * What a power cut takes of what was not flushed. `all`: contents of files and entries of folders. `contents`: names are
 * as they were last, as on a disk that keeps a journal of them, and files are empty. `names`: the other way round.
 */
export type PowerLoss = (typeof powerLosses)[number];
export const powerLosses = ["all", "contents", "names", "some"] as const;

/** What happens at one moment of a process's work on its files. JSON: it travels to the child. */
export interface DiskFault {
  /** Any call where absent. */
  readonly call?: DiskCall;
  /**
   * A regular expression for the path below the folder, which has no slash at its start; for `rename` and `link` it is
   * both, `"old > new"`. Any path where absent.
   */
  readonly path?: string;
  /** Which of the calls that fit, counted from 1. Default 1. */
  readonly nth?: number;
  /** Default `before`. `half`: half of the bytes of a `write` are there; for other calls it is `before`. */
  readonly when?: "before" | "half" | "after";
  /** The process is killed, the power is cut, or the call fails; one that fails does nothing, but for half a write. */
  readonly does: "kill" | { readonly cut: PowerLoss } | { readonly fail: DiskErrorCode };
  /** Calls count from the task on; with `true` from the opening of the store on. */
  readonly whileOpening?: boolean;
}

const changing: readonly DiskCall[] = ["create", "write", "mkdir", "rename", "link"];
const failing: Readonly<Record<DiskErrorCode, readonly DiskCall[]>> = {
  EACCES: ["open", "create", "mkdir", "rename", "link", "unlink", "rmdir", "chmod", "chown", "stat", "readdir"],
  EDQUOT: [...changing, "fsync", "close"],
  EIO: ["open", "read", "fsync", "close", "unlink", "rmdir", "truncate", "stat", "readdir", ...changing],
  EMFILE: ["open", "create", "readdir"],
  ENFILE: ["open", "create", "readdir"],
  ENOSPC: [...changing, "fsync"],
  EROFS: ["create", "mkdir", "rename", "link", "unlink", "rmdir", "chmod", "chown"],
};

/** Whether a system gives that error for that call. */
export function canFail(call: DiskCall, code: DiskErrorCode): boolean {
  return failing[code].includes(call);
}
