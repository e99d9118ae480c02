import type { Key } from "./key.ts";

/** Programs act on codes, people read messages. docs/errors.md says when each is given and what to do. */
export type StorageErrorCode =
  | "NOT_FOUND"
  | "INVALID_KEY"
  | "INVALID_VALUE"
  | "CORRUPT"
  | "CONFLICT"
  | "BUSY"
  | "TOO_LARGE"
  | "UNSUPPORTED"
  | "CLOSED"
  | "UNAVAILABLE"
  | "UNKNOWN";

/** Every code an error of a store can have. */
export const storageErrorCodes: readonly StorageErrorCode[] = Object.freeze([
  "NOT_FOUND",
  "INVALID_KEY",
  "INVALID_VALUE",
  "CORRUPT",
  "CONFLICT",
  "BUSY",
  "TOO_LARGE",
  "UNSUPPORTED",
  "CLOSED",
  "UNAVAILABLE",
  "UNKNOWN",
]);

/** What an error is made of. The message becomes `Cannot <verb> <what>: <detail>`. */
export interface StorageErrorInit {
  readonly code: StorageErrorCode;
  /** What was attempted: `read`, `write`, `list`, `open` … */
  readonly verb: string;
  /** What it was attempted on, already quoted. Never holds a secret. */
  readonly what: string;
  /** Why it failed, without a final period. */
  readonly detail: string;
  readonly key?: Key | undefined;
  readonly driver?: string | undefined;
  readonly cause?: unknown;
  readonly retryable?: boolean | undefined;
  readonly currentVersion?: string | null | undefined;
  readonly bytes?: number | undefined;
  readonly position?: number | undefined;
}

/** The one error that a store throws. What the backend threw is its `cause`. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageErrorCode;
  /** The key that the call was about, where it was about one. */
  readonly key: Key | undefined;
  /** The name of the driver, `"fs"` or `"sqlite"`. */
  readonly driver: string | undefined;
  /** Whether the very same call may succeed later. */
  readonly retryable: boolean;
  /** CONFLICT: the version that the record has now, `null` when it is absent, `undefined` when unknown. */
  readonly currentVersion: string | null | undefined;
  /** CORRUPT: how many bytes the record has. */
  readonly bytes: number | undefined;
  /** CORRUPT: the byte at which it stops being JSON. */
  readonly position: number | undefined;

  constructor(init: StorageErrorInit) {
    super(
      `Cannot ${init.verb} ${init.what}: ${init.detail}`,
      init.cause === undefined ? undefined : { cause: init.cause },
    );
    this.code = init.code;
    this.key = init.key;
    this.driver = init.driver;
    this.retryable = init.retryable ?? (init.code === "BUSY" || init.code === "UNAVAILABLE");
    this.currentVersion = init.currentVersion;
    this.bytes = init.bytes;
    this.position = init.position;
  }
}

/**
 * Whether an error came from a store, and has this code if one is given. Works across copies of this
 * package in one program, where `instanceof` does not.
 */
export function isStorageError<Code extends StorageErrorCode = StorageErrorCode>(
  error: unknown,
  code?: Code,
): error is StorageError & { readonly code: Code } {
  return (
    error instanceof Error &&
    error.name === "StorageError" &&
    storageErrorCodes.includes((error as StorageError).code) &&
    (code === undefined || (error as StorageError).code === code)
  );
}

/**
 * For drivers: an error that knows its code, for what the driver itself refuses or gives up on. The store
 * wraps it as it wraps a raw error; `detail` becomes the end of the message.
 */
export class DriverError extends Error {
  override readonly name = "DriverError";
  readonly code: StorageErrorCode;
  readonly currentVersion: string | null | undefined;
  readonly retryable: boolean | undefined;

  constructor(code: StorageErrorCode, detail: string, options: DriverErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.currentVersion = options.currentVersion;
    this.retryable = options.retryable;
  }
}

/** As in {@link StorageErrorInit}. */
export interface DriverErrorOptions {
  readonly cause?: unknown;
  readonly currentVersion?: string | null;
  readonly retryable?: boolean;
}
