import { type Foreign, isStorageError, type StorageError } from "@stowage/core";
import type { Content } from "./content.ts";
import type { Result } from "./result.ts";
import { Faults, List, Sum } from "./tally.ts";
import type { Comparison } from "./readings.ts";
import type { Damaged, Failure, MigrateOptions, Report, Stop } from "./types.ts";

/** What a migration notes as it goes: the counts and lists of its report, each with a warning where someone may care. */
export class Ledger {
  readonly #options: MigrateOptions;
  readonly #startedAt = new Date().toISOString();
  readonly #created = new Sum();
  readonly #overwritten = new Sum();
  readonly #equal = new Sum();
  readonly #different: List<string>;
  readonly #setAside: List<Damaged>;
  readonly #leftBehind: List<Damaged>;
  readonly #faults: Faults;
  readonly #failed: List<Failure>;
  readonly #foreign: List<Foreign>;
  /** Whether something that is no record looks like one: somebody may miss it. */
  #hasLookalikes = false;
  #stopped: Stop | undefined;
  marker: Report["marker"] = "none";

  constructor(options: MigrateOptions) {
    this.#options = options;
    this.#different = new List(options);
    this.#setAside = new List(options);
    this.#leftBehind = new List(options);
    this.#faults = new Faults(options);
    this.#failed = new List(options);
    this.#foreign = new List(options);
  }

  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  written(bytes: number, isReplaced: boolean): void {
    (isReplaced ? this.#overwritten : this.#created).add(bytes);
  }

  equal(bytes: number): void {
    this.#equal.add(bytes);
  }

  different(name: string): void {
    this.#different.add(name);
    this.warn(`${JSON.stringify(name)} has another text in the target, which is left alone`);
  }

  setAside(name: string, bytes: number, problem: string): void {
    this.#setAside.add({ name, bytes, reason: problem });
    this.warn(`${JSON.stringify(name)} is set aside: ${problem}`);
  }

  /** @param obstacle - why it can't be set aside, where it should have been. */
  leftBehind(name: string, bytes: number, problem: string, obstacle?: string): void {
    this.#leftBehind.add({ name, bytes, reason: problem });
    const more = obstacle === undefined ? "" : `, and it can't be set aside: ${obstacle}`;
    this.warn(`${JSON.stringify(name)} is left behind: ${problem}${more}`);
  }

  unreadable(name: string, content: Content): void {
    this.#faults.add(name, content);
    this.warn(`${JSON.stringify(name)} is not carried, it can't be read: ${content.unread?.reason}`);
  }

  failed(name: string, { code, message }: Pick<StorageError, "code" | "message">): void {
    this.#failed.add({ name, code, message });
    this.warn(message);
  }

  foreign(foreign: Foreign): void {
    this.#foreign.add(foreign);
    this.#hasLookalikes ||= looksLikeRecord(foreign.path);
    this.warn(`${JSON.stringify(foreign.path)} is not copied: ${foreign.reason}`);
  }

  /** Notes why the run ends; the first reason counts. Rethrows what neither a store nor the signal gave. */
  stop(error: unknown): void {
    const { signal } = this.#options;
    if (isStorageError(error)) this.#stopped ??= { code: error.code, message: error.message };
    else if (signal?.aborted === true && error === signal.reason) {
      this.#stopped ??= { code: "ABORTED", message: "the caller ended the run" };
    } else throw error;
  }

  warn(message: string): void {
    this.#options.onWarning?.(message);
  }

  /** @param comparison - absent when the run stopped. */
  report(from: string, to: string, comparison: Comparison | undefined): Report {
    return {
      result: this.#result(comparison),
      startedAt: this.#startedAt,
      finishedAt: new Date().toISOString(),
      from,
      to,
      created: this.#created.size(),
      overwritten: this.#overwritten.size(),
      equal: this.#equal.size(),
      different: this.#different.listed(),
      setAside: this.#setAside.listed(),
      leftBehind: this.#leftBehind.listed(),
      unreadable: this.#faults.unreadable.listed(),
      failed: this.#failed.listed(),
      foreign: this.#foreign.listed(),
      marker: this.marker,
      ...(this.#stopped && { stopped: this.#stopped }),
      ...(comparison && { comparison }),
    };
  }

  #result(comparison: Comparison | undefined): Result {
    if (comparison === undefined || comparison.result === "failed" || comparison.missing.count > 0) return "failed";
    if (this.#failed.count + this.#faults.unreadable.count > 0) return "failed";
    // What was left alone on purpose is different in the comparison as well; anything beyond is a write that did not
    // hold.
    if (comparison.different.count > this.#different.count || this.#isMarkerLost(comparison)) return "failed";
    if (this.#hasShrunk(comparison)) return "failed";
    if (this.#different.count > 0 || this.marker === "different") return "different";
    return this.#setAside.count + this.#leftBehind.count > 0 || this.#hasLookalikes ? "incomplete" : "ok";
  }

  /** Whether records that were carried are gone from the source by now: perhaps with the disk that it was on. */
  #hasShrunk({ a }: Comparison): boolean {
    const carried = this.#created.size().records + this.#overwritten.size().records + this.#equal.size().records;
    return a.records < carried;
  }

  #isMarkerLost({ a, b }: Comparison): boolean {
    return this.marker !== "none" && this.marker !== "different" && a.marker !== b.marker;
  }
}

/** Whether it lies where a record may be expected, under a name that a record can't have. Desktops leave dot-named files. */
function looksLikeRecord(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.endsWith(".json") && !name.startsWith(".");
}
