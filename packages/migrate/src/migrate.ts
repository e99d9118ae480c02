import type { Foreign, StorageError, Store } from "@stowage/core";
import { compare } from "./compare.ts";
import type { Content, Unread } from "./content.ts";
import { detailOf, refuseSameStore } from "./errors.ts";
import { Ledger } from "./ledger.ts";
import { limitError } from "./limits.ts";
import { copyOrder } from "./order.ts";
import { Side } from "./side.ts";
import { StepSize, steps } from "./steps.ts";
import { Meter } from "./tally.ts";
import type { Comparison } from "./readings.ts";
import type { MigrateOptions, Progress, Report } from "./types.ts";
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
  readonly #ledger: Ledger;

  constructor(from: Store, to: Store, options: MigrateOptions) {
    this.#from = new Side(from);
    this.#to = new Side(to);
    this.#options = options;
    this.#writer = new Writer(this.#to);
    this.#ledger = new Ledger(options);
  }

  async run(): Promise<Report> {
    let comparison: Comparison | undefined;
    try {
      comparison = await this.#copyAndCompare();
    } catch (error) {
      this.#ledger.stop(error);
    }
    return this.#ledger.report(this.#from.driver.name, this.#to.driver.name, comparison);
  }

  async #copyAndCompare(): Promise<Comparison | undefined> {
    const copied = new Meter("copy", this.#options, await this.#totals());
    await this.#copyRecords(copied);
    for await (const one of this.#from.foreign()) this.#ledger.foreign(one);
    await this.#to.sync();
    if (this.#ledger.isStopped) return undefined;
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
      await this.#writer.write(puts, (put, refusal) => {
        if (refusal === undefined) this.#ledger.written(put.size, put.replaces);
        else this.#ledger.failed(put.name, refusal);
      });
      size.note([...source, ...target]);
      meter.step(source);
    }
  }

  /**
   * All names, in the order of {@link copyOrder}. A listing that fails, such as that of a folder that may not be read,
   * ends the names of its range only, so that as much as possible is copied before the run stops for it.
   */
  async *#namesInOrder(): AsyncGenerator<readonly string[]> {
    const onFailure = (error: StorageError): void => this.#ledger.stop(error);
    const onForeign = (foreign: Foreign): void => this.#ledger.foreign(foreign);
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
    if (source.unread !== undefined) {
      this.#ledger.unreadable(name, source);
      return undefined;
    }
    if (source.problem !== undefined) {
      await this.#carryDamaged(name, source, source.problem);
      if (target !== undefined && target.unread === undefined && !source.equals(target)) this.#ledger.different(name);
      return undefined;
    }
    if (target !== undefined && source.equals(target)) {
      this.#ledger.equal(source.size);
      return undefined;
    }
    if (target !== undefined && this.#options.overwrite !== true) {
      if (target.unread === undefined) this.#ledger.different(name);
      else this.#ledger.failed(name, unreadTarget(name, target.unread));
      return undefined;
    }
    const refusal = limitError(this.#to.driver, name, source.size);
    if (refusal !== undefined) {
      this.#ledger.failed(name, refusal);
      return undefined;
    }
    return { name, text: source.text, size: source.size, replaces: target !== undefined };
  }

  async #carryDamaged(name: string, content: Content, problem: string): Promise<void> {
    const { setAside } = this.#options;
    if (setAside === undefined) {
      this.#ledger.leftBehind(name, content.size, problem);
      return;
    }
    try {
      await setAside.write(name, content.bytes(), problem);
    } catch (error) {
      const obstacle = detailOf(error);
      this.#ledger.leftBehind(name, content.size, problem, obstacle);
      return;
    }
    this.#ledger.setAside(name, content.size, problem);
  }

  /**
   * The marker says in which format the records are, so it goes with them: into a target without one, or one that holds
   * the same records and no others. (A new folder has a marker from the start.) Beside other records it is left alone.
   */
  async #copyMarker(isCopy: boolean): Promise<void> {
    const ledger = this.#ledger;
    const source = await this.#from.marker();
    const target = await this.#to.marker();
    if (source === undefined) {
      if (target !== undefined) ledger.warn(`the source has no marker, the target keeps ${JSON.stringify(target)}`);
    } else if (source === target) {
      ledger.marker = "equal";
    } else if (target === undefined || isCopy || this.#options.overwrite === true) {
      ledger.marker = "failed";
      await this.#to.putMarker(source);
      await this.#to.sync();
      ledger.marker = "copied";
    } else {
      ledger.marker = "different";
      const values = `${JSON.stringify(source)} in the source, ${JSON.stringify(target)} in the target`;
      ledger.warn(`the marker is ${values}, which is left alone`);
    }
  }
}

/** The failure of a record that the target holds and can't read: whether it differs is not known. */
function unreadTarget(name: string, { code, reason }: Unread): Pick<StorageError, "code" | "message"> {
  return { code, message: `Cannot read ${JSON.stringify(name)} in the target: ${reason}` };
}
