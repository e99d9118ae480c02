import { type Driver, isStorageError, StorageError, type StorageErrorCode, type Store } from "@stowage/core";

/** What a driver threw, as a storage error that can be shown: a URL in its message loses its user and password. */
export function storageError(driver: Driver, verb: string, what: string, error: unknown): StorageError {
  if (isStorageError(error)) return error;
  return new StorageError({
    code: codeOf(driver, error),
    verb,
    what,
    detail: withoutSecrets(error instanceof Error ? error.message : String(error)),
    driver: driver.name,
    cause: error,
  });
}

function codeOf(driver: Driver, error: unknown): StorageErrorCode {
  // By name, as a driver may come with a core of its own.
  if (error instanceof Error && error.name === "DriverError" && "code" in error) return error.code as StorageErrorCode;
  return driver.codeOf?.(error) ?? "UNKNOWN";
}

/** Hides what stands before the `@` of a URL. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/(\w:\/\/)[^\s/@]*(?:\/[^\s@]*)?@/g, "$1***@");
}

/**
 * Whether an error is about the backend as a whole, so that the next record would fail as well. A missing permission is
 * not: it is a matter of one file.
 */
export function isAboutBackend(error: StorageError): boolean {
  const { cause } = error;
  const errno = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return backendCodes.has(error.code) && errno !== "EACCES" && errno !== "EPERM";
}

const backendCodes: ReadonlySet<StorageErrorCode> = new Set(["UNAVAILABLE", "BUSY", "CLOSED"]);

/** @throws StorageError INVALID_VALUE when both are one store, as far as that shows. */
export function refuseSameStore(verb: string, a: Store, b: Store): void {
  if (a.driver !== b.driver) return;
  throw new StorageError({
    code: "INVALID_VALUE",
    verb,
    what: JSON.stringify(a.driver.name),
    detail: "both sides are the same store",
    driver: a.driver.name,
  });
}
