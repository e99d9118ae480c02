import { delegate, type Driver, type DriverOp } from "@stowage/core";
import { type BrokenDriver, pause, shared } from "./broken.ts";

const undos = shared(() => ({ ops: undefined as readonly DriverOp[] | undefined }));
const openings = shared(() => ({ count: 0 }));
const closings = shared(() => ({ count: 0 }));

/** The marker by which processes tell each other that one of them has opened the data. */
const openedMarker = "opened";

/** A driver that loses what it puts where the number that it looks at has grown meanwhile. */
function losingPuts(driver: Driver, changes: { readonly count: number }, others: Partial<Driver> = {}): Driver {
  return delegate(driver, {
    async put(name, text, ifVersion) {
      const { count } = changes;
      await pause(1);
      if (count === changes.count || ifVersion !== undefined) return driver.put(name, text, ifVersion);
      return { done: true, version: "lost" };
    },
    ...others,
  });
}

/** What the opening and the closing of a handle does to others. */
export const brokenOpenings: readonly BrokenDriver[] = [
  {
    id: "BROKEN-720",
    title: "takes a batch under way at another handle for one that a crash left, and undoes it when it opens",
    killedBy: "LIFE-049",
    make: (driver) => {
      const undo = undos(driver);
      if (undo.ops !== undefined) void driver.batch!(undo.ops, true);
      undo.ops = undefined;
      return delegate(driver, {
        async batch(ops, atomic) {
          const olds = await Promise.all(ops.map(({ name }) => driver.get(name)));
          const own = ops.map(({ name }, i): DriverOp => {
            const old = olds[i];
            return old === undefined ? { type: "remove", name } : { type: "put", name, text: old.text };
          });
          undo.ops = own;
          await pause(2);
          await driver.batch!(ops, atomic);
          await pause(2);
          if (undo.ops === own) undo.ops = undefined;
        },
      });
    },
  },
  {
    id: "BROKEN-721",
    title: "loses a write under way when another handle opens",
    killedBy: "LIFE-049",
    make: (driver) => {
      const opened = openings(driver);
      opened.count++;
      return losingPuts(driver, opened);
    },
  },
  {
    id: "BROKEN-722",
    title: "loses a write under way when another handle closes",
    killedBy: "LIFE-049",
    make: (driver) => {
      const closed = closings(driver);
      return losingPuts(driver, closed, {
        close: async () => {
          closed.count++;
          await driver.close?.();
        },
      });
    },
  },
  {
    id: "BROKEN-723",
    title: "loses a write under way when another process opens the data",
    killedBy: "PROCESS-009",
    base: "process",
    make: (driver) => {
      const opened = driver.putMarker(openedMarker, crypto.randomUUID());
      return delegate(driver, {
        async put(name, text, ifVersion) {
          await opened;
          const before = await driver.getMarker(openedMarker);
          await pause(5);
          if ((await driver.getMarker(openedMarker)) === before) return driver.put(name, text, ifVersion);
          return { done: true, version: "lost" };
        },
      });
    },
  },
];
