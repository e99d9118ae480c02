import { delegate, KeyedLock } from "@stowage/core";
import { type BrokenDriver, pause, shared } from "./broken.ts";
import { edited } from "./steps.ts";

const updateLocks = shared(() => new KeyedLock());
const turns = shared(() => ({ last: Promise.resolve(true) }));
const changes = shared(() => ({ count: 0 }));
const givenVersions = shared(() => new Set<string>());
const madeAgain = shared(() => ({ removed: new Set<string>(), again: new Set<string>() }));

/** Updates and conditions that hold until somebody comes between in one certain way. */
export const brokenRaces: readonly BrokenDriver[] = [
  {
    id: "BROKEN-241",
    title: "makes the record of an update anew when it was removed meanwhile",
    killedBy: "UPDATE-022",
    make: (driver) =>
      delegate(driver, {
        async update(name, edit) {
          for (;;) {
            let isDone = true;
            const isThere = await edited(driver, name, edit, async (text, version) => {
              const outcome = await driver.put(name, text, version);
              isDone = outcome.done || (outcome.version === null && (await driver.put(name, text, null)).done);
            });
            if (isDone) return isThere;
          }
        },
      }),
  },
  {
    id: "BROKEN-242",
    title: "tries an update again with the text that it made first",
    killedBy: "UPDATE-025",
    make: (driver) =>
      delegate(driver, {
        update: (name, edit) =>
          edited(driver, name, edit, async (text, version) => {
            const { done } = await driver.put(name, text, version);
            if (!done) await driver.put(name, text);
          }),
      }),
  },
  {
    id: "BROKEN-243",
    title: "drops the update that waits behind one that threw",
    killedBy: "UPDATE-021",
    make: (driver) => {
      const turn = turns(driver);
      return delegate(driver, {
        async update(name, edit) {
          const before = turn.last;
          const { promise, resolve } = Promise.withResolvers<boolean>();
          turn.last = promise;
          let isSound = true;
          try {
            if (!(await before)) return true;
            isSound = false;
            const isThere = await edited(driver, name, edit);
            isSound = true;
            return isThere;
          } finally {
            resolve(isSound);
          }
        },
      });
    },
  },
  {
    id: "BROKEN-244",
    title: "locks a record for an update against other updates, and not against writes",
    killedBy: "UPDATE-023",
    make: (driver) =>
      delegate(driver, {
        update: (name, edit) => updateLocks(driver).run(name, () => edited(driver, name, edit)),
      }),
  },
  {
    id: "BROKEN-245",
    title: "keeps an object in a record that held one",
    killedBy: "UPDATE-020",
    make: (driver) =>
      delegate(driver, {
        update: (name, edit) =>
          edited(driver, name, edit, async (text, version) => {
            const isObject = (await driver.get(name))?.text.startsWith("{") === true;
            return driver.put(name, isObject && !text.startsWith("{") ? "{}" : text, version);
          }),
      }),
  },
  {
    id: "BROKEN-246",
    title: "writes the two halves of an edited text one after the other",
    killedBy: "UPDATE-024",
    make: (driver) =>
      delegate(driver, {
        update: (name, edit) =>
          updateLocks(driver).run(name, () =>
            edited(driver, name, edit, async (text) => {
              const old = (await driver.get(name))?.text ?? "";
              await driver.put(name, text.slice(0, text.length / 2) + old.slice(text.length / 2));
              await pause();
              await driver.put(name, text);
            }),
          ),
      }),
  },
  {
    id: "BROKEN-247",
    title: "tells versions apart by whether they are even",
    killedBy: "VERSION-035",
    make: (driver) => {
      const parity = (version: string | null): string | null => version && String(Number(version) % 2);
      return delegate(driver, {
        async put(name, text, ifVersion) {
          const current = (await driver.get(name))?.version ?? null;
          const isLike = typeof ifVersion === "string" && parity(ifVersion) === parity(current);
          return driver.put(name, text, isLike ? (current as string) : ifVersion);
        },
      });
    },
  },
  {
    id: "BROKEN-248",
    title: "has one version for all records",
    killedBy: "VERSION-042",
    make: (driver) => {
      const state = changes(driver);
      const stamp = (): string => String(state.count);
      return delegate(driver, {
        async get(name) {
          const stored = await driver.get(name);
          return stored && { ...stored, version: stamp() };
        },
        async put(name, text, ifVersion) {
          const isThere = (await driver.get(name)) !== undefined;
          const isRefused = ifVersion === null ? isThere : ifVersion !== undefined && ifVersion !== stamp();
          if (isRefused) return { done: false, version: isThere ? stamp() : null };
          state.count++;
          await driver.put(name, text);
          return { done: true, version: stamp() };
        },
      });
    },
  },
  {
    id: "BROKEN-249",
    title: "takes the version of any record for that of this one",
    killedBy: "VERSION-040",
    make: (driver) => {
      const current = givenVersions(driver);
      return delegate(driver, {
        async put(name, text, ifVersion) {
          const before = (await driver.get(name))?.version;
          const isKnown = typeof ifVersion === "string" && current.has(ifVersion);
          const outcome = await driver.put(name, text, isKnown ? undefined : ifVersion);
          if (outcome.done && before !== undefined) current.delete(before);
          if (outcome.done) current.add(outcome.version as string);
          return outcome;
        },
      });
    },
  },
  {
    id: "BROKEN-250",
    title: "gives a new version to a text that it did not write again",
    killedBy: "VERSION-041",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const stored = await driver.get(name);
          const isSame = stored?.text === text && stored.version === ifVersion;
          return isSame ? { done: true, version: `${ifVersion}+` } : driver.put(name, text, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-251",
    title: "removes on any version a record that was made again",
    killedBy: "VERSION-037",
    make: (driver) => {
      const { removed, again } = madeAgain(driver);
      return delegate(driver, {
        put(name, text, ifVersion) {
          if (removed.has(name)) again.add(name);
          return driver.put(name, text, ifVersion);
        },
        remove(name, ifVersion) {
          removed.add(name);
          return driver.remove(name, again.has(name) ? undefined : ifVersion);
        },
      });
    },
  },
  {
    id: "BROKEN-252",
    title: "acknowledges a write whose condition does not hold",
    killedBy: "VERSION-043",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const outcome = await driver.put(name, text, ifVersion);
          return outcome.done ? outcome : { done: true, version: outcome.version ?? "none" };
        },
      }),
  },
];
