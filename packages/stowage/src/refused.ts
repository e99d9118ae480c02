import { StorageError, type StorageErrorCode } from "@stowage/core";
import { redact } from "@stowage/core/redact";

/** The error of a URL that can't be opened. The URL is shown without its secrets. */
export function refused(code: StorageErrorCode, url: string, detail: string, cause?: unknown): StorageError {
  return new StorageError({ code, verb: "open", what: JSON.stringify(redact(url)), detail, cause });
}
