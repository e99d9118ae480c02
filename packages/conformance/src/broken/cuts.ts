import { delegate, type Driver } from "@stowage/core";
import type { BrokenDriver } from "./broken.ts";
import { emptiesMarker, emptiesThenRemoves, emptiesThenRemovesPrefix, empty, replacesByRemoving } from "./halves.ts";

/** A driver that empties the records that it is about to write, if they are there already, or if they are not. */
function emptiesBeforeWriting(driver: Driver, those: "there" | "missing"): Driver {
  return delegate(driver, {
    async put(name, text, ifVersion) {
      const isThere = (await driver.get(name)) !== undefined;
      if (ifVersion === undefined && isThere === (those === "there")) await empty(driver, [name]);
      return driver.put(name, text, ifVersion);
    },
  });
}

/** Faults that are over when the call is: only a power cut on the way meets them. */
export const brokenCuts: readonly BrokenDriver[] = [
  {
    id: "BROKEN-591",
    title: "empties a record before it replaces it",
    killedBy: "POWER-014",
    base: "process",
    make: (driver) => emptiesBeforeWriting(driver, "there"),
  },
  {
    id: "BROKEN-592",
    title: "makes a new record empty before it writes its text",
    killedBy: "POWER-016",
    base: "process",
    make: (driver) => emptiesBeforeWriting(driver, "missing"),
  },
  {
    id: "BROKEN-593",
    title: "replaces a record on a condition by removing it and making it anew",
    killedBy: "POWER-017",
    base: "process",
    make: (driver) => replacesByRemoving(driver),
  },
  {
    id: "BROKEN-594",
    title: "empties a record before it removes it",
    killedBy: "POWER-018",
    base: "process",
    make: (driver) => emptiesThenRemoves(driver),
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
    make: (driver) => emptiesThenRemovesPrefix(driver),
  },
  {
    id: "BROKEN-598",
    title: "empties a marker before it writes it",
    killedBy: "POWER-022",
    base: "process",
    make: (driver) => emptiesMarker(driver),
  },
];
