import { readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { redact } from "@stowage/core/redact";
import type { StorageUrl } from "../url.ts";
import { UsageError } from "./shell.ts";

/** The two ends of a migration, checked as far as their URLs tell. */
export interface Route {
  readonly from: StorageUrl;
  readonly to: StorageUrl;
}

/** More links than these in a path are a circle. */
const linksMax = 40;

/**
 * @throws UsageError when both ends are one store, as far as that shows before they are opened. Every store in memory is
 * another one; which server an address leads to is known when it has answered.
 */
export function refuseSameStore({ from, to }: Route): void {
  if (from.schemeName !== to.schemeName || !isOnDisk(from) || !isOnDisk(to)) return;
  if (realPath(from.path) === realPath(to.path)) {
    throw new UsageError(`Cannot migrate ${quoted(from)}: source and target are the same store`);
  }
}

/**
 * Refuses a target that keeps nothing, and places where what is written would show among the records of a folder or a
 * bucket: those of the source, or for what is set aside also those of the target.
 *
 * @param setAside - the folder that damaged records would go to; absolute.
 * @throws UsageError
 */
export function refuseMixedPlaces({ from, to }: Route, setAside: string): void {
  if (isInMemory(to)) {
    throw new UsageError(`Cannot migrate to ${quoted(to)}: a store in memory is gone when the command ends`);
  }
  if (to.readonly) throw new UsageError(`Cannot migrate to ${quoted(to)}: its URL says that it is only read`);
  const refuse = (what: string, problem: string | undefined): void => {
    if (problem !== undefined) throw new UsageError(`Cannot ${what}: ${problem}`);
  };
  const areFolders = (from.schemeName === "fs" || to.schemeName === "fs") && isOnDisk(from) && isOnDisk(to);
  if (areFolders || areInOneServer(from, to)) refuse(`migrate to ${quoted(to)}`, overlap(placeOf(to), from, "source"));
  for (const [url, role] of [
    [from, "source"],
    [to, "target"],
  ] as const) {
    if (url.schemeName !== "fs") continue;
    refuse(`set damaged records aside in ${JSON.stringify(setAside)}`, overlap(folderPlace(setAside), url, role));
  }
}

/** Whether a store has a path: it lives neither in the process nor on a server. */
export function isOnDisk({ scheme, path }: StorageUrl): boolean {
  return scheme.shape === "path" && path !== ":memory:";
}

function isInMemory({ scheme, path }: StorageUrl): boolean {
  return scheme.shape === "none" || path === ":memory:";
}

/** How one of two places lies in the other, if it does. */
function overlap(place: string, url: StorageUrl, role: string): string | undefined {
  const other = placeOf(url);
  if (place === other) return `it is the place of the ${role} ${quoted(url)}`;
  if (place.startsWith(other)) return `it lies inside the ${role} ${quoted(url)}`;
  if (other.startsWith(place)) return `the ${role} ${quoted(url)} lies inside it`;
  return undefined;
}

/** Where records lie, with a separator at the end, so that what lies in a place begins with it. */
function placeOf({ schemeName, address, path }: StorageUrl): string {
  return schemeName === "s3" ? address.replace(/\/*$/, "/") : folderPlace(path);
}

function folderPlace(path: string): string {
  const place = realPath(path);
  return place.endsWith(sep) ? place : place + sep;
}

/** Whether two buckets are on one server as far as that shows; that they are one store is told when it has answered. */
function areInOneServer(from: StorageUrl, to: StorageUrl): boolean {
  const areBuckets = from.schemeName === "s3" && to.schemeName === "s3";
  return areBuckets && from.options["endpoint"] === to.options["endpoint"] && placeOf(from) !== placeOf(to);
}

/** Where a path leads. The part that does not exist yet stays as it is, save a link that leads to nothing yet. */
function realPath(path: string, links = 0): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    if (parent === path) return path;
    const target = links < linksMax ? linkTarget(path) : undefined;
    if (target !== undefined) return realPath(resolve(realPath(parent, links), target), links + 1);
    return join(realPath(parent, links), basename(path));
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function quoted({ url }: StorageUrl): string {
  return JSON.stringify(redact(url));
}
