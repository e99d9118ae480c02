import { isStorageError, type Key, type Store } from "@stowage/core";
import type { Disk } from "../disk/disk.ts";
import { type Assignment, recordClient } from "../linear/client.ts";
import { die } from "./die.ts";
import { patterned } from "./patterned.ts";
import { ordeals } from "./ordeals.ts";

/** What a child process can do. `report` tells the parent that it made headway; `disk` is there when the parent gave faults of one. */
export type Task = (store: Store, args: unknown, report: () => void, disk?: Disk) => Promise<unknown>;

// Casts below: each task and the case that spawns it agree on the shape of the arguments.
export const tasks: Readonly<Record<string, Task>> = {
  ...ordeals,

  /** Adds one, so many times. */
  async increment(storage, args) {
    const { key, times } = args as { key: Key; times: number };
    for (let i = 0; i < times; i++) {
      await storage.update<{ count: number }>(key, (draft) => {
        draft.count++;
      });
    }
  },

  /** Tries to create each key; resolves to the indexes of those it won. */
  async create(storage, args) {
    const { keys, me } = args as { keys: readonly Key[]; me: number };
    const won: number[] = [];
    for (const [index, key] of keys.entries()) {
      try {
        await storage.put(key, { me }, { ifVersion: null });
        won.push(index);
      } catch (error) {
        if (!isStorageError(error, "CONFLICT")) throw error;
      }
    }
    return won;
  },

  /** Writes one patterned value after the other until it is killed or has done so many. */
  async rewrite(storage, args, report) {
    const { key, times } = args as { key: Key; times: number };
    for (let turn = 1; turn <= times; turn++) {
      await storage.write(key, patterned(turn));
      report();
    }
  },

  /** Sets two records to the same number in one atomic batch, again and again. */
  async rewritePair(storage, args, report) {
    const { keys, times } = args as { keys: readonly Key[]; times: number };
    for (let turn = 1; turn <= times; turn++) {
      await storage.batch(
        keys.map((key) => ({ type: "write", key, value: patterned(turn) })),
        { atomic: true },
      );
      report();
    }
  },

  /** Resolves to the value of a record, or null. */
  async read(storage, args) {
    return (await storage.get((args as { key: Key }).key))?.value;
  },

  /** Writes, then resolves: the write is acknowledged when the parent hears of it. */
  async write(storage, args) {
    const { key, value } = args as { key: Key; value: unknown };
    await storage.write(key, value);
  },

  /** Writes a record under each key, one after the other. */
  async writeEach(storage, args) {
    for (const key of (args as { keys: readonly Key[] }).keys) await storage.write(key, key);
  },

  /** Writes, then ends the process without closing anything. */
  async writeAndDie(storage, args) {
    const { key, value } = args as { key: Key; value: unknown };
    await storage.write(key, value);
    die();
  },

  /** Takes the steps of a client; resolves to what it called and what came back. */
  async history(storage, args) {
    return recordClient(storage, args as Assignment);
  },

  /** Removes what it finds below a prefix, one by one; resolves to the keys. */
  async removeAll(storage, args) {
    const keys = await storage.list((args as { prefix: Key }).prefix);
    for (const key of keys) await storage.remove(key);
    return keys;
  },
};
