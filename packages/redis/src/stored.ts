import { isUtf8 } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import type { Stored } from "@stowage/core";

/** So many characters of base64url are 96 bits. */
const idLength = 16;
const idBytes = 12;
/** What stands before a text: the id and a line feed. */
export const headerLength: number = idLength + 1;
const lineFeed = 0x0a;
const id = /^[\w-]{16}$/;
const lengthMax = 1_000_000;

/** Ids are taken from a pool, since asking the system for few bytes costs as much as for many. */
const pool = { bytes: Buffer.alloc(0), used: 0 };
const poolIds = 256;

/** A random id, made for each write: the version of what is written, and how a repeated write knows itself. */
export function newId(): string {
  if (pool.used === pool.bytes.length) {
    pool.bytes = randomBytes(poolIds * idBytes);
    pool.used = 0;
  }
  const start = pool.used;
  pool.used += idBytes;
  return pool.bytes.toString("base64url", start, pool.used);
}

/** A text as it lies in Redis: `redis-cli GET` shows the id in the first line and the text below it. */
export function valueOf(version: string, text: string): string | Buffer {
  const value = `${version}\n${text}`;
  // ioredis makes one string of all strings in a command, and one string can't hold many long ones.
  return value.length > lengthMax ? Buffer.from(value) : value;
}

/**
 * A value as a store gets it. One without a header of ours was put there by another program: then it is the text as a
 * whole, so that it is read where it is JSON and reported where it isn't.
 */
export function storedOf(value: Buffer): Stored {
  const version = headOf(value);
  const body = version === undefined ? value : value.subarray(headerLength);
  return {
    text: body.toString(),
    ...(!isUtf8(body) && { bytes: body }),
    get version() {
      return version ?? `sha1:${createHash("sha1").update(value).digest("hex")}`;
    },
  };
}

function headOf(value: Buffer): string | undefined {
  if (value[idLength] !== lineFeed) return undefined;
  const head = value.toString("latin1", 0, idLength);
  return id.test(head) ? head : undefined;
}
