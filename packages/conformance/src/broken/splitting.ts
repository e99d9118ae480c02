import { type BatchOp, delegate, type Driver, DriverError, type DriverOp, KeyedLock, Store } from "@stowage/core";
import { type BrokenDriver, namesOf, pause, shared } from "./broken.ts";
import { edited, inTwoSteps, stepMs } from "./steps.ts";
import { brokenStore } from "./stores.ts";

const locks = shared(() => new KeyedLock());

/** The marker that holds the name of a record that is being updated. */
const underWay = "under-way";

function piecesOf<Op>(ops: readonly Op[], size: number): readonly (readonly Op[])[] {
  return Array.from({ length: Math.ceil(ops.length / size) }, (_, i) => ops.slice(i * size, (i + 1) * size));
}

/** A driver that does a batch of more than so many operations in pieces. */
function splitting(driver: Driver, size: number): Driver {
  return inPieces(driver, (ops) => piecesOf(ops, size));
}

/** Operations up to so many characters of texts, or one that is longer by itself. */
function piecesOfLength(ops: readonly DriverOp[], lengthMax: number): readonly (readonly DriverOp[])[] {
  const pieces: DriverOp[][] = [];
  let length = Infinity;
  for (const op of ops) {
    const more = op.type === "put" ? op.text.length : 0;
    if (length + more > lengthMax) {
      pieces.push([]);
      length = 0;
    }
    pieces.at(-1)?.push(op);
    length += more;
  }
  return pieces;
}

/** A driver that does each piece of a batch by itself. */
function inPieces(driver: Driver, cut: (ops: readonly DriverOp[]) => Iterable<readonly DriverOp[]>): Driver {
  if (driver.batch === undefined) return driver;
  return delegate(driver, {
    async batch(ops, atomic) {
      for (const [i, piece] of [...cut(ops)].entries()) {
        if (i > 0) await pause();
        await driver.batch!(piece, atomic);
      }
    },
  });
}

const writesFirst = (a: DriverOp, b: DriverOp): number => a.type.localeCompare(b.type);

/** A store that checks and hands on a batch in pieces, where it is or is not to be atomic. */
function piecemeal(isAtomic: boolean): typeof Store {
  return class extends Store {
    override async batch(ops: readonly BatchOp[], options: { readonly atomic?: boolean } = {}): Promise<void> {
      const pieces = ops.length > 0 && (options.atomic === true) === isAtomic ? piecesOf(ops, 25) : [ops];
      for (const piece of pieces) await super.batch(piece, options);
    }
  };
}

/** A driver that writes and removes single records under the lock that it updates under. */
function locking(driver: Driver): Driver {
  const lock = locks(driver);
  return delegate(driver, {
    put: (name, text, ifVersion) => lock.run(name, () => driver.put(name, text, ifVersion)),
    remove: (name, ifVersion) => lock.run(name, () => driver.remove(name, ifVersion)),
    update: (name, edit) => lock.run(name, () => edited(driver, name, edit)),
  });
}

/** Runs under the locks of all of these names, taken in their order, so that no two wait for each other. */
function underAll<T>(lock: KeyedLock, names: readonly string[], body: () => Promise<T>): Promise<T> {
  return names.toSorted().reduceRight<() => Promise<T>>((inner, name) => () => lock.run(name, inner), body)();
}

async function oneByOne(driver: Driver, ops: readonly DriverOp[]): Promise<void> {
  for (const op of ops) await (op.type === "put" ? driver.put(op.name, op.text) : driver.remove(op.name));
}

/** Batches that are cut into pieces, and batches and removals that others don't see coming. */
export const brokenSplits: readonly BrokenDriver[] = [
  {
    id: "BROKEN-571",
    title: "does an atomic batch by 25 operations",
    killedBy: "BATCH-015",
    make: (driver) => splitting(driver, 25),
  },
  {
    id: "BROKEN-572",
    title: "does an atomic batch by 64 operations",
    killedBy: "BATCH-022",
    make: (driver) => splitting(driver, 64),
  },
  {
    id: "BROKEN-573",
    title: "does an atomic batch by 128 operations",
    killedBy: "LINEAR-018",
    make: (driver) => splitting(driver, 128),
  },
  {
    id: "BROKEN-574",
    title: "does an atomic batch by 128 operations, as the death of its process shows",
    killedBy: "CRASH-019",
    base: "process",
    make: (driver) => splitting(driver, 128),
  },
  {
    id: "BROKEN-706",
    title: "does an atomic batch by 1,000 operations",
    killedBy: "BATCH-028",
    make: (driver) => splitting(driver, 1000),
  },
  {
    id: "BROKEN-707",
    title: "does an atomic batch by 1 MiB of texts",
    killedBy: "BATCH-027",
    make: (driver) => inPieces(driver, (ops) => piecesOfLength(ops, 1 << 20)),
  },
  {
    id: "BROKEN-708",
    title: "does an atomic batch folder by folder",
    killedBy: "BATCH-029",
    make: (driver) => inPieces(driver, (ops) => Map.groupBy(ops, ({ name }) => name.split("/")[0]).values()),
  },
  {
    id: "BROKEN-709",
    title: "does the removes of an atomic batch behind its writes",
    killedBy: "BATCH-029",
    make: (driver) => inPieces(driver, (ops) => Map.groupBy(ops.toSorted(writesFirst), ({ type }) => type).values()),
  },
  brokenStore("BROKEN-575", "checks an atomic batch piece by piece", "BATCH-016", piecemeal(true)),
  brokenStore("BROKEN-576", "checks a batch piece by piece", "BATCH-010", piecemeal(false)),
  {
    id: "BROKEN-577",
    title: "updates under a lock that a batch does not take",
    killedBy: "LINEAR-019",
    make: (driver) => locking(driver),
  },
  {
    id: "BROKEN-578",
    title: "updates under a lock that the removal of a prefix does not take",
    killedBy: "LINEAR-019",
    make(driver) {
      const locked = locking(driver);
      return delegate(locked, {
        batch: (ops, atomic) => {
          const names = ops.map(({ name }) => name);
          return underAll(locks(driver), names, () => driver.batch!(ops, atomic));
        },
        async removeRange(prefix) {
          const names = await namesOf(driver, { prefix, reverse: false });
          await driver.batch!(
            names.map((name) => ({ type: "remove", name })),
            false,
          );
          return names.length;
        },
      });
    },
  },
  {
    id: "BROKEN-579",
    title: "acknowledges and drops what a batch writes to a record that another process updates",
    killedBy: "LINEAR-020",
    base: "process",
    make: (driver) =>
      delegate(driver, {
        async batch(ops, atomic) {
          // A marker is seen by all processes, which is all that is asked of it here.
          const updated = await driver.getMarker(underWay);
          const others = ops.filter(({ name }) => name !== updated);
          await (driver.batch?.(others, atomic) ?? oneByOne(driver, others));
        },
        async update(name, edit) {
          await driver.putMarker(underWay, name);
          await pause(stepMs);
          const isThere = await driver.update!(name, edit);
          await driver.putMarker(underWay, "none");
          return isThere;
        },
      }),
  },
  {
    id: "BROKEN-580",
    title: "compares a version and writes under a lock that a batch does not take",
    killedBy: "LINEAR-016",
    make: (driver) => {
      const lock = locks(driver);
      const comparing = inTwoSteps(driver, { lock: (name, body) => lock.run(name, body) });
      return delegate(comparing, {
        remove: (name, ifVersion) => lock.run(name, () => driver.remove(name, ifVersion)),
      });
    },
  },
  {
    id: "BROKEN-581",
    title: "fails a write with NOT_FOUND when the record goes before it is replaced",
    killedBy: "LINEAR-002",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const isThere = (await driver.get(name)) !== undefined;
          await pause();
          if (isThere && ifVersion === undefined && (await driver.get(name)) === undefined) {
            throw new DriverError("NOT_FOUND", "there is no such record");
          }
          return driver.put(name, text, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-583",
    title: "refuses a plain write with CONFLICT when another one was faster",
    killedBy: "LINEAR-002",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const stored = await driver.get(name);
          await pause();
          if (ifVersion !== undefined) return driver.put(name, text, ifVersion);
          const outcome = await driver.put(name, text, stored?.version ?? null);
          if (outcome.done) return outcome;
          throw new DriverError("CONFLICT", "another writer was faster", { currentVersion: outcome.version });
        },
      }),
  },
  {
    id: "BROKEN-582",
    title: "names a version that nobody knows when a record goes while a condition on it is checked",
    killedBy: "LINEAR-007",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const stored = await driver.get(name);
          await pause(stepMs);
          const outcome = await driver.put(name, text, ifVersion);
          const isGone = stored !== undefined && !outcome.done && outcome.version === null;
          return isGone ? { done: false, version: "gone" } : outcome;
        },
      }),
  },
];
