import { constants, type OpenMode } from "node:fs";
import type { TreeNode } from "./nodes.ts";

/** What an `open` asks for beside reading and writing. */
export interface OpenFlags {
  readonly creates: boolean;
  readonly truncates: boolean;
  readonly appends: boolean;
  /** Each write is flushed before it returns. */
  readonly flushes: boolean;
}

export function openFlagsOf(flags: OpenMode | null): OpenFlags {
  const has = (flag: number, letters: RegExp): boolean =>
    typeof flags === "number" ? (flags & flag) !== 0 : letters.test(flags ?? "r");
  return {
    creates: has(constants.O_CREAT, /[wa]/),
    truncates: has(constants.O_TRUNC, /w/),
    appends: has(constants.O_APPEND, /a/),
    flushes: has(constants.O_DSYNC | constants.O_SYNC, /s/),
  };
}

/** What is open below the folder. */
export interface OpenFile {
  /** Below the folder; follows it when it is renamed. */
  path: string;
  /** Absent where it lies outside, behind a link. */
  readonly node: TreeNode | undefined;
  readonly flags: OpenFlags;
  /** Where the next read or write is that names no place. */
  position: number;
}

/** A write as `fs.writeSync` takes it: its bytes, and where they go; `null` for where the file is now. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly at: number | null;
}

/** What the arguments behind the descriptor say, in any of the forms that Node knows. */
export function chunkOf(args: readonly unknown[]): Chunk {
  const [data, second, third, fourth] = args;
  if (typeof data === "string") {
    // The cast: Node has no other argument there.
    return { bytes: Buffer.from(data, (third ?? "utf8") as BufferEncoding), at: placeIn(second) };
  }
  const { offset, length, position } = asOptions(second) ?? { offset: second, length: third, position: fourth };
  const bytes = bytesOf(data as NodeJS.ArrayBufferView);
  const start = Number(offset ?? 0);
  return { bytes: bytes.subarray(start, start + Number(length ?? bytes.length - start)), at: placeIn(position) };
}

/** The place that the arguments of a read or write name, if they name one. */
export function placeIn(position: unknown): number | null {
  const place = typeof position === "bigint" ? Number(position) : position;
  return typeof place === "number" && place >= 0 ? place : null;
}

export function bytesOf(view: NodeJS.ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** What stands in one object or in arguments of its own: the object. */
export function asOptions(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
