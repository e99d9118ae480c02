// What tests of faults ask of stores: how calls ended, and whether what was acknowledged happened once.
import { isStorageError, type Key, type Storage } from "@stowage/core";

/** How a call ended: `"done"`, or the code of its error. What is no storage error is thrown. */
export async function endOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "done";
  } catch (error) {
    if (isStorageError(error)) return error.code;
    throw error;
  }
}

/** What became of increments. */
export interface Increments {
  /** The ids of those that resolved. */
  readonly acknowledged: readonly string[];
  /** The ids of those that failed with UNAVAILABLE: they may have been applied. */
  readonly unknown: readonly string[];
  /** The ids that the record has in the end, each as often as it was added. */
  readonly found: readonly string[];
}

/**
 * Adds an id to one record in each of many updates, several at once, spread over stores that share their data. Rejects when
 * an update fails with another code than UNAVAILABLE.
 *
 * @param times - how many updates each of the updaters makes.
 */
export async function increment(stores: readonly Storage[], updaters: number, times: number): Promise<Increments> {
  const [first] = stores as readonly [Storage];
  const key = ["ids"];
  await first.write(key, []);
  const acknowledged: string[] = [];
  const unknown: string[] = [];
  const updater = async (_: unknown, me: number): Promise<void> => {
    const store = stores[me % stores.length] as Storage;
    for (let i = 0; i < times; i++) {
      const id = `${me}.${i}`;
      const end = await endOf(store.update<string[]>(key, (ids) => [...ids, id]));
      if (end !== "done" && end !== "UNAVAILABLE") throw new Error(`The update ${id} ended with ${end}`);
      (end === "done" ? acknowledged : unknown).push(id);
    }
  };
  await Promise.all(Array.from({ length: updaters }, updater));
  return { acknowledged, unknown, found: await first.read<string[]>(key) };
}

/** Lets stores that share their data create one record at the same time; resolves to whose it is, and how each one's call ended. */
export async function race(stores: readonly Storage[], key: Key): Promise<{ winner: number; ends: readonly string[] }> {
  const ends = await Promise.all(stores.map((store, me) => endOf(store.put(key, { me }, { ifVersion: null }))));
  const { me } = await (stores[0] as Storage).read<{ me: number }>(key);
  return { winner: me, ends };
}
