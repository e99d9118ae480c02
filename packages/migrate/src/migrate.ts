import { type Foreign, isStorageError, type StorageError, type Store } from "@stowage/core";
import { compare } from "./compare.ts";
import type { Content } from "./content.ts";
import { refuseSameStore, withoutSecrets } from "./errors.ts";
import { limitError } from "./limits.ts";
import { copyOrder } from "./order.ts";
import type { Result } from "./result.ts";
import { Side } from "./side.ts";
import { StepSize, steps } from "./steps.ts";
import { damagedOf, List, Meter, Sum } from "./tally.ts";
import type { Comparison, Damaged, Failure, MigrateOptions, Progress, Report, Stop } from "./types.ts";
import { type Put, Writer } from "./writer.ts";

/**
 * Copies what the target lacks, text by text, and then compares both stores. The source is only read. Running it again
 * goes on where an earlier run ended, however it ended: what is there already is not written again.
 *
 * Memory is bounded by the largest records. Both stores should be at rest: a record that someone else writes to the
 * target at the same moment may be overwritten, and what is written to the source behind the copy shows in the
 * comparison.
 *
 * @returns The report, also when the run stopped early: because the signal was given, or a backend failed.
 * @throws StorageError INVALID_VALUE when both are the same store. Rethrows what a callback throws.
 */
export async function migrate(from: Store, to: Store, options: MigrateOptions = {}): Promise<Report> {
  refuseSameStore("migrate", from, to);
  return new Migration(from, to, options).run();
}

interface PlannedPut extends Put {
  readonly size: number;
  readonly replaces: boolean;
}

class Migration {
  readonly #from: Side;
  readonly #to: Side;
  readonly #options: MigrateOptions;
  readonly #writer: Writer<PlannedPut>;
  readonly #created = new Sum();
  readonly #overwritten = new Sum();
  readonly #equal = new Sum();
  readonly #different: List<string>;
  readonly #setAside: List<Damaged>;
  readonly #leftBehind: List<Damaged>;
  readonly #failed: List<Failure>;
  readonly #foreign: List<Foreign>;
  #marker: Report["marker"] = "none";
  #stopped: Stop | undefined;

  constructor(from: Store, to: Store, options: MigrateOptions) {
    this.#from = new Side(from);
    this.#to = new Side(to);
    this.#options = options;
    this.#writer = new Writer(this.#to);
    this.#different = new List(options);
    this.#setAside = new List(options);
    this.#leftBehind = new List(options);
    this.#failed = new List(options);
    this.#foreign = new List(options);
  }

  async run(): Promise<Report> {
    const startedAt = new Date().toISOString();
    let comparison: Comparison | undefined;
    try {
      comparison = await this.#copyAndCompare();
    } catch (error) {
      this.#stop(error);
    }
    return {
      result: this.#result(comparison),
      startedAt,
      finishedAt: new Date().toISOString(),
      from: this.#from.driver.name,
      to: this.#to.driver.name,
      created: this.#created.size(),
      overwritten: this.#overwritten.size(),
      equal: this.#equal.size(),
      different: this.#different.listed(),
      setAside: this.#setAside.listed(),
      leftBehind: this.#leftBehind.listed(),
      failed: this.#failed.listed(),
      foreign: this.#foreign.listed(),
      marker: this.#marker,
      ...(this.#stopped && { stopped: this.#stopped }),
      ...(comparison && { comparison }),
    };
  }

  async #copyAndCompare(): Promise<Comparison | undefined> {
    const copied = new Meter("copy", this.#options, await this.#totals());
    await this.#copyRecords(copied);
    for await (const one of this.#from.foreign()) this.#noteForeign(one);
    await this.#to.sync();
    if (this.#stopped !== undefined) return undefined;
    const { records, bytes } = copied.done;
    const compared = new Meter("verify", this.#options, { recordsTotal: records, bytesTotal: bytes });
    return compare(this.#from, this.#to, this.#options, compared, (isCopy) => this.#copyMarker(isCopy));
  }

  async #totals(): Promise<Pick<Progress, "recordsTotal" | "bytesTotal">> {
    const { plan, onProgress, signal } = this.#options;
    if (plan !== undefined) return { recordsTotal: plan.source.records, bytesTotal: plan.source.bytes };
    if (onProgress === undefined) return {};
    let recordsTotal = 0;
    // A folder that can't be listed must not end the run here; the copy will tell.
    for await (const page of this.#from.names({ onFailure: () => {} })) {
      recordsTotal += page.length;
      signal?.throwIfAborted();
    }
    return { recordsTotal };
  }

  async #copyRecords(meter: Meter): Promise<void> {
    const size = new StepSize();
    for await (const names of steps(this.#namesInOrder(), size)) {
      const source = await this.#from.read(names);
      const target = await this.#to.read(names);
      const puts: PlannedPut[] = [];
      for (const [index, name] of names.entries()) {
        const put = await this.#decide(name, source[index], target[index]);
        if (put !== undefined) puts.push(put);
      }
      await this.#writer.write(puts, (put, refusal) => this.#noteWrite(put, refusal));
      size.note([...source, ...target]);
      meter.step(source);
    }
  }

  /**
   * All names, in the order of {@link copyOrder}. A listing that fails, such as that of a folder that may not be read,
   * ends the names of its range only, so that as much as possible is copied before the run stops for it.
   */
  async *#namesInOrder(): AsyncGenerator<readonly string[]> {
    const onFailure = (error: StorageError): void => this.#stop(error);
    const onForeign = (foreign: Foreign): void => this.#noteForeign(foreign);
    for (const range of copyOrder) yield* this.#from.names({ ...range, onForeign, onFailure });
  }

  /** What to write for a record, if anything; what is not written is noted. */
  async #decide(
    name: string,
    source: Content | undefined,
    target: Content | undefined,
  ): Promise<PlannedPut | undefined> {
    // Undefined: removed since it was listed.
    if (source === undefined) return undefined;
    if (source.problem !== undefined) await this.#carryDamaged(name, source, source.problem);
    if (target !== undefined) {
      if (source.equals(target)) {
        if (source.problem === undefined) this.#equal.add(source.size);
        return undefined;
      }
      if (source.problem !== undefined || this.#options.overwrite !== true) {
        this.#different.add(name);
        this.#warn(`${JSON.stringify(name)} has another text in the target, which is left alone`);
        return undefined;
      }
    }
    if (source.problem !== undefined) return undefined;
    const refusal = limitError(this.#to.driver, name, source.size);
    if (refusal !== undefined) {
      this.#noteFailure(name, refusal);
      return undefined;
    }
    return { name, text: source.text, size: source.size, replaces: target !== undefined };
  }

  async #carryDamaged(name: string, content: Content, problem: string): Promise<void> {
    const damaged = damagedOf(name, content, problem);
    const { setAside } = this.#options;
    if (setAside === undefined || !content.wasRead) {
      this.#leftBehind.add(damaged);
      this.#warn(`${JSON.stringify(name)} is left behind: ${problem}`);
      return;
    }
    try {
      await setAside.write(name, content.bytes(), problem);
    } catch (error) {
      this.#leftBehind.add(damaged);
      const detail = withoutSecrets(error instanceof Error ? error.message : String(error));
      this.#warn(`${JSON.stringify(name)} is left behind: ${problem}, and it can't be set aside: ${detail}`);
      return;
    }
    this.#setAside.add(damaged);
    this.#warn(`${JSON.stringify(name)} is set aside: ${problem}`);
  }

  /**
   * The marker says in which format the records are, so it goes with them: into a target without one, or one that holds
   * the same records and no others. (A new folder has a marker from the start.) Beside other records it is left alone.
   */
  async #copyMarker(isCopy: boolean): Promise<void> {
    const source = await this.#from.marker();
    const target = await this.#to.marker();
    if (source === undefined) {
      if (target !== undefined) this.#warn(`the source has no marker, the target keeps ${JSON.stringify(target)}`);
    } else if (source === target) {
      this.#marker = "equal";
    } else if (target === undefined || isCopy || this.#options.overwrite === true) {
      this.#marker = "failed";
      await this.#to.putMarker(source);
      await this.#to.sync();
      this.#marker = "copied";
    } else {
      this.#marker = "different";
      const values = `${JSON.stringify(source)} in the source, ${JSON.stringify(target)} in the target`;
      this.#warn(`the marker is ${values}, which is left alone`);
    }
  }

  #noteWrite(put: PlannedPut, refusal: StorageError | undefined): void {
    if (refusal !== undefined) this.#noteFailure(put.name, refusal);
    else (put.replaces ? this.#overwritten : this.#created).add(put.size);
  }

  #noteFailure(name: string, error: StorageError): void {
    this.#failed.add({ name, code: error.code, message: error.message });
    this.#warn(error.message);
  }

  #noteForeign(foreign: Foreign): void {
    this.#foreign.add(foreign);
    this.#warn(`${JSON.stringify(foreign.path)} is not copied: ${foreign.reason}`);
  }

  /** Notes why the run ends; the first reason counts. Rethrows what neither a store nor the signal gave. */
  #stop(error: unknown): void {
    const { signal } = this.#options;
    if (isStorageError(error)) this.#stopped ??= { code: error.code, message: error.message };
    else if (signal?.aborted === true && error === signal.reason) {
      this.#stopped ??= { code: "ABORTED", message: "the caller ended the run" };
    } else throw error;
  }

  #warn(message: string): void {
    this.#options.onWarning?.(message);
  }

  #result(comparison: Comparison | undefined): Result {
    // What was left alone on purpose is different in the comparison as well; anything beyond is a write that did not
    // hold.
    if (comparison === undefined || this.#failed.count > 0 || comparison.missing.count > 0) return "failed";
    if (comparison.different.count > this.#different.count || this.#isMarkerLost(comparison)) return "failed";
    if (this.#different.count > 0 || this.#marker === "different") return "different";
    return this.#setAside.count + this.#leftBehind.count > 0 ? "incomplete" : "ok";
  }

  #isMarkerLost({ a, b }: Comparison): boolean {
    return this.#marker !== "none" && this.#marker !== "different" && a.marker !== b.marker;
  }
}
