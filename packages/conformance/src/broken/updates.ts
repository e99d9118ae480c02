import { delegate, KeyedLock } from "@stowage/core";
import type { BrokenDriver } from "./broken.ts";
import { edited } from "./steps.ts";

export const brokenUpdates: readonly BrokenDriver[] = [
  {
    id: "BROKEN-093",
    title: "updates without a condition, so that others' writes are lost",
    killedBy: "UPDATE-013",
    make: (driver) => delegate(driver, { update: (name, edit) => edited(driver, name, edit) }),
  },
  {
    id: "BROKEN-094",
    title: "updates under a lock that each handle has for itself",
    killedBy: "UPDATE-014",
    make: (driver) => {
      const lock = new KeyedLock();
      return delegate(driver, {
        update: (name, edit) => lock.run(name, () => edited(driver, name, edit)),
      });
    },
  },
  {
    id: "BROKEN-095",
    title: "swallows what edit throws",
    killedBy: "UPDATE-005",
    make: (driver) =>
      delegate(driver, {
        async update(name, edit) {
          const stored = await driver.get(name);
          if (stored === undefined) return false;
          try {
            const text = edit(stored);
            if (text !== undefined) await driver.put(name, text);
          } catch {
            return true;
          }
          return true;
        },
      }),
  },
  {
    id: "BROKEN-096",
    title: "keeps its lock when edit throws",
    killedBy: "UPDATE-006",
    make: (driver) => {
      let free = Promise.resolve();
      return delegate(driver, {
        async update(name, edit) {
          await free;
          const { promise, resolve } = Promise.withResolvers<void>();
          free = promise;
          const stored = await driver.get(name);
          const text = stored && edit(stored);
          if (text !== undefined) await driver.put(name, text);
          resolve();
          return stored !== undefined;
        },
      });
    },
  },
  {
    id: "BROKEN-097",
    title: "creates a record to update it",
    killedBy: "UPDATE-004",
    make: (driver) =>
      delegate(driver, {
        async update(name, edit) {
          const text = edit((await driver.get(name)) ?? { text: "{}", version: "0" });
          if (text !== undefined) await driver.put(name, text);
          return true;
        },
      }),
  },
  {
    id: "BROKEN-098",
    title: "writes also what edit left alone",
    killedBy: "UPDATE-009",
    make: (driver) =>
      delegate(driver, {
        async update(name, edit) {
          const stored = await driver.get(name);
          if (stored === undefined) return false;
          await driver.put(name, edit(stored) ?? stored.text, stored.version);
          return true;
        },
      }),
  },
  {
    id: "BROKEN-146",
    title: "fails what is called while an edit runs",
    killedBy: "UPDATE-019",
    make: (driver) => {
      let isEditing = false;
      return delegate(driver, {
        async put(name, text, ifVersion) {
          if (isEditing) throw new Error("a transaction is open");
          return driver.put(name, text, ifVersion);
        },
        async update(name, edit) {
          const stored = await driver.get(name);
          if (stored === undefined) return false;
          isEditing = true;
          try {
            const text = edit(stored);
            if (text !== undefined) await driver.put(name, text);
          } finally {
            isEditing = false;
          }
          return true;
        },
      });
    },
  },
];
