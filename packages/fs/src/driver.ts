import type { Capabilities, Driver, Foreign, Outcome, Range, Stored, StorageErrorCode } from "@stowage/core";
import { declareCapabilities, Gate, markerName, markerText, readonly as refuseChanges } from "@stowage/core";
import { behindChange, codeOf } from "./codes.ts";
import { Failures } from "./failures.ts";
import { walkForeign } from "./foreign.ts";
import { type Held, LockFolder } from "./lock.ts";
import { openError, prepareFolder } from "./open.ts";
import { completeOptions, type FsOptions } from "./options.ts";
import { newOwner } from "./owner.ts";
import { Pending } from "./pending.ts";
import { type FileSystemTraits, look, probe } from "./probe.ts";
import { readBytes, readRecord, Written } from "./record.ts";
import { Root } from "./root.ts";
import { foldName, Spelling } from "./spelling.ts";
import { isTempName, TempFiles } from "./temp.ts";
import { Turn } from "./turn.ts";
import { walk } from "./walk.ts";
import { syncFolder, Writer } from "./write.ts";

const pageSize = 256;
/** Each waits for the disk with a file open; thousands would use up the descriptors of the process. */
const durableWritesMax = 64;
/** OpenCode writes in place, within a fraction of this time. */
const foreignWriteMs = 10;

/**
 * Opens a folder of records in OpenCode's layout, and makes it if it is missing. Any number of processes may use it at
 * once, on hosts that share it too, and OpenCode may read it meanwhile.
 *
 * @example new Store(await fs({ path: "/home/me/.local/share/opencode/storage" }))
 * @throws StorageError INVALID_VALUE for a wrong or unknown option; NOT_FOUND when the folder is missing and is not to
 * be made; UNSUPPORTED when a newer format wrote it, when it is a file, or when the store lies around it or in it;
 * UNAVAILABLE when the disk or the rights are missing.
 */
export async function fs(options: FsOptions): Promise<Driver> {
  const checked = completeOptions(options);
  const { path, create, readonly } = checked;
  const isNew = prepareFolder(path, create);
  const owner = newOwner();
  try {
    if (readonly) return refuseChanges(new FsDriver(checked, owner, look(path)));
    const driver = new FsDriver(checked, owner, probe(path, owner));
    if (isNew) await driver.putMarker(markerName, markerText);
    driver.sweep();
    return driver;
  } catch (error) {
    throw openError(path, error);
  }
}

/**
 * All file calls are synchronous, save those that wait for the disk. A call by way of the thread pool costs Node 150 to
 * 200 µs of processor time around the 15 µs of work that a small file is; and without an await in it, the stretch under
 * a lock can't be drawn out by whatever else the process does. {@link Turn} keeps long chains from blocking others.
 */
export class FsDriver implements Driver {
  readonly name: string = "fs";
  readonly capabilities: Capabilities;
  readonly tornReadDelayMs: number = foreignWriteMs;
  readonly location: string;
  readonly #root: Root;
  /** Whether what dead processes left behind may be cleared away. */
  readonly #clears: boolean;
  readonly #waitsForDisk: boolean;
  readonly #locks: LockFolder;
  readonly #writer: Writer;
  readonly #pending: Pending;
  readonly #turn = new Turn();
  readonly #durableWrites = new Gate(durableWritesMax);
  /** Present where the file system folds names. */
  readonly #spelling: Spelling | undefined;

  constructor(options: Required<FsOptions>, owner: string, traits: FileSystemTraits) {
    const { path, durability, lockTimeoutMs, readonly } = options;
    const root = new Root(path);
    this.location = `fs:${root.realPath}`;
    this.#root = root;
    this.#clears = !readonly;
    this.#waitsForDisk = durability === "power";
    this.#locks = new LockFolder({ root, owner, timeoutMs: lockTimeoutMs });
    this.#writer = new Writer({ root, owner, newFileMode: traits.newFileMode });
    this.#pending = new Pending(root);
    this.#spelling = traits.caseSensitive ? undefined : new Spelling(path);
    this.capabilities = declareCapabilities({
      compareAndSwap: "store",
      durability,
      caseSensitive: traits.caseSensitive,
    });
  }

  /** Clears away what processes that died left of their locks. */
  sweep(): void {
    this.#locks.sweep();
  }

  async get(name: string): Promise<Stored | undefined> {
    if (this.#turn.isOver()) await this.#turn.next();
    return this.#read(name);
  }

  async put(name: string, text: string, ifVersion?: string | null): Promise<Outcome> {
    return this.#locked(name, (held) => {
      if (ifVersion !== undefined) {
        const version = this.#read(name)?.version ?? null;
        if (version !== ifVersion) return { done: false, version };
      }
      return this.#write(name, text, new Written(text), held);
    });
  }

  async update(name: string, edit: (stored: Stored) => string | undefined): Promise<boolean> {
    return this.#locked(name, (held) => {
      const stored = this.#read(name);
      if (stored === undefined) return false;
      const text = edit(stored);
      return text === undefined ? true : this.#write(name, text, true, held);
    });
  }

  async remove(name: string, ifVersion?: string): Promise<Outcome> {
    const gone: Outcome = { done: true, version: null };
    return this.#locked(name, (held) => {
      if (ifVersion !== undefined) {
        const version = this.#read(name)?.version ?? null;
        if (version !== ifVersion) return { done: false, version };
      }
      if (this.#spelling?.isExact(name) === false) return gone;
      const left = this.#writer.remove(name, held);
      if (left === undefined) {
        this.#root.check();
        return gone;
      }
      if (this.#waitsForDisk) return flushed(left, gone);
      this.#pending.add(name);
      return gone;
    });
  }

  /** Yields all that can be read before the first error, if there was one, ends it: it must not hide what lies behind. */
  async *list(range: Range): AsyncGenerator<readonly string[]> {
    this.#root.check();
    const size = Math.min(pageSize, range.limit ?? pageSize);
    const failures = new Failures();
    let page: string[] = [];
    for (const run of this.#walk(range, (error) => failures.add(error))) {
      if (this.#turn.isOver()) await this.#turn.next();
      for (const name of run) {
        if (page.push(name) < size) continue;
        yield page;
        page = [];
      }
      // A caller who takes only so many would never come to the end, and miss what could not be read.
      if (range.limit !== undefined && failures.any) break;
    }
    if (page.length > 0) yield page;
    this.#root.check();
    failures.rethrow();
  }

  async getMarker(name: string): Promise<string | undefined> {
    const bytes = readBytes(`${this.#root.path}/${name}`);
    if (bytes === undefined) this.#root.check();
    return bytes?.toString("utf8");
  }

  async putMarker(name: string, text: string): Promise<void> {
    this.#root.check();
    // Whatever else is flushed: of an empty one OpenCode takes the store for one of its oldest layout. A store gets one or two.
    return this.#writer.replaceDurably(name, text);
  }

  async *foreign(): AsyncGenerator<Foreign> {
    this.#root.check();
    const failures = new Failures();
    for (const found of walkForeign(this.#root.path, (error) => failures.add(error))) {
      if (this.#turn.isOver()) await this.#turn.next();
      yield* found;
    }
    this.#root.check();
    failures.rethrow();
  }

  async sync(): Promise<void> {
    if (!this.#waitsForDisk) await this.#pending.flush(() => this.#everything());
  }

  async close(): Promise<void> {
    if (this.#clears) this.#locks.close();
  }

  codeOf(error: unknown): StorageErrorCode | undefined {
    return codeOf(error);
  }

  #read(name: string): Stored | undefined {
    const stored = readRecord(`${this.#root.path}/${name}`);
    if (stored !== undefined && this.#spelling?.isExact(name) !== false) return stored;
    this.#root.check();
    return undefined;
  }

  /** Writes under the record's lock. Returns a promise only where it waits for the disk. */
  #write<T>(name: string, text: string, result: T, held: Held): T | Promise<T> {
    this.#spelling?.checkFree(name);
    if (this.#waitsForDisk) return this.#writer.replaceDurably(name, text, held).then(() => result);
    this.#writer.replace(name, text, held);
    this.#pending.add(name);
    return result;
  }

  /** Every change of a record, conditional or not: a write that takes no lock could be lost to an update that does. */
  async #locked<T>(name: string, body: (held: Held) => T | Promise<T>): Promise<T> {
    if (this.#turn.isOver()) await this.#turn.next();
    const lockName = this.#spelling === undefined ? name : foldName(name);
    const run = (): Promise<T> => this.#locks.run(lockName, body);
    return this.#waitsForDisk ? this.#durableWrites.run(run) : run();
  }

  /** The names of all files. */
  *#everything(): Generator<readonly string[]> {
    yield [markerName];
    yield* this.#walk({ prefix: "", reverse: false }, (error) => {
      throw error;
    });
  }

  *#walk(range: Range, onError: (error: unknown) => void): Generator<readonly string[]> {
    if (range.prefix !== "" && this.#spelling?.isExact(range.prefix) === false) return;
    const temps = new TempFiles();
    yield* walk(this.#root.path, range, {
      onDotFile: (folder, name) => {
        if (this.#clears && isTempName(name)) temps.clear(`${folder}/${name}`, name);
      },
      onError,
    });
  }
}

/** Flushes the folder that a file was removed from. */
async function flushed<T>(folder: string, result: T): Promise<T> {
  try {
    await syncFolder(folder);
  } catch (error) {
    throw behindChange(error);
  }
  return result;
}
