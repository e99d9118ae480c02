import { isStorageError, type Key, now, sleep, type Storage } from "@stowage/core";

/** What became of a {@link Load}. */
export interface LoadReport {
  /** Writes, removals, and increments that resolved. */
  readonly acknowledged: number;
  /** Those of them that are not there in the end: records that are missing, old, or back again, and increments. */
  readonly lost: number;
  /** Increments that are there, but that nobody made: an update that was applied twice. */
  readonly doubled: number;
  /** Records that a listing doesn't show, and names that it shows without a record. */
  readonly misplaced: number;
  /** How many calls failed, by code. */
  readonly failures: Readonly<Record<string, number>>;
  /** One message of each code. */
  readonly messages: Readonly<Record<string, string>>;
  /** The longest that a call took, in milliseconds. */
  readonly longestMs: number;
}

export interface LoadOptions {
  /** How many writers there are at once, spread over the stores. Default 8. */
  readonly writers?: number;
  /** How many records they add to; fewer than writers, so that they meet. Default 3. */
  readonly counters?: number;
}

/** So long a writer rests after a failure, so that a server in trouble isn't flooded. */
const pauseMs = 10;
/** Each writer removes what it wrote, once in so many turns. */
const removeEvery = 4;
const readStep = 500;

/** What a record must be: this value, absent (`null`), or unknown after a call whose effect nobody can tell. */
type Expected = number | null | "unknown";

/**
 * Writers that remember what a store acknowledged, while a test kills the server below it. Each of them writes records of
 * its own, removes some, and adds to counters that they share. A call that fails with a storage error is counted, and may
 * have been applied or not; any other error is a fault of the store and fails the load.
 *
 * @example
 * const load = new Load([store]);
 * await server.kill();
 * await server.start();
 * await load.progress();
 * const { lost } = await load.end(store);
 */
export class Load {
  readonly #records = new Map<string, Expected>();
  readonly #counters: { acknowledged: number; unknown: number }[];
  readonly #acknowledged: number[];
  readonly #failures: Record<string, number> = {};
  readonly #messages: Record<string, string> = {};
  readonly #writers: Promise<unknown>;
  #longestMs = 0;
  #isEnding = false;

  /** Starts at once. The stores must share their data, and have none below `["load"]`. */
  constructor(stores: readonly Storage[], { writers = 8, counters = 3 }: LoadOptions = {}) {
    this.#counters = Array.from({ length: counters }, () => ({ acknowledged: 0, unknown: 0 }));
    this.#acknowledged = Array.from({ length: writers }, () => 0);
    const ready = this.#makeCounters(stores[0] as Storage);
    this.#writers = Promise.all(
      this.#acknowledged.map(async (_, writer) => {
        await ready;
        await this.#write(stores[writer % stores.length] as Storage, writer);
      }),
    );
    // Seen by `end`; until then it must not end the process.
    this.#writers.catch(() => {});
  }

  /** Resolves when each writer has had so many more calls acknowledged. */
  async progress(calls = 2): Promise<void> {
    const goal = this.#acknowledged.map((count) => count + calls);
    while (this.#acknowledged.some((count, writer) => count < (goal[writer] as number))) {
      // A writer that has failed for good makes no more progress: its error is what to say.
      await Promise.race([sleep(pauseMs), this.#writers]);
    }
  }

  /** Ends the writers and compares what a store holds with what was acknowledged. */
  async end(store: Storage): Promise<LoadReport> {
    this.#isEnding = true;
    await this.#writers;
    const listed = new Set((await store.list(["load", "record"])).map((key) => key.join("/")));
    let lost = 0;
    let misplaced = 0;
    const paths = [...this.#records.keys()];
    for (let i = 0; i < paths.length; i += readStep) {
      const step = paths.slice(i, i + readStep);
      const values = await store.readMany<number>(step.map((path) => path.split("/")));
      for (const [j, path] of step.entries()) {
        const value = values[j] ?? null;
        const expected = this.#records.get(path) as Expected;
        if (expected !== "unknown" && value !== expected) lost++;
        // Off the list in any case: what is left there in the end, nobody wrote.
        if (listed.delete(path) !== (value !== null)) misplaced++;
      }
    }
    const counted = await this.#compareCounters(store);
    return {
      acknowledged: this.#acknowledged.reduce((sum, count) => sum + count, 0),
      lost: lost + counted.lost,
      doubled: counted.doubled,
      misplaced: misplaced + listed.size,
      failures: this.#failures,
      messages: this.#messages,
      longestMs: Math.round(this.#longestMs),
    };
  }

  async #makeCounters(store: Storage): Promise<void> {
    for (const index of this.#counters.keys()) await store.write(counterKey(index), { count: 0 });
  }

  async #write(store: Storage, writer: number): Promise<void> {
    for (let turn = 0; !this.#isEnding; turn++) {
      // A store in memory answers without the event loop, and whoever is to end this load would never have a turn.
      await sleep(0);
      const path = `load/record/${writer}/${turn}`;
      const key = path.split("/");
      this.#records.set(path, "unknown");
      const isWritten = await this.#call(writer, () => store.write(key, turn));
      if (isWritten) this.#records.set(path, turn);
      if (isWritten && turn % removeEvery === 0) {
        this.#records.set(path, "unknown");
        if (await this.#call(writer, () => store.remove(key))) this.#records.set(path, null);
      }
      const index = (writer + turn) % this.#counters.length;
      const isAdded = await this.#call(writer, () =>
        store.update<{ count: number }>(counterKey(index), (draft) => {
          draft.count++;
        }),
      );
      const counter = this.#counters[index] as { acknowledged: number; unknown: number };
      if (isAdded) counter.acknowledged++;
      else counter.unknown++;
    }
  }

  /** Makes a call and says whether it was acknowledged. */
  async #call(writer: number, body: () => Promise<unknown>): Promise<boolean> {
    const start = now();
    try {
      await body();
      (this.#acknowledged[writer] as number)++;
      return true;
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#failures[error.code] = (this.#failures[error.code] ?? 0) + 1;
      this.#messages[error.code] = error.message;
      await sleep(pauseMs);
      return false;
    } finally {
      this.#longestMs = Math.max(this.#longestMs, now() - start);
    }
  }

  async #compareCounters(store: Storage): Promise<{ readonly lost: number; readonly doubled: number }> {
    let lost = 0;
    let doubled = 0;
    for (const [index, { acknowledged, unknown }] of this.#counters.entries()) {
      // A counter that is lost as a whole has lost every increment.
      const count = (await store.get<{ readonly count: number }>(counterKey(index)))?.value.count ?? 0;
      lost += Math.max(0, acknowledged - count);
      doubled += Math.max(0, count - acknowledged - unknown);
    }
    return { lost, doubled };
  }
}

function counterKey(index: number): Key {
  return ["load", "counter", String(index)];
}
