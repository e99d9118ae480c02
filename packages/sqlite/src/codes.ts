import type { StorageErrorCode } from "@stowage/core";

/** SQLite's primary result codes (https://sqlite.org/rescode.html), as far as the driver tells them apart. */
const names: ReadonlyMap<number, string> = new Map([
  [3, "PERM"],
  [5, "BUSY"],
  [6, "LOCKED"],
  [7, "NOMEM"],
  [8, "READONLY"],
  [10, "IOERR"],
  [11, "CORRUPT"],
  [13, "FULL"],
  [14, "CANTOPEN"],
  [15, "PROTOCOL"],
  [18, "TOOBIG"],
  [22, "NOLFS"],
  [23, "AUTH"],
  [26, "NOTADB"],
]);

const codes: ReadonlyMap<string, StorageErrorCode> = new Map([
  ["BUSY", "BUSY"],
  ["LOCKED", "BUSY"],
  // Processes that open the write-ahead log at the same moment were in each other's way too often.
  ["PROTOCOL", "BUSY"],
  ["FULL", "UNAVAILABLE"],
  ["IOERR", "UNAVAILABLE"],
  ["CANTOPEN", "UNAVAILABLE"],
  ["READONLY", "UNAVAILABLE"],
  ["NOMEM", "UNAVAILABLE"],
  ["PERM", "UNAVAILABLE"],
  ["AUTH", "UNAVAILABLE"],
  ["NOLFS", "UNAVAILABLE"],
  ["TOOBIG", "TOO_LARGE"],
  ["CORRUPT", "CORRUPT"],
  ["NOTADB", "CORRUPT"],
]);

/** What a raw error of a SQLite client means; `undefined` for what is none of SQLite's results, or a fault of ours. */
export function codeOf(error: unknown): StorageErrorCode | undefined {
  const result = resultOf(error);
  if (result !== undefined) return codes.get(result);
  return isClosed(error) ? "CLOSED" : undefined;
}

/** Whether the owner of a database that was handed in has closed it. That never comes to SQLite: each client says it. */
function isClosed(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    (error as { readonly code?: unknown }).code === "ERR_INVALID_STATE" ||
    error.message === "The database connection is not open"
  );
}

/** Whether another connection holds the lock that a call needed: it may be free a moment later. */
export function isTransient(error: unknown): boolean {
  return codeOf(error) === "BUSY";
}

/** What a caller is told who waited for a lock in vain. */
export const lockedDetail = "the database is locked by another connection";

/** The name of the primary result that an error carries: `"BUSY"` for `SQLITE_BUSY_SNAPSHOT`. */
export function resultOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // Node's own client gives the extended result as a number, whose low byte is the primary one; the others give its name.
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  if (typeof errcode === "number") return names.get(errcode & 0xff);
  return typeof code === "string" ? /^SQLITE_([A-Z]+)/.exec(code)?.[1] : undefined;
}
