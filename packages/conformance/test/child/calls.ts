// Makes calls of every kind in every form, in an order that a seed gives: calls.ts FOLDER SEED disk|plain. Says what became of
// each, and what lies in the folder; with a disk, fails as soon as it was told something else than what is there.
import fs from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { installDisk } from "../../src/disk/install.ts";
import { readTree } from "../../src/disk/tree.ts";

const [folder = "", seed = "1", how] = process.argv.slice(2);
const disk = how === "disk" ? installDisk(folder) : undefined;

let state = Number(seed);
function random(below: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return (state >>> 8) % below;
}
function one<T>(of: readonly T[]): T {
  return of[random(of.length)] as T;
}

type Call = (...args: readonly unknown[]) => unknown;
const sync = fs as unknown as Readonly<Record<string, Call>>;
const promises = fs.promises as unknown as Readonly<Record<string, Call>>;

/** A call in one of its forms. */
async function call(name: string, ...args: readonly unknown[]): Promise<unknown> {
  const form = random(promises[name] === undefined ? 2 : 3);
  if (form === 0) return sync[`${name}Sync`]!(...args);
  if (form === 2) return promises[name]!(...args);
  return new Promise((resolve, reject) => {
    sync[name]!(...args, (error: unknown, result: unknown) => {
      if (error === null || error === undefined) resolve(result);
      else reject(error as Error);
    });
  });
}

const names = ["a", "b", "c", "d/a", "d/b", "d/e/a", "d", "d/e", "link", "d/link"];
const path = (): string => `${folder}/${one(names)}`;
const text = (): string => one(["", "x", "four", "a longer text"]).repeat(1 + random(3));
const flags = ["r", "r+", "w", "wx", "w+", "a", "a+", "as", fs.constants.O_RDWR | fs.constants.O_CREAT];

async function withNumber(): Promise<void> {
  const fd = fs.openSync(path(), one(flags));
  try {
    for (let i = random(6); i > 0; i--) {
      const at = one([null, 0, 3, 9]);
      const [bytes, buffer] = [Buffer.from(text()), Buffer.alloc(5)];
      await one([
        () => call("write", fd, bytes, 0, bytes.length, at),
        () => sync["writeSync"]!(fd, bytes, { position: at }),
        () => fs.writeSync(fd, text(), at),
        () => call("writev", fd, [bytes, Buffer.from("-")], at),
        () => call("read", fd, buffer, 0, 5, at),
        () => call("readv", fd, [buffer, buffer], at),
        () => fs.readFileSync(fd),
        () => call("ftruncate", fd, random(12)),
        () => fs.appendFileSync(fd, bytes),
        () => call("fsync", fd),
      ])();
    }
  } finally {
    fs.closeSync(fd);
  }
}

async function withHandle(): Promise<void> {
  const handle: FileHandle = await open(path(), one(flags));
  try {
    for (let i = random(6); i > 0; i--) {
      const at = one([null, 0, 3]);
      await one<() => unknown>([
        () => handle.write(text(), at),
        () => handle.write(Buffer.from("12345"), 1, 3, at),
        () => handle.writev([Buffer.from(text()), Buffer.from("-")]),
        () => handle.read(Buffer.alloc(4), 0, 4, at),
        () => handle.read(),
        () => handle.readFile("utf8"),
        () => handle.writeFile(text()),
        () => handle.appendFile(text()),
        () => handle.truncate(random(12)),
        () => handle.datasync(),
      ])();
    }
  } finally {
    await handle.close();
  }
}

/** Reads into a buffer of its own first, and writes all of it somewhere else. */
async function withWebStream(): Promise<void> {
  const handle = await open(path(), "r");
  try {
    // Of a folder, Node rejects a promise that nobody has.
    if (!(await handle.stat()).isFile()) return;
    // Older versions of Node must be asked for bytes.
    const stream: ReadableStream = handle.readableWebStream({ type: "bytes" } as object);
    const reader = stream.getReader({ mode: "byob" });
    const first = await reader.read(new Uint8Array(3));
    reader.releaseLock();
    const pieces = [first.value ?? new Uint8Array()];
    if (!first.done) for await (const piece of stream) pieces.push(piece as Uint8Array<ArrayBuffer>);
    fs.writeFileSync(path(), Buffer.concat(pieces));
  } finally {
    await handle.close();
  }
}

const steps: readonly (() => unknown)[] = [
  withNumber,
  withNumber,
  withHandle,
  withHandle,
  withWebStream,
  () => call("writeFile", path(), text()),
  () => call("writeFile", path(), text(), { flag: one(["wx", "a"]), flush: true }),
  () => fs.promises.writeFile(path(), [text(), text()]),
  () => call("appendFile", path(), text()),
  () => call("copyFile", path(), path(), one([0, fs.constants.COPYFILE_EXCL])),
  () => call("truncate", path(), random(12)),
  () => call("rename", path(), path()),
  () => call("rename", path(), path()),
  () => call("link", path(), path()),
  () => call("symlink", one(["a", "d", "nowhere"]), path()),
  () => call("unlink", path()),
  () => call("rmdir", path()),
  () => call("rm", path(), { recursive: one([true, false]) }),
  () => call("rm", `${folder}/${one(["a", "d", "link", "none"])}`, { recursive: true, force: true }),
  () => call("mkdir", path(), { recursive: one([true, false]) }),
  () => call("mkdir", path()),
  () => call("mkdtemp", `${folder}/t-`).then((made) => call("rmdir", made)),
  () => call("readFile", path()),
  () => pipeline([text()], fs.createWriteStream(path())).catch(() => {}),
];

const outcomes: string[] = [];
for (let i = 0; i < 1000; i++) {
  const step = one(steps);
  try {
    await step();
    outcomes.push("done");
  } catch (error) {
    const { code, stack } = error as NodeJS.ErrnoException;
    // Not every call can be made of whatever is there.
    // Node's own forms don't agree on which of the two it is.
    outcomes.push(code === "ENOTDIR" ? "ENOENT" : (code ?? stack ?? String(error)));
  }
  try {
    disk?.check();
  } catch (cause) {
    throw new Error(`step ${i}: ${String(step)}`, { cause });
  }
}
console.log(JSON.stringify({ outcomes, tree: readTree(folder).toSorted((a, b) => (a.path < b.path ? -1 : 1)) }));
