import { delegate, type Driver, KeyedLock } from "@stowage/core";
import { type BrokenDriver, pause } from "./broken.ts";
import {
  edited,
  inTwoSteps,
  type Lock,
  type Memory,
  relistingOld,
  remembering,
  removingInTwoSteps,
  stepMs,
} from "./steps.ts";

// What all handles of this process share, so that only other processes see the fault. The data of a backend have names of
// their own in it.
const memories = new Map<string, Memory>();
const listings = new Map<string, Parameters<typeof relistingOld>[1]>();
const locks = new Map<string, KeyedLock>();

/** The marker that holds the name of a record that is being written on a condition. */
const underWay = "under-way";

/** Faults that several clients at once only see when they sit in different processes. */
export const brokenForeignHistories: readonly BrokenDriver[] = [
  {
    id: "BROKEN-313",
    title: "gives out for a while what its process read, although other processes write",
    base: "process",
    killedBy: "LINEAR-010",
    make: (driver) =>
      remembering(
        driver,
        ofData(memories, driver, () => new Map()),
      ),
  },
  {
    id: "BROKEN-314",
    title: "lists for a while what its process listed before",
    base: "process",
    killedBy: "LINEAR-011",
    make: (driver) =>
      relistingOld(
        driver,
        ofData(listings, driver, () => new Map()),
      ),
  },
  {
    id: "BROKEN-315",
    title: "compares versions under a lock that each process has for itself",
    base: "process",
    killedBy: "LINEAR-012",
    make: (driver) => inTwoSteps(driver, { lock: processLock(driver) }),
  },
  {
    id: "BROKEN-316",
    title: "removes on a condition under a lock that each process has for itself",
    base: "process",
    killedBy: "LINEAR-013",
    make: (driver) => removingInTwoSteps(driver, processLock(driver)),
  },
  {
    id: "BROKEN-317",
    title: "updates under a lock that each process has for itself",
    base: "process",
    killedBy: "LINEAR-014",
    make: (driver) => {
      const lock = processLock(driver);
      return delegate(driver, { update: (name, edit) => lock(name, () => edited(driver, name, edit)) });
    },
  },
  {
    id: "BROKEN-319",
    title: "acknowledges and drops a write that meets one of another process on a condition",
    base: "process",
    killedBy: "LINEAR-017",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          // A marker is seen by all processes, which is all that is asked of it here.
          if (ifVersion === undefined) {
            const isMet = (await driver.getMarker(underWay)) === name;
            return isMet ? { done: true, version: "none" } : driver.put(name, text);
          }
          await driver.putMarker(underWay, name);
          await pause(stepMs);
          await driver.putMarker(underWay, "none");
          return driver.put(name, text, ifVersion);
        },
      }),
  },
];

function processLock(driver: Driver): Lock {
  const lock = ofData(locks, driver, () => new KeyedLock());
  return (name, body) => lock.run(name, body);
}

function ofData<T>(all: Map<string, T>, { location = "" }: Driver, make: () => T): T {
  const one = all.get(location) ?? make();
  all.set(location, one);
  return one;
}
