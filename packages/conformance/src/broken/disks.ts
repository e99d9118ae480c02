import { delegate, type Driver } from "@stowage/core";
import { withoutFlushes } from "../disk/power.ts";
import type { BrokenDriver } from "./broken.ts";

/** What a call resolves to, or something else when it fails. */
function orElse<T>(call: Promise<T>, other: T): Promise<T> {
  return call.catch(() => other);
}

/** Faults that only a failing disk shows, or one that loses what was not flushed. */
export const brokenDisks: readonly BrokenDriver[] = [
  {
    id: "BROKEN-371",
    title: "does not know what an error of the system means",
    killedBy: "DISK-001",
    base: "process",
    make: (driver) => delegate(driver, { codeOf: () => undefined }),
  },
  {
    id: "BROKEN-372",
    title: "acknowledges a write that failed",
    killedBy: "DISK-002",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        put: (name, text, ifVersion) => orElse(driver.put(name, text, ifVersion), { done: true, version: "none" }),
      }),
  },
  {
    id: "BROKEN-373",
    title: "acknowledges a remove that failed",
    killedBy: "DISK-005",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        remove: (name, ifVersion) => orElse(driver.remove(name, ifVersion), { done: true, version: null }),
      }),
  },
  {
    id: "BROKEN-374",
    title: "acknowledges an update that failed",
    killedBy: "DISK-007",
    base: "process",
    make: (driver) => delegate(driver, { update: (name, edit) => orElse(driver.update!(name, edit), true) }),
  },
  {
    id: "BROKEN-379",
    title: "says of an update that it can be repeated, when something fails behind it",
    killedBy: "DISK-007",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async update(name, edit) {
          const isThere = await driver.update!(name, edit);
          await driver.get(name);
          return isThere;
        },
      }),
  },
  {
    id: "BROKEN-375",
    title: "fails for good once it has failed",
    killedBy: "DISK-008",
    base: "process",
    make: (driver) => {
      let failure: { readonly error: unknown } | undefined;
      return delegate(driver, {
        async put(name, text, ifVersion) {
          if (failure !== undefined) throw failure.error;
          try {
            return await driver.put(name, text, ifVersion);
          } catch (error) {
            failure = { error };
            throw error;
          }
        },
      });
    },
  },
  {
    id: "BROKEN-376",
    title: "acknowledges a marker that could not be put there",
    killedBy: "DISK-010",
    base: "process",
    make: (driver) => delegate(driver, { putMarker: (name, text) => orElse(driver.putMarker(name, text), undefined) }),
  },
  {
    id: "BROKEN-377",
    title: "takes a record that can't be read for one that is missing",
    killedBy: "DISK-012",
    base: "process",
    make: (driver) => delegate(driver, { get: (name) => orElse(driver.get(name), undefined) }),
  },
  {
    id: "BROKEN-378",
    title: "takes what can't be listed for the end of the listing",
    killedBy: "DISK-014",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async *list(range) {
          try {
            yield* driver.list(range);
          } catch {
            // The caller is told nothing.
          }
        },
      }),
  },
  {
    id: "BROKEN-346",
    title: "says that a write survives a power cut, and flushes nothing",
    killedBy: "POWER-001",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        put: (name, text, ifVersion) => withoutFlushes(() => driver.put(name, text, ifVersion)),
        remove: (name, ifVersion) => withoutFlushes(() => driver.remove(name, ifVersion)),
        update: (name, edit) => withoutFlushes(() => driver.update!(name, edit)),
        putMarker: (name, text) => withoutFlushes(() => driver.putMarker(name, text)),
      }),
  },
  {
    id: "BROKEN-347",
    title: "says that a remove survives a power cut, and does not flush the folder",
    killedBy: "POWER-003",
    base: "process",
    make: (driver) =>
      delegate(driver, { remove: (name, ifVersion) => withoutFlushes(() => driver.remove(name, ifVersion)) }),
  },
  {
    id: "BROKEN-348",
    title: "says that a marker survives a power cut, and does not flush it",
    killedBy: "POWER-007",
    base: "process",
    make: (driver) =>
      delegate(driver, { putMarker: (name, text) => withoutFlushes(() => driver.putMarker(name, text)) }),
  },
  {
    id: "BROKEN-349",
    title: "resolves a sync without having flushed",
    killedBy: "POWER-011",
    base: "process",
    make: (driver) => delegate(driver, { sync: () => withoutFlushes(() => driver.sync!()) }),
  },
  {
    id: "BROKEN-350",
    title: "takes an empty text for null",
    killedBy: "POWER-015",
    base: "process",
    make: (driver: Driver) =>
      delegate(driver, {
        async get(name) {
          const stored = await driver.get(name);
          return stored?.text === "" ? { ...stored, text: "null", version: "empty" } : stored;
        },
      }),
  },
];
