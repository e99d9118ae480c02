// A driver of one file, to which each change appends a line: for tests of what the disk makes of a file that only grows.
import fs from "node:fs";
import { compareNames, declareCapabilities, type Driver } from "@stowage/core";

export interface LogDriverOptions {
  readonly folder: string;
  /** Another folder, which it looks at before each read, and may write to after each change. It keeps no data there. */
  readonly aside?: { readonly folder: string; readonly isWritten: boolean };
  /** Default `true`. */
  readonly flushes?: boolean;
  /** Writes now and then, by itself, that it is alive. */
  readonly beats?: boolean;
}

interface Log {
  readonly texts: ReadonlyMap<string, string>;
  /** The end of its last whole line, in bytes. */
  readonly end: number;
}

const unavailable = /^(?:EACCES|EDQUOT|EIO|EMFILE|ENFILE|ENOSPC|EROFS)$/;

/** Opens a store in a folder that is there. */
export async function logDriver({ folder, aside, flushes = true, beats = false }: LogDriverOptions): Promise<Driver> {
  const file = `${folder}/log`;
  if (!fs.existsSync(file)) {
    fs.closeSync(fs.openSync(file, "a"));
    const fd = fs.openSync(folder, "r");
    fs.fsyncSync(fd);
    fs.closeSync(fd);
  }
  const heart = beats ? beating(folder) : undefined;
  const load = (): Log => {
    if (aside !== undefined) fs.existsSync(`${aside.folder}/last`);
    return logIn(fs.readFileSync(file));
  };
  const append = (name: string, text: string | null): void => {
    const { end } = load();
    const fd = fs.openSync(file, "r+");
    try {
      // Half a line that a process left.
      if (fs.fstatSync(fd).size > end) fs.ftruncateSync(fd, end);
      const line = Buffer.from(`${JSON.stringify([name, text])}\n`);
      fs.writeSync(fd, line, 0, line.length, end);
      if (flushes) fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    if (aside?.isWritten === true) fs.writeFileSync(`${aside.folder}/last`, name);
  };
  const get = (name: string): string | undefined => load().texts.get(name);
  return {
    name: "log",
    capabilities: declareCapabilities({ compareAndSwap: "process", durability: "power" }),
    codeOf: (error) => (unavailable.test((error as NodeJS.ErrnoException).code ?? "") ? "UNAVAILABLE" : undefined),
    async get(name) {
      const text = get(name);
      return text === undefined ? undefined : { text, version: text };
    },
    async put(name, text) {
      append(name, text);
      return { done: true, version: text };
    },
    async remove(name) {
      if (get(name) !== undefined) append(name, null);
      return { done: true, version: null };
    },
    async *list({ prefix, after, before, reverse }) {
      const names = [...load().texts.keys()]
        .filter((name) => name.endsWith(".json") && name.startsWith(prefix))
        .filter((name) => after === undefined || compareNames(name, after) > 0)
        .filter((name) => before === undefined || compareNames(name, before) < 0)
        .sort(compareNames);
      yield reverse ? names.reverse() : names;
    },
    getMarker: async (name) => get(name),
    putMarker: async (name, text) => append(name, text),
    close: async () => clearInterval(heart),
  };
}

function logIn(bytes: Buffer): Log {
  const end = bytes.lastIndexOf("\n") + 1;
  const texts = new Map<string, string>();
  for (const line of bytes.toString("utf8", 0, end).split("\n").filter(Boolean)) {
    const [name, text] = JSON.parse(line) as readonly [string, string | null];
    if (text === null) texts.delete(name);
    else texts.set(name, text);
  }
  return { texts, end };
}

function beating(folder: string): NodeJS.Timeout {
  const beat = (): void => {
    try {
      fs.writeFileSync(`${folder}/.alive-${process.pid}`, String(Date.now()));
    } catch {
      // The next one may get through.
    }
  };
  beat();
  return setInterval(beat, 5).unref();
}
