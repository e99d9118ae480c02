import { delegate, type Driver, type Outcome } from "@stowage/core";
import { type BrokenDriver, namesOf, pause } from "./broken.ts";
import {
  emptiesMarker,
  emptiesThenRemoves,
  emptiesThenRemovesPrefix,
  empty,
  replacesByRemoving,
  type Steps,
} from "./halves.ts";

/** So long the steps of a change are apart, in milliseconds, that its process is hardly ever killed anywhere else. */
const stepMs = 20;
const steps: Steps = { apartMs: stepMs };

/** So long after it was acknowledged is a change made by a driver that keeps it to itself for a while. */
const lateMs = 50;

/** Where the place is gone by then, nobody is told. */
function ignore(): void {}

type Change = "put" | "remove" | "update" | "batch" | "removeRange" | "putMarker";

/** A driver that makes changes of one kind after it has acknowledged them. */
function late(driver: Driver, name: Change, answer: unknown): Driver {
  const call = driver[name]?.bind(driver) as ((...args: unknown[]) => Promise<unknown>) | undefined;
  if (call === undefined) return driver;
  const lateCall = async (...args: unknown[]): Promise<unknown> => {
    setTimeout(() => void call(...args).catch(ignore), lateMs);
    return answer;
  };
  return delegate(driver, { [name]: lateCall });
}

const done: Outcome = { done: true, version: "later" };

/** Writes half of the text before the whole. */
async function inHalves(driver: Driver, name: string, text: string, ifVersion?: string | null): Promise<Outcome> {
  const outcome = await driver.put(name, text.slice(0, text.length / 2), ifVersion);
  if (!outcome.done) return outcome;
  await pause(stepMs);
  return driver.put(name, text);
}

/** Faults that only the death of a process shows. */
export const brokenCrashes: readonly BrokenDriver[] = [
  {
    id: "BROKEN-351",
    title: "acknowledges a write before it makes it",
    killedBy: "CRASH-003",
    base: "process",
    make: (driver) => late(driver, "put", done),
  },
  {
    id: "BROKEN-352",
    title: "writes half of a text before the whole",
    killedBy: "CRASH-005",
    base: "process",
    make: (driver) => delegate(driver, { put: (name, text, ifVersion) => inHalves(driver, name, text, ifVersion) }),
  },
  {
    id: "BROKEN-353",
    title: "removes a record before it puts a shorter text there",
    killedBy: "CRASH-007",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const stored = await driver.get(name);
          if (ifVersion === undefined && stored !== undefined && stored.text.length > text.length) {
            await driver.remove(name);
            await pause(stepMs);
          }
          return driver.put(name, text, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-354",
    title: "reserves a name with an empty record before it creates the record",
    killedBy: "CRASH-008",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          if (ifVersion !== null) return driver.put(name, text, ifVersion);
          const outcome = await driver.put(name, "null", null);
          if (!outcome.done) return outcome;
          await pause(stepMs);
          return driver.put(name, text);
        },
      }),
  },
  {
    id: "BROKEN-355",
    title: "removes a record of the right version before it puts the new text there",
    killedBy: "CRASH-010",
    base: "process",
    make: (driver) => replacesByRemoving(driver, steps),
  },
  {
    id: "BROKEN-356",
    title: "empties a record before it removes it",
    killedBy: "CRASH-012",
    base: "process",
    make: (driver) => emptiesThenRemoves(driver, steps),
  },
  {
    id: "BROKEN-357",
    title: "acknowledges a remove before it makes it",
    killedBy: "CRASH-013",
    base: "process",
    make: (driver) => late(driver, "remove", { done: true, version: null }),
  },
  {
    id: "BROKEN-358",
    title: "writes half of an edited text before the whole",
    killedBy: "CRASH-016",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async update(name, edit) {
          const stored = await driver.get(name);
          const text = stored && edit(stored);
          if (text !== undefined) await inHalves(driver, name, text);
          return stored !== undefined;
        },
      }),
  },
  {
    id: "BROKEN-359",
    title: "acknowledges an update before it makes it",
    killedBy: "CRASH-017",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async update(name, edit) {
          const stored = await driver.get(name);
          const text = stored && edit(stored);
          if (text !== undefined) setTimeout(() => void driver.put(name, text).catch(ignore), lateMs);
          return stored !== undefined;
        },
      }),
  },
  {
    id: "BROKEN-360",
    title: "empties all records of a batch before it does it",
    killedBy: "CRASH-018",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async batch(ops) {
          const names = ops.map(({ name }) => name);
          await empty(driver, names, steps);
          for (const op of ops) await (op.type === "put" ? driver.put(op.name, op.text) : driver.remove(op.name));
        },
      }),
  },
  {
    id: "BROKEN-361",
    title: "does an atomic batch in two halves",
    killedBy: "CRASH-019",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async batch(ops) {
          await driver.batch?.(ops.slice(0, 2), false);
          await pause(stepMs);
          await driver.batch?.(ops.slice(2), false);
        },
      }),
  },
  {
    id: "BROKEN-362",
    title: "acknowledges a batch before it does it",
    killedBy: "CRASH-020",
    base: "process",
    make: (driver) => late(driver, "batch", undefined),
  },
  {
    id: "BROKEN-363",
    title: "empties the records of a prefix before it removes them",
    killedBy: "CRASH-021",
    base: "process",
    make: (driver) => emptiesThenRemovesPrefix(driver, steps),
  },
  {
    id: "BROKEN-364",
    title: "empties a marker before it puts the new text there",
    killedBy: "MARKER-010",
    make: (driver) => emptiesMarker(driver, steps),
  },
  {
    id: "BROKEN-365",
    title: "acknowledges a marker before it puts it there",
    killedBy: "CRASH-023",
    base: "process",
    make: (driver) => late(driver, "putMarker", undefined),
  },
  {
    id: "BROKEN-366",
    title: "writes all records anew at a sync",
    killedBy: "CRASH-024",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async sync() {
          for (const name of await namesOf(driver, { prefix: "", reverse: false })) {
            const stored = await driver.get(name);
            await driver.remove(name);
            await pause(stepMs);
            if (stored !== undefined) await driver.put(name, stored.text);
          }
        },
      }),
  },
  {
    id: "BROKEN-367",
    title: "notes in a record how far its listing has come",
    killedBy: "CRASH-025",
    base: "process",
    make: (driver) => {
      const note = `listing-${process.pid}.json`;
      return delegate(driver, {
        async *list(range) {
          await driver.put(note, "null");
          try {
            yield (await namesOf(driver, range)).filter((name) => name !== note);
          } finally {
            await driver.remove(note);
          }
        },
      });
    },
  },
  {
    id: "BROKEN-368",
    title: "locks a record by another one, which stays when its process dies",
    killedBy: "CRASH-026",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const lock = name.replace(/\.json$/, "-lock.json");
          let held = false;
          for (let left = 100; left > 0 && !held; left--) {
            held = (await driver.put(lock, "null", null)).done;
            if (!held) await pause(2);
          }
          const outcome = await driver.put(name, text, ifVersion);
          // A while later, so that a process that is killed as soon as it has reported the write dies with it.
          if (held) setTimeout(() => void driver.remove(lock).catch(ignore), stepMs);
          return outcome;
        },
      }),
  },
];
