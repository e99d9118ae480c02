import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { type Call, type SeenCall, system, type World } from "./calls.ts";
import { bytesOf } from "./open-file.ts";

type Options = Readonly<Record<string, unknown>>;

/** Node does these below JavaScript, in steps that a fault must be able to come between. */
export function wholeCallsOf({ disk, files }: World): Readonly<Record<string, SeenCall>> {
  const isOurs = (target: unknown): boolean =>
    typeof target === "number" ? files.has(target) : disk.relative(target) !== undefined;
  const read: Call = (target, options) => {
    const { flag, encoding } = optionsIn(options);
    return opened(target, flag ?? "r", undefined, (fd) => {
      const file = files.get(fd)!;
      return disk.perform("read", file.path, () => {
        const content = system["readFileSync"]!(fd, { encoding });
        file.position = Math.max(file.position, (system["fstatSync"]!(fd) as fs.Stats).size);
        return content;
      });
    });
  };
  const calls: Readonly<Record<string, Call>> = {
    existsSync: exists,
    readFileSync: read,
    writeFileSync: (target, data, options) => write(target, data, { flag: "w", ...optionsIn(options) }),
    appendFileSync: (target, data, options) => write(target, data, { flag: "a", ...optionsIn(options) }),
    truncateSync: (target, length) =>
      opened(target, "r+", undefined, (fd) => fs.ftruncateSync(fd, length as number | undefined)),
    rmSync: (target, options) => remove(target as fs.PathLike, (options ?? {}) as fs.RmOptions),
  };
  const seen = Object.entries(calls).map(([name, perform]) => [name, { isOurs, perform }] as const);
  return {
    ...Object.fromEntries(seen),
    copyFileSync: { isOurs: (from, to) => isOurs(from) || isOurs(to), perform: copy },
  };
}

function optionsIn(options: unknown): Options {
  const given = typeof options === "string" ? { encoding: options } : ((options ?? {}) as Options);
  // A default is taken for what is there and undefined, too.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
}

/** Calls with a file: one that is open, or one that is open meanwhile. By the names that are patched. */
function opened<T>(target: unknown, flag: unknown, mode: unknown, body: (fd: number) => T): T {
  if (typeof target === "number") return body(target);
  const fd = fs.openSync(target as fs.PathLike, flag as fs.OpenMode, mode as fs.Mode | undefined);
  try {
    return body(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function exists(path: unknown): boolean {
  try {
    fs.accessSync(path as fs.PathLike);
    return true;
  } catch {
    return false;
  }
}

function write(target: unknown, data: unknown, { flag, mode, encoding = "utf8", flush }: Options): void {
  const bytes =
    typeof data === "string" ? Buffer.from(data, encoding as BufferEncoding) : bytesOf(data as NodeJS.ArrayBufferView);
  opened(target, flag, mode, (fd) => {
    for (let done = 0; done < bytes.length;) done += fs.writeSync(fd, bytes.subarray(done));
    if (flush === true) fs.fsyncSync(fd);
  });
}

function copy(from: unknown, to: unknown, mode: unknown): void {
  const { COPYFILE_EXCL, O_CREAT, O_EXCL, O_WRONLY } = fs.constants;
  const isNew = (Number(mode ?? 0) & COPYFILE_EXCL) !== 0;
  opened(from, "r", undefined, (source) => {
    // A file may be copied to itself, so it is not made empty before it is read.
    opened(to, O_WRONLY | O_CREAT | (isNew ? O_EXCL : 0), fs.fstatSync(source).mode, (target) => {
      try {
        const bytes = fs.readFileSync(source);
        fs.ftruncateSync(target);
        write(target, bytes, {});
      } catch (error) {
        // As Node does: what is no copy does not stay.
        fs.unlinkSync(to as fs.PathLike);
        throw error;
      }
    });
  });
}

function remove(target: fs.PathLike, options: fs.RmOptions): void {
  try {
    const path = target instanceof URL ? fileURLToPath(target) : target.toString();
    if (!fs.lstatSync(path).isDirectory()) return fs.unlinkSync(path);
    // It says itself that this is a folder.
    if (options.recursive !== true) return void system["rmSync"]!(target, options);
    for (const name of fs.readdirSync(path)) remove(`${path}/${name}`, options);
    fs.rmdirSync(path);
  } catch (error) {
    const isAbsent = /^(?:ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? "");
    if (options.force !== true || !isAbsent) throw error;
  }
}
