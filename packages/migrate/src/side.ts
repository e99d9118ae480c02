import {
  compareNames,
  type Driver,
  type Foreign,
  keyOf,
  keyProblem,
  markerName,
  parallel,
  sleep,
  type StorageError,
  type Store,
  type Stored,
} from "@stowage/core";
import { Content, type Unread } from "./content.ts";
import { detailOf, isAboutReading, storageError } from "./errors.ts";

const suffix = ".json";
const parallelReads = 16;

/** What a walk through the names meets besides. */
export interface NamesOptions {
  /** Empty, or ends with `/`. Default: all names. */
  readonly prefix?: string;
  /** Exclusive bounds, which need not be names. */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  /** Gets each name that no legal key has, unless {@link Side.foreign} tells of them. */
  readonly onForeign?: (foreign: Foreign) => void;
  /** Gets the error that ended the listing early, which is thrown otherwise. */
  readonly onFailure?: (error: StorageError) => void;
}

/** One of the two stores, as every run reads it: names in order, contents by name, errors as storage errors. */
export class Side {
  readonly driver: Driver;

  constructor(store: Store) {
    this.driver = store.driver;
  }

  /** The names of all records, in pages, in order. */
  async *names({ prefix = "", after, before, onForeign, onFailure }: NamesOptions = {}): AsyncGenerator<
    readonly string[]
  > {
    let previous: string | undefined;
    try {
      for await (const page of this.driver.list({ prefix, after, before, reverse: false })) {
        const names: string[] = [];
        for (const name of page) {
          // A merge of two listings would take a record for missing if one of them jumped back.
          if (previous !== undefined && compareNames(previous, name) >= 0) throw outOfOrder(previous, name);
          previous = name;
          if (keyOf(name) !== undefined) names.push(name);
          else if (this.driver.foreign === undefined) onForeign?.({ path: name, reason: nameProblem(name) });
        }
        if (names.length > 0) yield names;
      }
    } catch (error) {
      const wrapped = this.error("list", "records", error);
      if (onFailure === undefined) throw wrapped;
      onFailure(wrapped);
    }
  }

  /** The contents under some names, in their order, `undefined` where there is no record (any more). */
  async read(names: readonly string[]): Promise<readonly (Content | undefined)[]> {
    const contents = (await this.#many(names)).map((one) => one && new Content(one));
    await this.#lookAgain(names, contents);
    return contents;
  }

  /** The text of the `migration` marker. */
  async marker(): Promise<string | undefined> {
    try {
      return await this.driver.getMarker(markerName);
    } catch (error) {
      throw this.error("read", JSON.stringify(markerName), error);
    }
  }

  async putMarker(text: string): Promise<void> {
    try {
      await this.driver.putMarker(markerName, text);
    } catch (error) {
      throw this.error("write", JSON.stringify(markerName), error);
    }
  }

  /** What the driver itself knows to be no record. A driver that can't hold such things yields nothing. */
  async *foreign(): AsyncGenerator<Foreign> {
    if (this.driver.foreign === undefined) return;
    try {
      yield* this.driver.foreign();
    } catch (error) {
      throw this.error("list", "foreign things", error);
    }
  }

  async sync(): Promise<void> {
    try {
      await this.driver.sync?.();
    } catch (error) {
      throw this.error("sync", "records", error);
    }
  }

  error(verb: string, what: string, error: unknown): StorageError {
    return storageError(this.driver, verb, what, error);
  }

  async #many(names: readonly string[]): Promise<readonly (Stored | Failed | undefined)[]> {
    if (this.driver.getMany !== undefined) {
      try {
        return await this.driver.getMany(names);
      } catch {
        // Read one by one, so that a record that can't be read hides no other.
      }
    }
    return parallel(names, parallelReads, (name) => this.#one(name));
  }

  async #one(name: string): Promise<Stored | Failed | undefined> {
    try {
      return await this.driver.get(name);
    } catch (error) {
      const wrapped = this.error("read", JSON.stringify(name), error);
      if (isAboutReading(wrapped)) throw wrapped;
      return { unread: { code: wrapped.code, reason: detailOf(error) } };
    }
  }

  /** Reads damaged records once more where another program may have been in the middle of writing them. */
  async #lookAgain(names: readonly string[], contents: (Content | undefined)[]): Promise<void> {
    if (this.driver.tornReadDelayMs === undefined) return;
    const torn = [...contents.entries()].filter(([, content]) => content?.problem !== undefined);
    if (torn.length === 0) return;
    await sleep(this.driver.tornReadDelayMs);
    await parallel(torn, parallelReads, async ([index]) => {
      const again = await this.#one(names[index] as string);
      contents[index] = again && new Content(again);
    });
  }
}

interface Failed {
  readonly unread: Unread;
}

function nameProblem(name: string): string {
  if (!name.endsWith(suffix)) return `its name does not end with ${suffix}`;
  return `its name is no key: ${keyProblem(name.slice(0, -suffix.length).split("/")) ?? "unknown"}`;
}

function outOfOrder(previous: string, name: string): Error {
  return new Error(`the backend listed ${JSON.stringify(name)} after ${JSON.stringify(previous)}`);
}
