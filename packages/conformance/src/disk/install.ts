import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { setImmediate as turn } from "node:timers/promises";
import { type Call, callsOf, type SeenCall, system, type World } from "./calls.ts";
import { Disk } from "./disk.ts";
import { DiskHandle } from "./handle.ts";
import { asOptions } from "./open-file.ts";
import { PowerSupply } from "./power.ts";
import { wholeCallsOf } from "./whole.ts";

// The casts: whatever a function takes and gives, its replacement hands on.
const patched = fs as unknown as Record<string, Call>;
const patchedPromises = fs.promises as unknown as Record<string, Call>;
const systemPromises: Readonly<Record<string, Call>> = { ...patchedPromises };

/** What a callback gets, and a promise resolves to, beside the number of bytes. */
const withBuffers: Readonly<Record<string, string>> = {
  read: "bytesRead",
  readv: "bytesRead",
  write: "bytesWritten",
  writev: "bytesWritten",
};

/**
 * Puts a {@link Disk} between this process and the files of a folder, for as long as the process lives. It sees the calls
 * of `node:fs` that open, read, write, flush, name, and remove, in their three forms, and all that Node makes of these, such
 * as its streams. A callback or a promise is served by the synchronous call, a turn of the loop later. What it does not
 * see, such as native code and `cpSync` of a folder, {@link Disk.check} finds.
 */
export function installDisk(folder: string): Disk {
  const power = new PowerSupply(folder);
  const disk = new Disk(folder, power);
  const world: World = { disk, power, files: new Map() };
  const calls = { ...callsOf(world), ...wholeCallsOf(world) };
  for (const [syncName, call] of Object.entries(calls)) {
    const name = syncName.slice(0, -"Sync".length);
    patch(patched, syncName, system[syncName], (original) => (...args) => {
      return call.isOurs(...args) ? call.perform(...args) : original(...args);
    });
    patch(patched, name, system[name], (original) => callbackForm(name, call, original));
    patch(patchedPromises, name, systemPromises[name], (original) => promiseForm(world, name, call, original));
  }
  for (const name of ["createReadStream", "createWriteStream"] as const) {
    patch(patched, name, system[name], (original) => (path, options) => {
      const handle = asOptions(options)?.["fd"];
      return handle instanceof DiskHandle ? handle[name](options as object) : original(path, options);
    });
  }
  syncBuiltinESMExports();
  return disk;
}

function patch(
  object: Record<string, Call>,
  name: string,
  original: Call | undefined,
  make: (original: Call) => Call,
): void {
  if (original === undefined) return;
  // With its name, and with what `util.promisify` looks for.
  object[name] = Object.defineProperties(make(original), Object.getOwnPropertyDescriptors(original));
}

function callbackForm(name: string, call: SeenCall, original: Call): Call {
  return (...all) => {
    const done = typeof all.at(-1) === "function" ? (all.at(-1) as Call) : undefined;
    if (!call.isOurs(...all) || (done === undefined && name !== "close")) return original(...all);
    const args = withBuffer(name, done === undefined ? all : all.slice(0, -1));
    setImmediate(() => {
      let result: unknown;
      try {
        result = patched[`${name}Sync`]!(...args);
      } catch (error) {
        done?.(error);
        return;
      }
      if (name === "exists") done?.(result);
      else if (name in withBuffers) done?.(null, result, args[1]);
      else done?.(null, result);
    });
    return undefined;
  };
}

function promiseForm({ files }: World, name: string, call: SeenCall, original: Call): Call {
  return async (first, ...rest) => {
    const args = [first instanceof DiskHandle ? first.fd : first, ...rest];
    if (!call.isOurs(...args)) return original(...args);
    const result = await later(name, ...args);
    return name === "open" ? new DiskHandle({ fd: result as number, files, perform: later }) : result;
  };
}

/** Makes the synchronous call a turn of the loop later. Resolves to what the promise of a file handle resolves to. */
async function later(name: string, ...given: readonly unknown[]): Promise<unknown> {
  const args = [...withBuffer(name, given)];
  // Whatever takes options takes them behind what it is about.
  (asOptions(args.at(-1))?.["signal"] as AbortSignal | undefined)?.throwIfAborted();
  if (name === "writeFile" || name === "appendFile") args[1] = await gathered(args[1]);
  await turn();
  const result = patched[`${name}Sync`]!(...args);
  const count = withBuffers[name];
  return count === undefined ? result : { [count]: result, [name.endsWith("v") ? "buffers" : "buffer"]: args[1] };
}

/** A `read` may leave the buffer to Node, or name it among its options. */
function withBuffer(name: string, args: readonly unknown[]): readonly unknown[] {
  if (name !== "read" || ArrayBuffer.isView(args[1])) return args;
  const { buffer = Buffer.alloc(16_384), ...options } = asOptions(args[1]) ?? {};
  return [args[0], buffer, options];
}

/** What a promise may be asked to write piece by piece, as one. */
async function gathered(data: unknown): Promise<unknown> {
  if (typeof data === "string" || ArrayBuffer.isView(data)) return data;
  const pieces: Uint8Array[] = [];
  for await (const piece of data as AsyncIterable<string | Uint8Array>) {
    pieces.push(typeof piece === "string" ? Buffer.from(piece) : piece);
  }
  return Buffer.concat(pieces);
}
