import { DriverError, type StorageErrorCode } from "@stowage/core";

/** The code of a system error: `"ENOENT"`; `undefined` for what is no system error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Whether there is nothing at a path: no such entry, or a file where one of its folders should be. */
export function isAbsence(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/**
 * Whether the same call may succeed in a moment. On Windows and on file servers, a scanner or another program that has
 * the file open makes a rename fail for a while.
 */
export function isTransient(error: unknown): boolean {
  const code = systemCode(error);
  return code === "EBUSY" || (process.platform === "win32" && (code === "EPERM" || code === "EACCES"));
}

const meanings: Readonly<Record<string, StorageErrorCode>> = {
  // The disk, the descriptors, or the rights are missing now; an operator can supply them.
  EACCES: "UNAVAILABLE",
  EDQUOT: "UNAVAILABLE",
  EIO: "UNAVAILABLE",
  EMFILE: "UNAVAILABLE",
  ENFILE: "UNAVAILABLE",
  ENODEV: "UNAVAILABLE",
  ENOMEM: "UNAVAILABLE",
  ENOSPC: "UNAVAILABLE",
  ENXIO: "UNAVAILABLE",
  EPERM: "UNAVAILABLE",
  EROFS: "UNAVAILABLE",
  ESTALE: "UNAVAILABLE",
  ETIMEDOUT: "UNAVAILABLE",
  EBUSY: "BUSY",
  EFBIG: "TOO_LARGE",
  ERR_STRING_TOO_LONG: "TOO_LARGE",
  // Some file systems hold less than the 255 bytes of a name that the limits allow.
  EILSEQ: "INVALID_KEY",
  ENAMETOOLONG: "INVALID_KEY",
  // Something that is no record lies where the record or one of its folders belongs.
  EEXIST: "UNSUPPORTED",
  EISDIR: "UNSUPPORTED",
  ENOTDIR: "UNSUPPORTED",
};

/** What an error of a file call means. Absence is no error here: the driver resolves to `undefined`. */
export function codeOf(error: unknown): StorageErrorCode | undefined {
  const code = systemCode(error);
  return code === undefined ? undefined : meanings[code];
}

/** What went wrong behind a change, as the driver's own error. Nobody may repeat it unseen: an edit would be done twice. */
export function behindChange(error: unknown): DriverError {
  const detail = error instanceof Error ? error.message : String(error);
  return new DriverError("UNAVAILABLE", `${detail}; the change may have been applied`, {
    cause: error,
    retryable: false,
  });
}
