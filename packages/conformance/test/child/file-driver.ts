// A driver of one file for each record, which reaches its files in one of several ways: for tests of what the disk sees.
import { compareNames, declareCapabilities, type Driver, KeyedLock, type Stored } from "@stowage/core";
import { styles } from "./file-styles.ts";

export interface FileDriverOptions {
  readonly folder: string;
  /** Which of {@link styles}. */
  readonly style: string;
  /** What it does wrong: it flushes nothing, it flushes files and no folder, or it writes over what is there. */
  readonly fault?: "flushes nothing" | "flushes no folder" | "writes in place";
}

const unavailable = /^(?:EACCES|EDQUOT|EIO|EMFILE|ENFILE|ENOSPC|EROFS)$/;

/** Opens a store in a folder that is there. */
export async function fileDriver({ folder, style, fault }: FileDriverOptions): Promise<Driver> {
  const files = styles[style]!;
  const pathOf = (name: string): string => `${folder}/${encodeURIComponent(name)}`;
  // One after the other, as they share a temporary file: one that could not be removed goes with the next.
  const lock = new KeyedLock();
  const temp = `${folder}/.${process.pid}`;
  const replace = async (path: string, text: string): Promise<void> => {
    try {
      await files.write(temp, text, fault !== "flushes nothing");
      await files.rename(temp, path);
    } catch (error) {
      await files.remove(temp).catch(() => {});
      throw error;
    }
  };
  const write = (name: string, text: string): Promise<void> =>
    lock.run("", () =>
      fault === "writes in place" ? files.write(pathOf(name), text, true) : replace(pathOf(name), text),
    );
  const flushFolder = async (): Promise<void> => {
    if (fault !== "flushes nothing" && fault !== "flushes no folder") await files.flush(folder);
  };
  const get = async (name: string): Promise<Stored | undefined> => {
    const text = await files.read(pathOf(name));
    return text === undefined ? undefined : { text, version: text };
  };
  return {
    name: "files",
    capabilities: declareCapabilities({ compareAndSwap: "process", durability: "power" }),
    codeOf: (error) => (unavailable.test((error as NodeJS.ErrnoException).code ?? "") ? "UNAVAILABLE" : undefined),
    get,
    async put(name, text) {
      await write(name, text);
      await flushFolder();
      return { done: true, version: text };
    },
    async remove(name) {
      await files.remove(pathOf(name));
      await flushFolder();
      return { done: true, version: null };
    },
    async *list({ prefix, after, before, reverse }) {
      const names = (await files.names(folder))
        .filter((name) => !name.startsWith("."))
        .map(decodeURIComponent)
        .filter((name) => name.endsWith(".json") && name.startsWith(prefix))
        .filter((name) => after === undefined || compareNames(name, after) > 0)
        .filter((name) => before === undefined || compareNames(name, before) < 0)
        .sort(compareNames);
      yield reverse ? names.reverse() : names;
    },
    getMarker: async (name) => (await get(name))?.text,
    async putMarker(name, text) {
      await write(name, text);
      await flushFolder();
    },
  };
}
