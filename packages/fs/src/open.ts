import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { markerName, markerProblem, StorageError, type StorageErrorCode } from "@stowage/core";
import { codeOf, isAbsence, systemCode } from "./codes.ts";
import { readBytes } from "./record.ts";

/** The folders that OpenCode keeps in its store. */
const families: readonly string[] = [
  "message",
  "part",
  "permission",
  "project",
  "session",
  "session_diff",
  "session_share",
  "share",
  "todo",
];

/**
 * Checks that a folder is a store or may become one, and makes it if it is missing. Changes nothing when it refuses.
 *
 * @returns Whether the store is new: its marker is to be written.
 * @throws StorageError with the verb "open".
 */
export function prepareFolder(path: string, create: boolean): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      checkParent(path);
      if (!create) throw refusal(path, "NOT_FOUND", "there is no such folder");
      makeFolder(path);
      return true;
    }
    if (!stats.isDirectory()) throw refusal(path, "UNSUPPORTED", "it is no folder");
    checkMarker(path);
    // Dot-named files are no content: desktops leave them, and so does a store that was just made by another process.
    return create && readdirSync(path).every((name) => name.startsWith("."));
  } catch (error) {
    throw openError(path, error);
  }
}

/** What went wrong while opening, as a storage error. */
export function openError(path: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return refusal(path, codeOf(error) ?? "UNKNOWN", detail, error);
}

/** Makes a folder and those above it. Step by step, as Node's recursive call says ENOENT on a read-only disk. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (isFolder(path)) return;
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    mkdirSync(path);
  }
  flushEntries(dirname(path));
}

/** Flushes the entries of a folder above the store, which no later flush goes up to. */
function flushEntries(folder: string): void {
  // Windows opens no folders, and flushes the entry with the file.
  if (process.platform === "win32") return;
  let fd: number;
  try {
    fd = openSync(folder, "r");
  } catch (error) {
    // One may make a folder in it all the same.
    if (systemCode(error) === "EACCES") return;
    throw error;
  }
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function checkMarker(path: string): void {
  const marker = readBytes(join(path, markerName))?.toString("latin1");
  if (marker === undefined) return checkLayout(path);
  const problem = markerProblem(marker);
  if (problem !== undefined) throw refusal(path, "UNSUPPORTED", problem);
}

/** Refuses folders beside which the store lies, before records are written to the wrong place. */
function checkLayout(path: string): void {
  checkParent(path);
  checkParent(realpathSync.native(path));
  const storage = join(path, "storage");
  if (isThere(join(storage, markerName)) || isThere(join(storage, "session"))) {
    const detail = `it is OpenCode's data folder, the store is the folder ${JSON.stringify(storage)} in it`;
    throw refusal(path, "UNSUPPORTED", detail);
  }
  const projects = join(path, "project");
  if (!isFolder(projects)) return;
  for (const project of readdirSync(projects)) {
    if (!isFolder(join(projects, project, "storage", "session"))) continue;
    const detail = `it has the layout of OpenCode before 0.6: start a newer OpenCode once, which copies it to ${JSON.stringify(storage)}, and open that`;
    throw refusal(path, "UNSUPPORTED", detail);
  }
}

/** Refuses one of the folders that OpenCode keeps in a store: it would look like a store whose keys lack their beginning. */
function checkParent(path: string): void {
  const parent = dirname(path);
  if (!families.includes(basename(path)) || readBytes(join(parent, markerName)) === undefined) return;
  throw refusal(path, "UNSUPPORTED", `it is a folder in a store, the store is ${JSON.stringify(parent)}`);
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

function refusal(path: string, code: StorageErrorCode, detail: string, cause?: unknown): StorageError {
  return new StorageError({ code, verb: "open", what: JSON.stringify(path), detail, driver: "fs", cause });
}
