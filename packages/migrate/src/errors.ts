import { type Driver, isStorageError, StorageError, type StorageErrorCode, type Store } from "@stowage/core";

/**
 * What a driver threw, as a storage error that can be shown: a URL in its message loses its user and password. For those
 * who call the driver of a store themselves, as nothing wraps its errors there.
 *
 * @param what - what the call was about, quoted as it is to be shown.
 */
export function storageError(driver: Driver, verb: string, what: string, error: unknown): StorageError {
  if (isStorageError(error)) return error;
  return new StorageError({
    code: codeOf(driver, error),
    verb,
    what,
    detail: detailOf(error),
    driver: driver.name,
    cause: error,
  });
}

/** Why a driver could not do something, without what it was. */
export function detailOf(error: unknown): string {
  return withoutSecrets(error instanceof Error ? error.message : String(error));
}

function codeOf(driver: Driver, error: unknown): StorageErrorCode {
  // By name, as a driver may come with a core of its own.
  if (error instanceof Error && error.name === "DriverError" && "code" in error) return error.code as StorageErrorCode;
  return driver.codeOf?.(error) ?? "UNKNOWN";
}

/** Hides what stands before the `@` of a URL. */
function withoutSecrets(text: string): string {
  return text.replaceAll(/(\w:\/\/)[^\s/@]*(?:\/[^\s@]*)?@/g, "$1***@");
}

/** Whether an error is about the backend as a whole, so that the next record would fail as well. */
export function isAboutBackend(error: StorageError): boolean {
  return backendCodes.has(error.code);
}

/** As {@link isAboutBackend}, for a read: there a missing permission or a bad block is a matter of one file. */
export function isAboutReading(error: StorageError): boolean {
  const { cause } = error;
  const errno = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return isAboutBackend(error) && !errnosOfOneFile.has(errno);
}

const backendCodes: ReadonlySet<StorageErrorCode> = new Set(["UNAVAILABLE", "BUSY", "CLOSED"]);
const errnosOfOneFile: ReadonlySet<unknown> = new Set(["EACCES", "EPERM", "EIO"]);

/** @throws StorageError INVALID_VALUE when both are one store or one lies in the other, as far as that shows. */
export function refuseSameStore(verb: string, a: Store, b: Store): void {
  if (a.driver !== b.driver && !overlaps(a.driver.location, b.driver.location)) return;
  throw new StorageError({
    code: "INVALID_VALUE",
    verb,
    what: JSON.stringify(a.driver.name),
    detail: isSame(a.driver, b.driver) ? "both sides are the same store" : "one side lies in the other",
    driver: a.driver.name,
  });
}

function isSame(a: Driver, b: Driver): boolean {
  return a === b || a.location === b.location;
}

/** Whether two locations share records: a folder holds the folders in it, a store the views of it. */
function overlaps(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return [
    [a, b],
    [b, a],
  ].some(([outer, inner]) => inner === outer || inner?.startsWith(`${outer}/`) || inner?.startsWith(`${outer}#`));
}
