import { constants as bufferLimits, isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { DriverError, type Outcome, type Stored } from "@stowage/core";
import { isAbsence, systemCode } from "./codes.ts";

// A link is no record, and a pipe must not keep the process waiting. Windows has neither flag.
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads a record; `undefined` when there is none, also when a folder, a link, or a device lies there. */
export function readRecord(path: string): Stored | undefined {
  const bytes = readBytes(path);
  if (bytes === undefined) return undefined;
  return isUtf8(bytes) ? new TextRecord(bytes.toString("utf8")) : new LossyRecord(bytes);
}

/** Reads a file whole; `undefined` when there is no regular file. */
export function readBytes(path: string): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, flags);
  } catch (error) {
    if (isNoFile(error)) return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(fd);
    return stats.isFile() ? readAll(fd, stats.size) : undefined;
  } finally {
    closeSync(fd);
  }
}

/** The version of a text: its hash, so that no number has to be kept beside the record. */
function versionOf(content: string | Uint8Array): string {
  return hash("sha256", content, "base64url");
}

/** The outcome of a write. Its version is computed when somebody asks. */
export class Written implements Outcome {
  readonly done = true;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get version(): string {
    return versionOf(this.#text);
  }
}

class TextRecord implements Stored {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get version(): string {
    return versionOf(this.text);
  }
}

/** A record that is not UTF-8. Different bytes may decode to the same text, so the version is that of the bytes. */
class LossyRecord implements Stored {
  readonly text: string;
  readonly bytes: Uint8Array;

  constructor(bytes: Buffer) {
    this.text = bytes.toString("utf8");
    this.bytes = bytes;
  }

  get version(): string {
    return versionOf(this.bytes);
  }
}

/** Reads what a file held when its size was asked. A shorter result means that a foreign program cut it meanwhile. */
function readAll(fd: number, size: number): Buffer {
  // What is longer can't become a string; better to know before it is read.
  if (size > bufferLimits.MAX_STRING_LENGTH) {
    const detail = `the file has ${size} bytes, at most ${bufferLimits.MAX_STRING_LENGTH} are allowed`;
    throw new DriverError("TOO_LARGE", detail);
  }
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(fd, bytes, filled, size - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function isNoFile(error: unknown): boolean {
  const code = systemCode(error);
  // ELOOP: a link. ENXIO: a socket. A name that is too long for the file system can't have a record.
  return isAbsence(error) || code === "ELOOP" || code === "ENXIO" || code === "EISDIR" || code === "ENAMETOOLONG";
}
