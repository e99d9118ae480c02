import { type PathLike, realpathSync } from "node:fs";
import { constants } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { die } from "../child/die.ts";
import { canFail, type DiskCall, type DiskErrorCode, type DiskFault, type PowerLoss } from "./fault.ts";
import type { PowerSupply } from "./power.ts";
import type { Tree } from "./tree.ts";

/** The call as it was before anything was put in front of it. */
const realPath = realpathSync.native;

/** A fault with the number of calls that fitted it. */
interface Armed {
  readonly fault: DiskFault;
  readonly path: RegExp;
  seen: number;
}

/** What stands between a process and the files of one folder: counts its calls, and lets faults happen. */
export class Disk {
  readonly folder: string;
  readonly #power: PowerSupply;
  #armed: Armed[] = [];
  #hits = 0;
  /** Set while a call is made: what Node does for it, by calls of its own, is a part of it. */
  #isInside = false;

  constructor(folder: string, power: PowerSupply) {
    this.folder = realPath(folder);
    this.#power = power;
  }

  /** How many faults have happened. */
  get hits(): number {
    return this.#hits;
  }

  /** Sets what is to happen from now on; each fault happens once. */
  arm(faults: readonly DiskFault[]): void {
    this.#armed = faults.map((fault) => ({ fault, path: new RegExp(fault.path ?? ""), seen: 0 }));
  }

  /** Says that files were changed by calls that it has not seen, where they were: then nothing that it does is true. */
  complaint(): string | undefined {
    const path = this.#inside(() => this.#power.untold());
    if (path === undefined) return undefined;
    const what = `${JSON.stringify(path)} was changed by calls that the suite's disk does not see`;
    const who = "native code, a worker thread, another process, or a call of node:fs that it does not know";
    return `${what} (${who}), so its failures and power cuts can't be tried: leave "files" out of the recipe`;
  }

  /** Fails where there is a complaint. */
  check(): void {
    const complaint = this.complaint();
    if (complaint !== undefined) throw new Error(complaint);
  }

  /**
   * Lets the body be done, which changes records. Fails where it changed no file below the folder: whatever may be broken or
   * lost there, it is none of the data.
   */
  async changing<T>(body: () => Promise<T>): Promise<T> {
    const before = this.#power.changes;
    const result = await body();
    this.check();
    if (this.#power.changes === before) {
      const what = `records were changed, and nothing below ${JSON.stringify(this.folder)} was`;
      throw new Error(
        `${what}, so its failures and power cuts can't be tried: as "files", give the folder of the data`,
      );
    }
    return result;
  }

  /** Cuts the power: takes what was not flushed, and ends the process. */
  cut(loses: PowerLoss): never {
    this.check();
    this.#inside(() => this.#power.cut(loses));
    return die();
  }

  /** What a power cut would leave if it came now. `seed` is for what chance decides. */
  left(loses: PowerLoss, seed?: number): Tree {
    return this.#power.left(loses, seed);
  }

  /** Calls back at once, and after each change to what a power cut would leave, until the body has ended. */
  async watch<T>(onChange: () => void, body: () => Promise<T>): Promise<T> {
    onChange();
    this.#power.watch(onChange);
    try {
      return await body();
    } finally {
      this.#power.watch(undefined);
    }
  }

  /** The path below the folder that an argument names; `undefined` for one that is not ours. */
  relative(target: unknown): string | undefined {
    return this.#isInside ? undefined : this.below(target);
  }

  /** The same, also for who makes a call for the disk itself. */
  below(target: unknown): string | undefined {
    if (typeof target !== "string" && !(target instanceof URL) && !Buffer.isBuffer(target)) return undefined;
    const path = placeOf(resolve(target instanceof URL ? fileURLToPath(target) : target.toString()));
    if (path === this.folder) return "";
    return path.startsWith(`${this.folder}/`) ? path.slice(this.folder.length + 1) : undefined;
  }

  /** The path below the folder of the file that a call opened: another one than it named, or none of ours, behind a link. */
  behind(target: PathLike, named: string): string | undefined {
    try {
      return this.below(realPath(target));
    } catch {
      // Somebody has removed or renamed it already.
      return named;
    }
  }

  /** Makes a call, unless a fault happens instead. `half` is what a fault in its middle does. */
  perform<T>(call: DiskCall, path: string, body: () => T, half: () => void = () => {}): T {
    const fault = this.#next(call, path);
    if (fault === undefined) return this.#inside(body);
    this.#hits++;
    const { when = "before", does } = fault;
    if (when === "half") this.#inside(half);
    if (does !== "kill" && "fail" in does) {
      // A file is closed, whatever the system says about it.
      if (call === "close") this.#inside(body);
      throw systemError(does.fail, call, path);
    }
    if (when === "after") this.#inside(body);
    return does === "kill" ? die() : this.cut(does.cut);
  }

  #inside<T>(body: () => T): T {
    this.#isInside = true;
    try {
      return body();
    } finally {
      this.#isInside = false;
    }
  }

  #next(call: DiskCall, path: string): DiskFault | undefined {
    let found: DiskFault | undefined;
    for (const one of this.#armed) {
      const { fault } = one;
      if (fault.call !== undefined && fault.call !== call) continue;
      if (fault.does !== "kill" && "fail" in fault.does && !canFail(call, fault.does.fail)) continue;
      if (one.path.test(path) && ++one.seen === (fault.nth ?? 1)) found = fault;
    }
    return found;
  }
}

/** A path with the links on the way resolved. What lies at its end may be a link itself, or nothing. */
function placeOf(path: string): string {
  const above = dirname(path);
  if (above === path) return path;
  try {
    return join(realPath(above), basename(path));
  } catch {
    return join(placeOf(above), basename(path));
  }
}

/** An error as Node makes it of the system's. */
function systemError(code: DiskErrorCode, call: DiskCall, path: string): Error {
  const syscall = call === "create" ? "open" : call;
  const message = `${code}: planted, ${syscall} '${path}'`;
  return Object.assign(new Error(message), { code, errno: -constants.errno[code], syscall, path });
}
