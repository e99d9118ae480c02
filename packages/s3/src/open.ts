import {
  type Driver,
  DriverError,
  markerName,
  markerProblem,
  markerText,
  readonly as refuseChanges,
  StorageError,
} from "@stowage/core";
import { Folder, type Page, type PageRequest } from "./folder.ts";
import { listNames } from "./listing.ts";
import { addressOf, makeClient } from "./client.ts";
import { codeOf, failureOf, finalError, S3Failure } from "./codes.ts";
import { conditionsOf } from "./conditions.ts";
import { S3Driver } from "./driver.ts";
import { completeOptions, type S3Options, type Settings } from "./options.ts";
import { Requests } from "./requests.ts";

/**
 * Opens a store in a bucket of AWS or of a server that speaks S3. The object of a record has the prefix and the name of the
 * record as its key and the text as its content, so a bucket is OpenCode's tree, and a folder that was synced to one is a store.
 *
 * Credentials come by the usual chain (environment, profile, role). The first time that a process opens a bucket, the driver
 * finds out by scratch objects which conditions the server honours, and removes them again.
 *
 * @example new Store(await s3({ bucket: "agents", prefix: "one" }))
 * @throws StorageError INVALID_VALUE for a wrong or unknown option. NOT_FOUND when nothing lies below the prefix and nothing is
 * to be made. UNSUPPORTED when a newer format wrote the store, or the server lacks what a store needs. UNAVAILABLE when the
 * server can't be reached or doesn't allow it, or when there is no such bucket, which no option would make.
 */
export async function s3(options: S3Options): Promise<Driver> {
  const settings = completeOptions(options);
  const own = "client" in options ? undefined : await makeClient(options, settings.timeoutMs);
  const client = "client" in options ? options.client : (own as NonNullable<typeof own>);
  try {
    const { host, url } = await addressOf(client);
    const requests = new Requests({ client, own, host, timeoutMs: settings.timeoutMs });
    // A client that was handed in may go elsewhere than it tells, so what is found out through it is kept for it alone.
    const owner = own === undefined ? client : (url as string);
    return await open(settings, requests, { owner, location: url && locationOf(url, settings) });
  } catch (error) {
    own?.destroy();
    // What was not thrown by a request came up before the address of the server was known.
    const failure = error instanceof DriverError ? error : failureOf(error, "an unknown address");
    throw openError(settings, finalError(failure, false));
  }
}

/** Encoded, as what follows a `#` would be taken for a view of what is before it. */
function locationOf(url: string, { bucket, prefix }: Settings): string {
  const folders = prefix.split("/").slice(0, -1);
  return `s3:${[url, bucket, ...folders.map(encodeURIComponent)].join("/")}`;
}

interface Whereabouts {
  /** What the findings about conditions are kept for. */
  readonly owner: object | string;
  readonly location: string | undefined;
}

async function open(settings: Settings, requests: Requests, { owner, location }: Whereabouts): Promise<Driver> {
  const { bucket: bucketName, prefix, create, readonly, lastWriterWins } = settings;
  const folder = new Folder(requests, bucketName, prefix);
  const isNew = await look(folder, requests, create);
  const conditions = readonly
    ? undefined
    : await conditionsOf({ folder, requests, owner, bucket: bucketName }).catch(hintAtReading);
  const driver = new S3Driver(requests, folder, { location, prefix, conditions, lastWriterWins });
  if (readonly) return refuseChanges(driver);
  if (isNew) await driver.putMarker(markerName, markerText);
  return driver;
}

/** Whether there is no store yet, and one is to be made. */
async function look(folder: Folder, requests: Requests, create: boolean): Promise<boolean> {
  const marker = await requests.repeat((turn) => folder.get(markerName, turn), { failsFast: true });
  if (marker !== undefined) {
    const problem = markerProblem(marker.text);
    if (problem !== undefined) throw new DriverError("UNSUPPORTED", problem);
    return false;
  }
  if (!(await isEmpty(folder, requests))) return false;
  if (!create) throw new DriverError("NOT_FOUND", "there is nothing below the prefix");
  return true;
}

/** Dot-named objects are no content, and neither is one that stands for the folder: consoles and probes make them. */
async function isEmpty(folder: Folder, requests: Requests): Promise<boolean> {
  const ask = (page: PageRequest): Promise<Page> =>
    requests.repeat((turn) => folder.page(page, turn), { failsFast: true });
  for await (const names of listNames({ prefix: "", reverse: false }, ask, requests.host)) {
    if (names.some((name) => name !== "" && !name.startsWith("."))) return false;
  }
  return true;
}

/** Credentials that may read and not write are no fault. */
function hintAtReading(error: unknown): never {
  if (!(error instanceof DriverError && error.cause instanceof S3Failure && error.cause.status === 403)) throw error;
  const detail = `${error.message}: give it the rights to write and to delete, or open it with the option "readonly"`;
  throw new DriverError("UNAVAILABLE", detail, { cause: error.cause, retryable: false });
}

function openError({ bucket, prefix }: Settings, error: unknown): StorageError {
  const code = error instanceof DriverError ? error.code : (codeOf(error) ?? "UNKNOWN");
  const isMissing = [error, (error as Error).cause].some(
    (one) => one instanceof S3Failure && one.code === "NoSuchBucket",
  );
  const message = (error as Error).message;
  return new StorageError({
    code,
    verb: "open",
    what: JSON.stringify(`s3://${bucket}/${prefix}`),
    detail: isMissing ? `${message}: make it first, or check the name, the endpoint, and the region` : message,
    driver: "s3",
    cause: error,
    retryable: error instanceof DriverError ? error.retryable : undefined,
  });
}
