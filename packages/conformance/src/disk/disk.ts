import { constants } from "node:os";
import { die } from "../child/die.ts";
import { canFail, type DiskCall, type DiskErrorCode, type DiskFault, type PowerLoss } from "./fault.ts";
import type { PowerSupply } from "./power.ts";

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
    this.folder = folder;
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

  /** Cuts the power: takes what was not flushed, and ends the process. */
  cut(loses: PowerLoss): never {
    this.#inside(() => this.#power.cut(loses));
    return die();
  }

  /** The path below the folder; `undefined` for one that is not ours. */
  relative(path: string): string | undefined {
    if (this.#isInside) return undefined;
    if (path === this.folder) return "";
    return path.startsWith(`${this.folder}/`) ? path.slice(this.folder.length + 1) : undefined;
  }

  /** Makes a call, unless a fault happens instead. `half` is what a fault in its middle does. */
  perform<T>(call: DiskCall, path: string, body: () => T, half: () => void = () => {}): T {
    const fault = this.#next(call, path);
    if (fault === undefined) return this.#inside(body);
    this.#hits++;
    const { when = "before", does } = fault;
    if (does !== "kill" && "fail" in does) {
      if (when === "half") half();
      // A file is closed, whatever the system says about it.
      if (call === "close") this.#inside(body);
      throw systemError(does.fail, call, path);
    }
    if (when === "half") half();
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

/** An error as Node makes it of the system's. */
function systemError(code: DiskErrorCode, call: DiskCall, path: string): Error {
  const syscall = call === "create" ? "open" : call;
  const message = `${code}: planted, ${syscall} '${path}'`;
  return Object.assign(new Error(message), { code, errno: -constants.errno[code], syscall, path });
}
