import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { appendFile, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

/** How a driver reaches its files. */
export interface Files {
  /** Resolves to `undefined` where there is none. */
  read(path: string): Promise<string | undefined>;
  /** Makes a file, or writes over what is there. */
  write(path: string, text: string, flush: boolean): Promise<void>;
  flush(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Does nothing where there is none. */
  remove(path: string): Promise<void>;
  names(folder: string): Promise<string[]>;
}

async function orAbsent<T>(call: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

const { writeFileSync, openSync, fsyncSync, closeSync, renameSync, rmSync, readFileSync, readdirSync, existsSync } = fs;

/** The synchronous calls. */
const sync: Files = {
  read: (path) => orAbsent(() => readFileSync(path, "utf8")),
  write: async (path, text, flush) => writeFileSync(path, text, { flush }),
  async flush(path) {
    const fd = openSync(path, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  },
  rename: async (from, to) => renameSync(from, to),
  remove: async (path) => rmSync(path, { force: true }),
  names: async (folder) => readdirSync(folder),
};

/** The same, but that it asks first whether there is a file, and takes a disk that fails for one that says no. */
const asking: Files = { ...sync, read: async (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined) };

/** The ones that Node tells a callback of. */
const callbacks: Files = {
  read: (path) =>
    new Promise((resolve, reject) => {
      fs.readFile(path, "utf8", (error, text) => {
        if (error === null) resolve(text);
        else if (error.code === "ENOENT") resolve(undefined);
        else reject(error);
      });
    }),
  async write(path, text, flush) {
    const fd = await promisify(fs.open)(path, "w", 0o644);
    try {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await promisify(fs.write)(fd, bytes, done, bytes.length - done, done);
        done += bytesWritten;
      }
      if (flush) await promisify(fs.fdatasync)(fd);
    } finally {
      await promisify(fs.close)(fd);
    }
  },
  async flush(path) {
    const fd = await promisify(fs.open)(path, "r", 0);
    try {
      await promisify(fs.fsync)(fd);
    } finally {
      await promisify(fs.close)(fd);
    }
  },
  rename: promisify(fs.rename),
  remove: async (path) => orAbsent(() => promisify(fs.unlink)(path)),
  names: (folder) => promisify(fs.readdir)(folder),
};

/** The ones of `node:fs/promises`, by path. */
const promises: Files = {
  read: (path) => orAbsent(() => readFile(path, "utf8")),
  write: (path, text, flush) => writeFile(path, text, { flush }),
  async flush(path) {
    await using handle = await open(path);
    await handle.sync();
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  names: (folder) => readdir(folder),
};

const { promises: required } = createRequire(import.meta.url)("fs") as typeof fs;

/** The methods of file handles, as CommonJS gets at them. */
const handles: Files = {
  ...promises,
  read: (path) =>
    orAbsent(async () => {
      await using handle = await required.open(path);
      const { size } = await handle.stat();
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(size) });
      return buffer.toString("utf8", 0, bytesRead);
    }),
  async write(path, text, flush) {
    const handle = await required.open(path, "w");
    try {
      await handle.truncate();
      const half = text.length >> 1;
      // It may be less than was asked for.
      await handle.appendFile(text.slice(0, half));
      await handle.writeFile(text.slice(half));
      if (flush) await handle.datasync();
    } finally {
      await handle.close();
    }
  },
};

/** Streams, also over a handle. */
const streams: Files = {
  ...promises,
  read: (path) =>
    orAbsent(async () => {
      let text = "";
      for await (const chunk of fs.createReadStream(path, "utf8")) text += chunk as string;
      return text;
    }),
  async write(path, text, flush) {
    const handle = await open(path, "w");
    await pipeline([text], handle.createWriteStream({ flush }));
  },
};

/** Several ways by turns: what one wrote the other flushes. */
const mixed: Files = {
  ...callbacks,
  read: promises.read,
  async write(path, text, flush) {
    const folder = `${path}~`;
    fs.mkdirSync(folder, { recursive: true });
    try {
      const fd = fs.openSync(`${folder}/a`, "w+");
      try {
        const bytes = Buffer.from(text);
        for (let done = 0; done < bytes.length;) done += fs.writevSync(fd, [bytes.subarray(done)]);
      } finally {
        fs.closeSync(fd);
      }
      await promisify(fs.copyFile)(`${folder}/a`, path);
      await appendFile(path, "");
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
    if (flush) await sync.flush(path);
  },
};

/** What no patch of `node:fs` reaches: another program. */
const program: Files = {
  ...sync,
  async write(path, text) {
    execFileSync("sh", ["-c", 'cat > "$1"; sync "$1"', "sh", path], { input: text });
  },
};

/** The same in a thread, which has a `node:fs` of its own. */
const thread: Files = {
  ...sync,
  write: (path, text) =>
    new Promise((resolve, reject) => {
      const source =
        "const { workerData: [path, text] } = require('worker_threads'); require('fs').writeFileSync(path, text)";
      new Worker(source, { eval: true, workerData: [path, text] }).once("exit", () => resolve()).once("error", reject);
    }),
};

export const styles: Readonly<Record<string, Files>> = {
  sync,
  asking,
  callbacks,
  promises,
  handles,
  streams,
  mixed,
  program,
  thread,
};
