import { delegate, type Driver } from "@stowage/core";
import { type BrokenDriver, namesOf } from "./broken.ts";

/** Puts something under a name that is neither its old text nor its new one. */
async function between(driver: Driver, name: string): Promise<void> {
  await driver.put(name, "null");
}

/** Faults that are over when the call is: only a power cut on the way meets them. */
export const brokenCuts: readonly BrokenDriver[] = [
  {
    id: "BROKEN-591",
    title: "empties a record before it replaces it",
    killedBy: "POWER-014",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          if (ifVersion === undefined && (await driver.get(name)) !== undefined) await between(driver, name);
          return driver.put(name, text, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-592",
    title: "makes a new record empty before it writes its text",
    killedBy: "POWER-016",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          if (ifVersion === undefined && (await driver.get(name)) === undefined) await between(driver, name);
          return driver.put(name, text, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-593",
    title: "replaces a record on a condition by removing it and making it anew",
    killedBy: "POWER-017",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          if (typeof ifVersion !== "string") return driver.put(name, text, ifVersion);
          const removed = await driver.remove(name, ifVersion);
          return removed.done ? driver.put(name, text, null) : removed;
        },
      }),
  },
  {
    id: "BROKEN-594",
    title: "empties a record before it removes it",
    killedBy: "POWER-018",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async remove(name, ifVersion) {
          if (ifVersion === undefined && (await driver.get(name)) !== undefined) await between(driver, name);
          return driver.remove(name, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-595",
    title: "updates a record by removing it and making it anew",
    killedBy: "POWER-019",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async update(name, edit) {
          const stored = await driver.get(name);
          const text = stored && edit(stored);
          if (text === undefined) return stored !== undefined;
          await driver.remove(name);
          await driver.put(name, text);
          return true;
        },
      }),
  },
  {
    id: "BROKEN-596",
    title: "removes all records of a batch before it writes them",
    killedBy: "POWER-020",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async batch(ops) {
          for (const { name } of ops) await driver.remove(name);
          for (const op of ops) if (op.type === "put") await driver.put(op.name, op.text);
        },
      }),
  },
  {
    id: "BROKEN-597",
    title: "empties the records of a prefix before it removes them",
    killedBy: "POWER-021",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async removeRange(prefix) {
          const names = await namesOf(driver, { prefix, reverse: false });
          for (const name of names) await between(driver, name);
          for (const name of names) await driver.remove(name);
          return names.length;
        },
      }),
  },
  {
    id: "BROKEN-598",
    title: "empties a marker before it writes it",
    killedBy: "POWER-022",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async putMarker(name, text) {
          await driver.putMarker(name, "");
          await driver.putMarker(name, text);
        },
      }),
  },
];
