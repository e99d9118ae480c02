import fs, { constants, type OpenMode, type PathLike } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Disk } from "./disk.ts";
import type { DiskCall } from "./fault.ts";
import { PowerSupply, type TreeNode } from "./power.ts";

/** The calls as they were, and where those stand that take their place. */
const system = { ...fs };
const patched = fs as unknown as Record<string, unknown>;

/** What is open below the folder. */
interface OpenFile {
  /** Below the folder; follows it when it is renamed. */
  path: string;
  readonly node: TreeNode | undefined;
}

/** Calls whose first argument is a path, and which leave names and contents alone. */
const looks = [
  ["statSync", "stat"],
  ["lstatSync", "stat"],
  ["readdirSync", "readdir"],
  ["chmodSync", "chmod"],
  ["chownSync", "chown"],
] as const satisfies readonly (readonly [keyof typeof fs, DiskCall])[];

/**
 * Puts a {@link Disk} between this process and the files of a folder, for as long as the process lives. It sees the calls
 * of `node:fs` that are listed in the code: the synchronous ones that open, read, write, flush, name, and remove, and
 * `fsync` and `fdatasync` with a callback. Other calls pass it by.
 */
export function installDisk(folder: string): Disk {
  const power = new PowerSupply(folder);
  const disk = new Disk(folder, power);
  const files = new Map<number, OpenFile>();
  patchPaths(disk, power);
  patchNames(disk, power, files);
  patchOpen(disk, power, files);
  patchFiles(disk, files);
  patchFlushes(disk, power, files);
  syncBuiltinESMExports();
  return disk;
}

function relative(disk: Disk, path: unknown): string | undefined {
  if (typeof path !== "string" && !(path instanceof URL) && !Buffer.isBuffer(path)) return undefined;
  return disk.relative(resolve(path instanceof URL ? fileURLToPath(path) : path.toString()));
}

function patchPaths(disk: Disk, power: PowerSupply): void {
  for (const [name, call] of looks) {
    // The cast: whatever the arguments are, they are handed on.
    const original = system[name] as (...args: unknown[]) => unknown;
    patched[name] = (...args: unknown[]) => {
      const path = relative(disk, args[0]);
      return path === undefined ? original(...args) : disk.perform(call, path, () => original(...args));
    };
  }
  for (const name of ["unlinkSync", "rmdirSync"] as const) {
    patched[name] = (target: PathLike) => {
      const path = relative(disk, target);
      if (path === undefined) return system[name](target);
      disk.perform(name === "unlinkSync" ? "unlink" : "rmdir", path, () => {
        system[name](target);
        power.removed(path);
      });
    };
  }
  patched["mkdirSync"] = (target: PathLike, options?: fs.MakeDirectoryOptions) => {
    const path = relative(disk, target);
    if (path === undefined) return system.mkdirSync(target, options);
    return disk.perform("mkdir", path, () => {
      const first = system.mkdirSync(target, options);
      power.folderMade(path);
      return first;
    });
  };
}

function patchNames(disk: Disk, power: PowerSupply, files: Map<number, OpenFile>): void {
  for (const name of ["renameSync", "linkSync"] as const) {
    patched[name] = (from: PathLike, to: PathLike) => {
      const [source, target] = [relative(disk, from), relative(disk, to)];
      if (source === undefined || target === undefined) return system[name](from, to);
      disk.perform(name === "renameSync" ? "rename" : "link", `${source} > ${target}`, () => {
        system[name](from, to);
        if (name === "linkSync") return power.linked(source, target);
        power.renamed(source, target);
        for (const file of files.values()) {
          if (`${file.path}/`.startsWith(`${source}/`)) file.path = target + file.path.slice(source.length);
        }
      });
    };
  }
}

function patchOpen(disk: Disk, power: PowerSupply, files: Map<number, OpenFile>): void {
  patched["openSync"] = (target: PathLike, flags: OpenMode = "r", mode?: fs.Mode) => {
    const path = relative(disk, target);
    if (path === undefined) return system.openSync(target, flags, mode);
    const creates = typeof flags === "number" ? (flags & constants.O_CREAT) !== 0 : /[wa]/.test(flags);
    return disk.perform(creates ? "create" : "open", path, () => {
      const fd = system.openSync(target, flags, mode);
      if (creates) power.created(path);
      files.set(fd, { path, node: power.at(path) });
      return fd;
    });
  };
  patched["closeSync"] = (fd: number) => {
    const file = files.get(fd);
    if (file === undefined) return system.closeSync(fd);
    files.delete(fd);
    disk.perform("close", file.path, () => system.closeSync(fd));
  };
}

type WriteArguments = [
  buffer: NodeJS.ArrayBufferView,
  offset?: number | null,
  length?: number | null,
  at?: number | null,
];

function patchFiles(disk: Disk, files: Map<number, OpenFile>): void {
  const write = (fd: number, bytes: Uint8Array): number => {
    const path = files.get(fd)?.path ?? "";
    const half = (): void => void system.writeSync(fd, bytes.subarray(0, bytes.length >> 1));
    return disk.perform("write", path, () => system.writeSync(fd, bytes), half);
  };
  const calls: Readonly<Record<string, DiskCall>> = { readSync: "read", fstatSync: "stat", ftruncateSync: "truncate" };
  for (const [name, call] of Object.entries(calls)) {
    const original = (system as unknown as Record<string, (fd: number, ...args: unknown[]) => unknown>)[name]!;
    patched[name] = (fd: number, ...args: unknown[]) => {
      const file = files.get(fd);
      return file === undefined ? original(fd, ...args) : disk.perform(call, file.path, () => original(fd, ...args));
    };
  }
  patched["writeSync"] = (fd: number, ...args: WriteArguments) => {
    if (!files.has(fd)) return system.writeSync(fd, ...args);
    return disk.perform("write", files.get(fd)!.path, () => system.writeSync(fd, ...args));
  };
  // Node does this below JavaScript, in steps that a fault must be able to come between.
  patched["writeFileSync"] = (
    target: fs.PathOrFileDescriptor,
    data: string | Uint8Array,
    options: fs.WriteFileOptions = {},
  ) => {
    const isOurs = typeof target === "number" ? files.has(target) : relative(disk, target) !== undefined;
    if (!isOurs) return system.writeFileSync(target, data, options);
    const { flag = "w", mode, encoding, flush } = typeof options === "string" ? { encoding: options } : (options ?? {});
    const bytes = typeof data === "string" ? Buffer.from(data, encoding ?? "utf8") : data;
    if (typeof target === "number") return void writeAll(target, bytes, write);
    // By the names that are patched, not by what was imported here.
    const fd = fs.openSync(target, flag, mode ?? 0o666);
    try {
      writeAll(fd, bytes, write);
      if (flush === true) fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  };
}

function writeAll(fd: number, bytes: Uint8Array, write: (fd: number, bytes: Uint8Array) => number): void {
  // An empty text is written too: there is a moment of it.
  for (let done = 0, isFirst = true; isFirst || done < bytes.length; isFirst = false)
    done += write(fd, bytes.subarray(done));
}

function patchFlushes(disk: Disk, power: PowerSupply, files: Map<number, OpenFile>): void {
  const flush = (fd: number, { path, node }: OpenFile): void => {
    disk.perform("fsync", path, () => {
      system.fsyncSync(fd);
      // One that was removed meanwhile is gone, flushed or not.
      if (power.at(path) === node) power.flushed(node, () => system.readFileSync(`${disk.folder}/${path}`));
    });
  };
  for (const name of ["fsync", "fdatasync"] as const) {
    patched[`${name}Sync`] = (fd: number) => {
      const file = files.get(fd);
      return file === undefined ? system[`${name}Sync`](fd) : flush(fd, file);
    };
    patched[name] = (fd: number, done: fs.NoParamCallback) => {
      const file = files.get(fd);
      if (file === undefined) return system[name](fd, done);
      // The turn of the loop that waiting for the disk takes.
      setImmediate(() => {
        let failure: NodeJS.ErrnoException | null = null;
        try {
          flush(fd, file);
        } catch (error) {
          failure = error as NodeJS.ErrnoException;
        }
        done(failure);
      });
    };
  }
}
