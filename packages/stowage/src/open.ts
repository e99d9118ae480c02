import { homedir } from "node:os";
import { type Driver, isStorageError, readonly, Store, unknownOption } from "@stowage/core";
import { redact } from "@stowage/core/redact";
import { refused } from "./refused.ts";
import type { OptionValue, Scheme } from "./schemes.ts";
import { type Base, parseUrl, type StorageUrl } from "./url.ts";

export interface OpenOptions {
  /**
   * Whether a store that does not exist is made. Default true; `false` refuses it with NOT_FOUND and makes nothing.
   * Where the URL says otherwise (`?create=true`), what is given here holds.
   */
  readonly create?: boolean;
  /** Whether every change is refused (UNSUPPORTED). Nothing is made then either. Default false. */
  readonly readonly?: boolean;
}

/**
 * Opens the store that a URL names, loading the adapter it needs: `memory:`, `fs:DIR`, `sqlite:FILE`,
 * `redis://HOST:PORT/DB`, `rediss://…`, `s3://BUCKET/PREFIX`; options follow the first `?`, as in
 * `sqlite:./agent.db?durability=power`. A relative path starts at the current directory, a leading `~/` at the home
 * directory; no character of a path is decoded. Behind `redis://` and `s3://` the values of options are percent-decoded.
 * S3 takes its credentials from where the AWS SDK looks, never from the URL; nothing else is read from the environment.
 *
 * @throws StorageError INVALID_VALUE when the URL or an option is wrong, with the likely spelling; NOT_FOUND when there
 * is no such store and none is to be made; UNSUPPORTED when the adapter's package is not installed, when a newer format
 * wrote the store, or when something else lies there; UNAVAILABLE when a server does not answer, or not to us. Secrets of
 * the URL show in none of them.
 */
export function openStorage(url: string, options: OpenOptions = {}): Promise<Store> {
  return openAt(url, options, { cwd: process.cwd(), home: homedir() });
}

/** As {@link openStorage}, with paths that start elsewhere. */
export async function openAt(url: string, options: OpenOptions, base: Base): Promise<Store> {
  const parsed = parseUrl(url, base);
  for (const [name, value] of Object.entries(options)) {
    if (!optionNames.includes(name)) throw refused("INVALID_VALUE", url, unknownOption(name, optionNames));
    if (value !== undefined && typeof value !== "boolean") {
      throw refused("INVALID_VALUE", url, `the option "${name}" is true or false, got ${JSON.stringify(value)}`);
    }
  }
  const isReadonly = options.readonly ?? parsed.readonly;
  const create = isReadonly ? false : options.create;
  const driver = await openDriver({ ...parsed, readonly: isReadonly }, create);
  return new Store(isReadonly ? readonly(driver) : driver);
}

const optionNames: readonly string[] = ["create", "readonly"] satisfies readonly (keyof OpenOptions)[];

async function openDriver(parsed: StorageUrl, create: boolean | undefined): Promise<Driver> {
  const { scheme, url } = parsed;
  const options: Record<string, OptionValue> = { ...parsed.options };
  if (create !== undefined && scheme.shape !== "none") options["create"] = create;
  try {
    return await scheme.open({ ...parsed, options });
  } catch (error) {
    const missing = missingPackage(scheme, error);
    if (missing !== undefined) throw refused("UNSUPPORTED", url, missing, error);
    if (isStorageError(error)) throw error;
    throw refused("UNKNOWN", url, redact(error instanceof Error ? error.message : String(error)), error);
  }
}

/** What to install when an import failed since the adapter's package is absent; one that it needs itself is its own affair. */
export function missingPackage({ package: name }: Scheme, error: unknown): string | undefined {
  const isMissing =
    name !== undefined &&
    error instanceof Error &&
    (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND" &&
    error.message.includes(`'${name}'`);
  return isMissing ? `the package ${name} is not installed, run: npm install ${name}` : undefined;
}
