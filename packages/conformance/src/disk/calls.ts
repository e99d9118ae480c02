import fs from "node:fs";
import type { Disk } from "./disk.ts";
import type { DiskCall } from "./fault.ts";
import { asOptions, bytesOf, chunkOf, type OpenFile, openFlagsOf, placeIn } from "./open-file.ts";
import type { PowerSupply } from "./power.ts";

/** A function of `node:fs`: whatever its arguments are, they are handed on. */
export type Call = (...args: readonly unknown[]) => unknown;

/** The calls as they were before anything was put in front of them. */
export const system: Readonly<Record<string, Call>> = { ...(fs as unknown as Record<string, Call>) };

/** A disk, what it knows, and what is open on it. */
export interface World {
  readonly disk: Disk;
  readonly power: PowerSupply;
  readonly files: Map<number, OpenFile>;
}

/** A synchronous call of `node:fs` as the disk sees it. */
export interface SeenCall {
  /** Whether its arguments name something below the folder. */
  isOurs(...args: readonly unknown[]): boolean;
  perform: Call;
}

/** What one call means to a disk: what it names, and what is changed when the system has done it. */
type Meaning =
  | {
      readonly call: DiskCall;
      readonly names: "path";
      done?(world: World, path: string, args: readonly unknown[], result: unknown): void;
    }
  | { readonly call: DiskCall; readonly names: "two paths"; done(world: World, from: string, to: string): void }
  | {
      readonly call: DiskCall;
      readonly names: "file";
      done?(world: World, file: OpenFile, args: readonly unknown[], result: unknown): void;
    };

const looks = (call: DiskCall): Meaning => ({ call, names: "path" });
const looksAtFile = (call: DiskCall): Meaning => ({ call, names: "file" });
const flushes: Meaning = { call: "fsync", names: "file", done: ({ power }, { node }) => power.flushed(node) };

/** Each call that is one call to the system, or as good as one, by its name. The rest is made of these. */
const meanings: Readonly<Record<string, Meaning>> = {
  accessSync: looks("stat"),
  statSync: looks("stat"),
  lstatSync: looks("stat"),
  statfsSync: looks("stat"),
  readlinkSync: looks("stat"),
  realpathSync: looks("stat"),
  readdirSync: looks("readdir"),
  opendirSync: looks("readdir"),
  chmodSync: looks("chmod"),
  utimesSync: looks("chmod"),
  lutimesSync: looks("chmod"),
  chownSync: looks("chown"),
  lchownSync: looks("chown"),
  fstatSync: looksAtFile("stat"),
  fchmodSync: looksAtFile("chmod"),
  futimesSync: looksAtFile("chmod"),
  fchownSync: looksAtFile("chown"),
  fsyncSync: flushes,
  fdatasyncSync: flushes,
  unlinkSync: { call: "unlink", names: "path", done: ({ power }, path) => power.removed(path) },
  rmdirSync: { call: "rmdir", names: "path", done: ({ power }, path) => power.removed(path) },
  mkdirSync: { call: "mkdir", names: "path", done: ({ power }, path) => power.folderMade(path) },
  mkdtempSync: {
    call: "mkdir",
    names: "path",
    done: ({ disk, power }, _, __, made) => power.folderMade(disk.below(made) ?? ""),
  },
  renameSync: { call: "rename", names: "two paths", done: renamed },
  linkSync: { call: "link", names: "two paths", done: ({ power }, from, to) => power.linked(from, to) },
  openSync: { call: "open", names: "path", done: opened },
  closeSync: { call: "close", names: "file", done: ({ files }, _, [fd]) => void files.delete(fd as number) },
  readSync: {
    call: "read",
    names: "file",
    done: (_, file, [, , second, , position], count) => {
      // The buffer may be followed by one object.
      moved(file, asOptions(second)?.["position"] ?? position, count as number);
    },
  },
  readvSync: {
    call: "read",
    names: "file",
    done: (_, file, [, , position], count) => moved(file, position, count as number),
  },
  ftruncateSync: {
    call: "truncate",
    names: "file",
    done: ({ power }, { node }, [, length]) => power.truncated(node, Number(length ?? 0)),
  },
};

/** The calls that a disk sees, but for those that are made of several. */
export function callsOf(world: World): Readonly<Record<string, SeenCall>> {
  const calls = Object.entries(meanings).map(([name, meaning]) => [name, seenCall(world, name, meaning)] as const);
  return { ...Object.fromEntries(calls), symlinkSync: symlinkCall(world), ...writingCalls(world) };
}

function seenCall(world: World, name: string, meaning: Meaning): SeenCall {
  const { disk, files } = world;
  const original = system[name]!;
  if (meaning.names === "file") {
    return {
      isOurs: (fd) => files.has(fd as number),
      perform(...args) {
        const file = files.get(args[0] as number)!;
        return disk.perform(meaning.call, file.path, () => {
          const result = original(...args);
          meaning.done?.(world, file, args, result);
          return result;
        });
      },
    };
  }
  if (meaning.names === "two paths") {
    return {
      isOurs: (from, to) => disk.relative(from) !== undefined && disk.relative(to) !== undefined,
      perform(...args) {
        const [from, to] = [disk.relative(args[0])!, disk.relative(args[1])!];
        disk.perform(meaning.call, `${from} > ${to}`, () => {
          original(...args);
          meaning.done(world, from, to);
        });
      },
    };
  }
  return {
    isOurs: (path) => disk.relative(path) !== undefined,
    perform(...args) {
      const path = disk.relative(args[0])!;
      const creates = name === "openSync" && flagsIn(args).creates;
      return disk.perform(creates ? "create" : meaning.call, path, () => {
        const result = original(...args);
        meaning.done?.(world, path, args, result);
        return result;
      });
    },
  };
}

function symlinkCall({ disk, power }: World): SeenCall {
  return {
    isOurs: (_, path) => disk.relative(path) !== undefined,
    perform(...args) {
      const path = disk.relative(args[1])!;
      disk.perform("link", path, () => {
        system["symlinkSync"]!(...args);
        power.symlinked(path, String(system["readlinkSync"]!(args[1])));
      });
    },
  };
}

/** Those that a fault may hit in their middle. */
function writingCalls({ disk, power, files }: World): Readonly<Record<string, SeenCall>> {
  const write = (fd: number, bytes: Uint8Array, at: number | null): unknown => {
    const file = files.get(fd)!;
    const put = (part: Uint8Array): number => {
      const count = system["writeSync"]!(fd, part, 0, part.length, at) as number;
      const place = file.flags.appends ? power.sizeOf(file.node) : (at ?? file.position);
      power.written(file.node, part.subarray(0, count), place);
      if (file.flags.flushes) power.flushed(file.node);
      if (at === null) file.position = place + count;
      return count;
    };
    return disk.perform(
      "write",
      file.path,
      () => put(bytes),
      () => put(bytes.subarray(0, bytes.length >> 1)),
    );
  };
  const isOurs = (fd: unknown): boolean => files.has(fd as number);
  return {
    writeSync: {
      isOurs,
      perform(fd, ...args) {
        const { bytes, at } = chunkOf(args);
        return write(fd as number, bytes, at);
      },
    },
    writevSync: {
      isOurs,
      perform: (fd, views, position) =>
        write(fd as number, Buffer.concat((views as NodeJS.ArrayBufferView[]).map(bytesOf)), placeIn(position)),
    },
  };
}

type Flags = ReturnType<typeof openFlagsOf>;

function flagsIn([, flags]: readonly unknown[]): Flags {
  return openFlagsOf((flags ?? null) as fs.OpenMode | null);
}

function opened({ disk, power, files }: World, path: string, args: readonly unknown[], fd: unknown): void {
  const flags = flagsIn(args);
  const place = disk.behind(args[0] as fs.PathLike, path);
  if (place !== undefined && flags.creates && power.at(place) === undefined) power.created(place);
  const node = place === undefined ? undefined : power.at(place);
  if (flags.truncates && power.sizeOf(node) > 0) power.truncated(node, 0);
  files.set(fd as number, { path: place ?? path, node, flags, position: 0 });
}

function renamed({ power, files }: World, from: string, to: string): void {
  power.renamed(from, to);
  for (const file of files.values()) {
    if (`${file.path}/`.startsWith(`${from}/`)) file.path = to + file.path.slice(from.length);
  }
}

function moved(file: OpenFile, position: unknown, count: number): void {
  if (placeIn(position) === null) file.position += count;
}
