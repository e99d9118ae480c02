import { parallel, type StorageError } from "@stowage/core";
import { isAboutBackend } from "./errors.ts";
import type { Side } from "./side.ts";

const parallelWrites = 8;
/** So many refusals before the first success mean that the target takes nothing at all: it is read-only, say. */
const refusalsMax = 16;

export interface Put {
  readonly name: string;
  readonly text: string;
}

/** Writes to the target in few round trips, and finds out which record it was when some can't be written. */
export class Writer<P extends Put> {
  readonly #side: Side;
  #hasWritten = false;
  #refusals = 0;

  constructor(side: Side) {
    this.#side = side;
  }

  /**
   * @param onEnd - called for each record when it is written, or refused with an error. Not called for the others when
   * this throws: some of these may have been written.
   * @throws StorageError when the backend as a whole fails.
   */
  async write(puts: readonly P[], onEnd: (put: P, refusal?: StorageError) => void): Promise<void> {
    if (await this.#batched(puts)) {
      for (const put of puts) onEnd(put);
      return;
    }
    await parallel(puts, parallelWrites, async (put) => onEnd(put, await this.#put(put)));
  }

  /** Whether all could be written at once. */
  async #batched(puts: readonly P[]): Promise<boolean> {
    const { driver } = this.#side;
    if (driver.batch === undefined || puts.length < 2) return false;
    try {
      await driver.batch(
        puts.map(({ name, text }) => ({ type: "put", name, text })),
        false,
      );
      this.#hasWritten = true;
      return true;
    } catch (error) {
      const wrapped = this.#side.error("write", "records", error);
      if (isAboutBackend(wrapped)) throw wrapped;
      return false;
    }
  }

  async #put({ name, text }: P): Promise<StorageError | undefined> {
    try {
      await this.#side.driver.put(name, text);
      this.#hasWritten = true;
      return undefined;
    } catch (error) {
      const wrapped = this.#side.error("write", JSON.stringify(name), error);
      if (isAboutBackend(wrapped)) throw wrapped;
      const isAboutRecord =
        wrapped.code === "TOO_LARGE" || wrapped.code === "INVALID_KEY" || wrapped.code === "INVALID_VALUE";
      if (!isAboutRecord && !this.#hasWritten && ++this.#refusals >= refusalsMax) throw wrapped;
      return wrapped;
    }
  }
}
