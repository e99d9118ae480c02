import { delegate } from "@stowage/core";
import { type BrokenDriver, namesOf, pause } from "./broken.ts";
import { edited, inTwoSteps } from "./steps.ts";

/** So long a step takes that another process is to come between, in milliseconds. */
const stepMs = 20;

/** What only another process, or a file that no driver wrote, can show. */
export const brokenProcesses: readonly BrokenDriver[] = [
  {
    id: "BROKEN-501",
    title: "reads, edits, and writes in steps between which other processes come",
    killedBy: "PROCESS-001",
    base: "process",
    make: (driver) => delegate(driver, { update: (name, edit) => edited(driver, name, edit) }),
  },
  {
    id: "BROKEN-502",
    title: "looks for a record and creates it in steps between which other processes come",
    killedBy: "PROCESS-002",
    base: "process",
    make: (driver) => inTwoSteps(driver, { befalls: (ifVersion) => ifVersion === null, ms: stepMs }),
  },
  {
    id: "BROKEN-503",
    title: "lets other processes see the first half of a text",
    killedBy: "PROCESS-003",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          await driver.put(name, text.slice(0, text.length / 2));
          await pause();
          return driver.put(name, text, typeof ifVersion === "string" ? undefined : ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-504",
    title: "prepares a write in a record of its own, which stays when its process dies",
    killedBy: "PROCESS-004",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const prepared = name.replace(/\.json$/, "~.json");
          await driver.put(prepared, text);
          const outcome = await driver.put(name, text, ifVersion);
          void pause(stepMs).then(() => driver.remove(prepared));
          return outcome;
        },
      }),
  },
  {
    id: "BROKEN-505",
    title: "keeps a listing, although other processes write",
    killedBy: "PROCESS-005",
    base: "process",
    make: (driver) => {
      let known: readonly string[] | undefined;
      return delegate(driver, {
        async *list(range) {
          known ??= await namesOf(driver, { prefix: "", reverse: false });
          yield known.filter((name) => name.startsWith(range.prefix));
        },
        put: (name, text, ifVersion) => {
          known = undefined;
          return driver.put(name, text, ifVersion);
        },
      });
    },
  },
  {
    id: "BROKEN-506",
    title: "acknowledges a write that its process still has to make",
    killedBy: "PROCESS-006",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async put(name, text) {
          void pause(stepMs).then(() => driver.put(name, text));
          return { done: true, version: "soon" };
        },
      }),
  },
  {
    id: "BROKEN-507",
    title: "keeps its process alive after close",
    killedBy: "PROCESS-007",
    base: "process",
    make: (driver) => {
      // Not forever: nobody would end the process.
      void pause(30_000);
      return driver;
    },
  },
  {
    id: "BROKEN-508",
    title: "acknowledges an atomic batch when half of it is done",
    killedBy: "PROCESS-008",
    base: "process",
    make: (driver) => {
      let rest = Promise.resolve();
      return delegate(driver, {
        async batch(ops, atomic) {
          await rest;
          const half = Math.ceil(ops.length / 2);
          await driver.batch!(ops.slice(0, half), atomic);
          rest = pause(stepMs).then(() => driver.batch!(ops.slice(half), atomic));
        },
      });
    },
  },
  {
    id: "BROKEN-509",
    title: "replaces bytes that are no text without a word",
    killedBy: "CORRUPT-021",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        get: async (name) => {
          const stored = await driver.get(name);
          return stored && { text: stored.text, version: stored.version };
        },
      }),
  },
];
