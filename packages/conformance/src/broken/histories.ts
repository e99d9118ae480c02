import { delegate, type Driver, KeyedLock } from "@stowage/core";
import { type BrokenDriver, pause, shared } from "./broken.ts";
import { inTwoSteps, relistingOld, remembering, removingInTwoSteps, stepMs } from "./steps.ts";

/** So much later something happens that should have happened at once, in milliseconds. */
const lateMs = 5;

/** Faults that only show when several clients are at work at once: each call by itself is answered as it should be. */
export const brokenHistories: readonly BrokenDriver[] = [
  {
    id: "BROKEN-301",
    title: "gives out for a while what it read, although others write",
    killedBy: "LINEAR-001",
    make: (driver) => remembering(driver, new Map()),
  },
  {
    id: "BROKEN-302",
    title: "acknowledges a write before others can see it",
    killedBy: "LINEAR-002",
    make: (driver) => {
      const waiting = new Map<string, string>();
      const { later, close } = behind(driver);
      return delegate(driver, {
        close,
        async get(name) {
          const text = waiting.get(name);
          return text === undefined ? driver.get(name) : { text, version: `early ${text}` };
        },
        async put(name, text, ifVersion) {
          if (ifVersion !== undefined) return driver.put(name, text, ifVersion);
          waiting.set(name, text);
          later(async () => {
            await driver.put(name, text);
            if (waiting.get(name) === text) waiting.delete(name);
          });
          return { done: true, version: `early ${text}` };
        },
      });
    },
  },
  {
    id: "BROKEN-303",
    title: "lets a removed record come back",
    killedBy: "LINEAR-002",
    make: (driver) => {
      const { later, close } = behind(driver);
      return delegate(driver, {
        close,
        async remove(name, ifVersion) {
          const stored = await driver.get(name);
          const outcome = await driver.remove(name, ifVersion);
          if (outcome.done && stored !== undefined) {
            later(async () => {
              if ((await driver.get(name)) === undefined) await driver.put(name, stored.text);
            }, 1);
          }
          return outcome;
        },
      });
    },
  },
  {
    id: "BROKEN-304",
    title: "applies a write twice, as a careless retry does",
    killedBy: "LINEAR-002",
    make: (driver) => {
      const { later, close } = behind(driver);
      const isTwice = every(3);
      return delegate(driver, {
        close,
        async put(name, text, ifVersion) {
          const outcome = await driver.put(name, text, ifVersion);
          if (ifVersion === undefined && isTwice()) later(() => driver.put(name, text));
          return outcome;
        },
      });
    },
  },
  {
    id: "BROKEN-305",
    title: "reads many records from what it read before",
    killedBy: "LINEAR-003",
    make: (driver) => {
      const stale = remembering(driver, new Map());
      return delegate(driver, { getMany: (names) => Promise.all(names.map((name) => stale.get(name))) });
    },
  },
  {
    id: "BROKEN-306",
    title: "lists for a while what it listed before",
    killedBy: "LINEAR-004",
    make: (driver) => relistingOld(driver, new Map()),
  },
  {
    id: "BROKEN-307",
    title: "now and then compares a version and writes in two steps",
    killedBy: "LINEAR-005",
    make: (driver) => inTwoSteps(driver, { befalls: every(2) }),
  },
  {
    id: "BROKEN-308",
    title: "writes first and takes it back when the condition does not hold",
    killedBy: "LINEAR-005",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const stored = await driver.get(name);
          if (typeof ifVersion !== "string" || stored === undefined || stored.version === ifVersion) {
            return driver.put(name, text, ifVersion);
          }
          await driver.put(name, text);
          await pause();
          return { done: false, version: (await driver.put(name, stored.text)).version };
        },
      }),
  },
  {
    id: "BROKEN-309",
    title: "compares versions under a lock that each handle has for itself",
    killedBy: "LINEAR-006",
    make: (driver) => {
      const lock = new KeyedLock();
      return inTwoSteps(driver, { lock: (name, body) => lock.run(name, body) });
    },
  },
  {
    id: "BROKEN-310",
    title: "removes on a condition under a lock that each handle has for itself",
    killedBy: "LINEAR-007",
    make: (driver) => {
      const lock = new KeyedLock();
      return removingInTwoSteps(driver, (name, body) => lock.run(name, body));
    },
  },
  {
    id: "BROKEN-311",
    title: "loses an increment now and then",
    killedBy: "LINEAR-008",
    make: (driver) => {
      const isLost = every(20);
      return delegate(driver, {
        async put(name, text, ifVersion) {
          const version = (await driver.get(name))?.version ?? "none";
          return typeof ifVersion === "string" && ifVersion === version && isLost()
            ? { done: true, version }
            : driver.put(name, text, ifVersion);
        },
        ...(driver.update && {
          update: (name, edit) =>
            driver.update!(name, (stored) => {
              const text = edit(stored);
              return isLost() ? undefined : text;
            }),
        }),
      });
    },
  },
  {
    id: "BROKEN-312",
    title: "performs an atomic batch one by one",
    killedBy: "LINEAR-009",
    make: (driver) =>
      delegate(driver, {
        async batch(ops) {
          for (const op of ops) {
            await (op.type === "put" ? driver.put(op.name, op.text) : driver.remove(op.name));
            await pause();
          }
        },
      }),
  },
  {
    id: "BROKEN-318",
    title: "acknowledges and drops a write that meets one on a condition",
    killedBy: "LINEAR-016",
    make: (driver) => {
      const underWay = conditionsUnderWay(driver);
      return delegate(driver, {
        async put(name, text, ifVersion) {
          if (ifVersion === undefined) {
            return underWay.has(name) ? { done: true, version: "none" } : driver.put(name, text);
          }
          underWay.add(name);
          await pause(stepMs);
          underWay.delete(name);
          return driver.put(name, text, ifVersion);
        },
      });
    },
  },
];

const conditionsUnderWay = shared(() => new Set<string>());

/** Work behind the caller's back, which goes on for a while and has ended when the handle is closed. */
function behind(driver: Driver): { later(work: () => Promise<unknown>, ms?: number): void; close(): Promise<void> } {
  let last: Promise<unknown> = Promise.resolve();
  return {
    later(work, ms = lateMs) {
      const due = pause(ms);
      last = last.then(() => due).then(work);
      // What fails there, nobody was promised.
      last.catch(() => {});
    },
    async close() {
      await last;
      await driver.close?.();
    },
  };
}

/** Whether this is the n-th call, the 2n-th, and so on. */
function every(n: number): () => boolean {
  let count = 0;
  return () => ++count % n === 0;
}
