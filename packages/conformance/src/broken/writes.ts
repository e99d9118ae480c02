import { delegate, type Driver } from "@stowage/core";
import { type BrokenDriver, namesOf, pause, shared } from "./broken.ts";

const removedTexts = shared(() => new Map<string, string>());

/** A driver that takes a text for the one that is there if it is as long and this holds. */
function skipping(driver: Driver, isLike: (text: string, before: string) => boolean): Driver {
  const isThere = async (name: string, text: string): Promise<boolean> => {
    const before = (await driver.get(name))?.text;
    return before?.length === text.length && isLike(text, before);
  };
  return delegate(driver, {
    async put(name, text, ifVersion) {
      if (ifVersion !== undefined || !(await isThere(name, text))) return driver.put(name, text, ifVersion);
      return { done: true, version: (await driver.get(name))?.version ?? null };
    },
    async batch(ops, atomic) {
      const skipped = await Promise.all(ops.map(async (op) => op.type === "put" && isThere(op.name, op.text)));
      const rest = ops.filter((_, i) => skipped[i] !== true);
      await driver.batch!(rest, atomic);
    },
  });
}

export const brokenWrites: readonly BrokenDriver[] = [
  {
    id: "BROKEN-071",
    title: "keeps the first text of a record",
    killedBy: "RECORD-002",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const stored = await driver.get(name);
          return stored === undefined ? driver.put(name, text, ifVersion) : { done: true, version: stored.version };
        },
      }),
  },
  {
    id: "BROKEN-072",
    title: "acknowledges a write before it is seen",
    killedBy: "RECORD-001",
    make: (driver) =>
      delegate(driver, {
        async put(name, text) {
          setTimeout(() => void driver.put(name, text), 2);
          return { done: true, version: "later" };
        },
      }),
  },
  {
    id: "BROKEN-073",
    title: "writes a text in two halves",
    killedBy: "RECORD-014",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          await driver.put(name, text.slice(0, text.length / 2));
          await pause();
          return driver.put(name, text, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-074",
    title: "removes a record before it writes it anew",
    killedBy: "RECORD-014",
    make: (driver) =>
      delegate(driver, {
        async put(name, text) {
          await driver.remove(name);
          await pause();
          return driver.put(name, text);
        },
      }),
  },
  {
    id: "BROKEN-075",
    title: "keeps what a handle has read",
    killedBy: "RECORD-007",
    make: (driver) => {
      const known = new Map<string, ReturnType<typeof driver.get>>();
      return delegate(driver, {
        get: (name) => {
          const stored = known.get(name) ?? driver.get(name);
          known.set(name, stored);
          return stored;
        },
        put: (name, text, ifVersion) => {
          known.delete(name);
          return driver.put(name, text, ifVersion);
        },
      });
    },
  },
  {
    id: "BROKEN-076",
    title: "removes what is below a record along with it",
    killedBy: "RECORD-018",
    make: (driver) =>
      delegate(driver, {
        async remove(name, ifVersion) {
          const below = await namesOf(driver, { prefix: `${name.slice(0, -".json".length)}/`, reverse: false });
          for (const one of below) await driver.remove(one);
          return driver.remove(name, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-077",
    title: "removes the record above along with the last one below it",
    killedBy: "RECORD-019",
    make: (driver) =>
      delegate(driver, {
        async remove(name, ifVersion) {
          const folder = name.slice(0, Math.max(0, name.lastIndexOf("/")));
          if (folder !== "") await driver.remove(`${folder}.json`);
          return driver.remove(name, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-078",
    title: "acknowledges a remove and keeps the record",
    killedBy: "RECORD-016",
    make: (driver) => delegate(driver, { remove: async () => ({ done: true, version: null }) }),
  },
  {
    id: "BROKEN-079",
    title: "fails to remove what is missing",
    killedBy: "RECORD-017",
    make: (driver) =>
      delegate(driver, {
        async remove(name, ifVersion) {
          if ((await driver.get(name)) === undefined) throw new Error("ENOENT");
          return driver.remove(name, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-080",
    title: "brings removed records back when it is opened again",
    killedBy: "RECORD-021",
    make: (driver) => {
      const removed = removedTexts(driver);
      for (const [name, text] of removed) void driver.put(name, text);
      return delegate(driver, {
        async remove(name, ifVersion) {
          const stored = await driver.get(name);
          if (stored !== undefined) removed.set(name, stored.text);
          return driver.remove(name, ifVersion);
        },
      });
    },
  },
  {
    id: "BROKEN-333",
    title: "skips a write of more than 64 KiB that has the length and the first 64 KiB of what is there",
    killedBy: "RECORD-031",
    make: (driver) =>
      skipping(driver, (text, before) => text.length > 65_536 && text.slice(0, 65_536) === before.slice(0, 65_536)),
  },
  {
    id: "BROKEN-334",
    title: "skips a write that has the length and the last KiB of what is there",
    killedBy: "RECORD-031",
    make: (driver) => skipping(driver, (text, before) => text.slice(-1024) === before.slice(-1024)),
  },
  {
    id: "BROKEN-335",
    title: "skips a write in a batch that has the length, the first KiB, and the last KiB of what is there",
    killedBy: "RECORD-031",
    make: (driver) => {
      const isLike = (text: string, before: string): boolean =>
        text.slice(0, 1024) === before.slice(0, 1024) && text.slice(-1024) === before.slice(-1024);
      return delegate(driver, { batch: skipping(driver, isLike).batch! });
    },
  },
  {
    id: "BROKEN-254",
    title: "removes the first 1,000 records of a batch",
    killedBy: "MANY-008",
    make: (driver) =>
      delegate(driver, {
        batch(ops, atomic) {
          const beyond = ops.filter((op) => op.type === "remove").slice(1000);
          return driver.batch!(
            ops.filter((op) => op.type === "put" || !beyond.includes(op)),
            atomic,
          );
        },
      }),
  },
];
