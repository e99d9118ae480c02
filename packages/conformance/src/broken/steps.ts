import { delegate, type Driver, now, type Outcome, type Stored } from "@stowage/core";
import { namesOf, pause } from "./broken.ts";

/** So long a stale answer is given, in milliseconds. */
const staleMs = 20;
/** So long a fault takes from its first step to its second, in milliseconds. */
export const stepMs = 3;

/** What several handles may share, each for itself or all of a process: what was read lately, by name. */
export type Memory = Map<string, { readonly stored: Stored | undefined; readonly until: number }>;

/** A driver that gives out for a while what it read. What is written through it, it knows of. */
export function remembering(driver: Driver, memory: Memory): Driver {
  const forget = (name: string, outcome: Promise<Outcome>): Promise<Outcome> =>
    outcome.finally(() => memory.delete(name));
  return delegate(driver, {
    async get(name) {
      const known = memory.get(name);
      if (known !== undefined && known.until > now()) return known.stored;
      const stored = await driver.get(name);
      memory.set(name, { stored, until: now() + staleMs });
      return stored;
    },
    put: (name, text, ifVersion) => forget(name, driver.put(name, text, ifVersion)),
    remove: (name, ifVersion) => forget(name, driver.remove(name, ifVersion)),
  });
}

/** A driver that lists for a while what it listed before, by prefix. What is written through it, it knows of. */
export function relistingOld(
  driver: Driver,
  memory: Map<string, { readonly names: readonly string[]; readonly until: number }>,
): Driver {
  return delegate(driver, {
    async *list(range) {
      const key = JSON.stringify(range);
      let known = memory.get(key);
      if (known === undefined || known.until < now()) {
        known = { names: await namesOf(driver, range), until: now() + staleMs };
        memory.set(key, known);
      }
      yield known.names;
    },
    put: (name, text, ifVersion) => driver.put(name, text, ifVersion).finally(() => memory.clear()),
    remove: (name, ifVersion) => driver.remove(name, ifVersion).finally(() => memory.clear()),
  });
}

/** Lets those who share a lock run one after the other. */
export type Lock = <T>(name: string, body: () => Promise<T>) => Promise<T>;

/** Between which steps others come. */
export interface TwoSteps {
  /** One that not everybody shares; by default there is none. */
  readonly lock?: Lock;
  /** The conditions that it befalls; by default all. */
  readonly befalls?: (ifVersion: string | null) => boolean;
  /** So long the second step waits, in milliseconds. */
  readonly ms?: number;
}

const unlocked: Lock = (_, body) => body();

/** A driver that compares first and writes then. */
export function inTwoSteps(
  driver: Driver,
  { lock = unlocked, befalls = () => true, ms = stepMs }: TwoSteps = {},
): Driver {
  return delegate(driver, {
    put: (name, text, ifVersion) =>
      lock(name, async () => {
        if (ifVersion === undefined || !befalls(ifVersion)) return driver.put(name, text, ifVersion);
        const version = (await driver.get(name))?.version ?? null;
        await pause(ms);
        return version === ifVersion ? driver.put(name, text) : { done: false, version };
      }),
  });
}

/** The same for a condition on a removal. */
export function removingInTwoSteps(driver: Driver, lock: Lock = unlocked): Driver {
  return delegate(driver, {
    remove: (name, ifVersion) =>
      lock(name, async () => {
        if (ifVersion === undefined) return driver.remove(name);
        const version = (await driver.get(name))?.version ?? null;
        await pause(stepMs);
        return version === ifVersion ? driver.remove(name) : { done: false, version };
      }),
  });
}

type Edit = Parameters<NonNullable<Driver["update"]>>[1];

/** Reads, and edits and writes then: an update without a lock and without a condition, unless `write` has one. */
export async function edited(
  driver: Driver,
  name: string,
  edit: Edit,
  write: (text: string, version: string) => Promise<unknown> = (text) => driver.put(name, text),
): Promise<boolean> {
  const stored = await driver.get(name);
  if (stored === undefined) return false;
  await pause();
  const text = edit(stored);
  if (text !== undefined) await write(text, stored.version);
  return true;
}
