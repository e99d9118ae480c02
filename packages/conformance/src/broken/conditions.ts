import { delegate } from "@stowage/core";
import { type BrokenDriver, reversioning, shared } from "./broken.ts";
import { inTwoSteps, removingInTwoSteps } from "./steps.ts";

const recordVersions = shared(() => new Map<string, number>());
const removedNames = shared(() => new Set<string>());
const lastVersions = shared(() => new Map<string, string>());

export const brokenConditions: readonly BrokenDriver[] = [
  {
    id: "BROKEN-081",
    title: "ignores the condition of a write",
    killedBy: "VERSION-011",
    make: (driver) =>
      delegate(driver, {
        put: (name, text, ifVersion) => driver.put(name, text, ifVersion === null ? null : undefined),
      }),
  },
  {
    id: "BROKEN-082",
    title: "overwrites where it should only create",
    killedBy: "VERSION-014",
    make: (driver) =>
      delegate(driver, { put: (name, text, ifVersion) => driver.put(name, text, ifVersion ?? undefined) }),
  },
  {
    id: "BROKEN-083",
    title: "creates where a version was asked for",
    killedBy: "VERSION-012",
    make: (driver) =>
      delegate(driver, {
        put: async (name, text, ifVersion) =>
          driver.put(name, text, (await driver.get(name)) === undefined ? undefined : ifVersion),
      }),
  },
  {
    id: "BROKEN-084",
    title: "refuses a condition without the current version",
    killedBy: "VERSION-014",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const outcome = await driver.put(name, text, ifVersion);
          return outcome.done ? outcome : { done: false, version: null };
        },
      }),
  },
  {
    id: "BROKEN-085",
    title: "ignores the condition of a remove",
    killedBy: "VERSION-021",
    make: (driver) => delegate(driver, { remove: (name) => driver.remove(name) }),
  },
  {
    id: "BROKEN-086",
    title: "is content with the start of a version",
    killedBy: "VERSION-017",
    make: (driver) =>
      delegate(driver, {
        async put(name, text, ifVersion) {
          const version = (await driver.get(name))?.version;
          const like = typeof ifVersion === "string" && ifVersion.startsWith(version ?? "\0");
          return driver.put(name, text, like ? undefined : ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-087",
    title: "compares versions and writes in two steps",
    killedBy: "VERSION-026",
    make: (driver) => inTwoSteps(driver, { befalls: (ifVersion) => ifVersion !== null }),
  },
  {
    id: "BROKEN-088",
    title: "looks for a record and creates it in two steps",
    killedBy: "VERSION-027",
    make: (driver) => inTwoSteps(driver, { befalls: (ifVersion) => ifVersion === null }),
  },
  {
    id: "BROKEN-089",
    title: "compares versions and removes in two steps",
    killedBy: "VERSION-029",
    make: (driver) => removingInTwoSteps(driver),
  },
  {
    id: "BROKEN-090",
    title: "counts versions anew when a record is made again",
    killedBy: "VERSION-006",
    make: (driver) => {
      const versions = recordVersions(driver);
      return delegate(driver, {
        async put(name, text) {
          await driver.put(name, text);
          versions.set(name, (versions.get(name) ?? 0) + 1);
          return { done: true, version: String(versions.get(name)) };
        },
        async remove(name) {
          versions.delete(name);
          return driver.remove(name);
        },
      });
    },
  },
  {
    id: "BROKEN-091",
    title: "takes the length of a text for its version",
    killedBy: "VERSION-008",
    make: (driver) => reversioning(driver, (text) => String(text.length)),
  },
  {
    id: "BROKEN-092",
    title: "gives a new version with each read",
    killedBy: "VERSION-004",
    make: (driver) => {
      let reads = 0;
      const real = (version: string): string => version.replace(/-\d+$/, "");
      return delegate(driver, {
        async get(name) {
          const stored = await driver.get(name);
          return stored && { ...stored, version: `${stored.version}-${++reads}` };
        },
        put: (name, text, ifVersion) =>
          driver.put(name, text, typeof ifVersion === "string" ? real(ifVersion) : ifVersion),
        remove: (name, ifVersion) => driver.remove(name, ifVersion === undefined ? undefined : real(ifVersion)),
      });
    },
  },
  {
    id: "BROKEN-716",
    title: "gives a record the version that it was last seen to have when somebody asks for it",
    killedBy: "VERSION-053",
    make: (driver) => {
      const versions = lastVersions(driver);
      return delegate(driver, {
        async get(name) {
          const stored = await driver.get(name);
          if (stored === undefined) return undefined;
          versions.set(name, stored.version);
          return {
            text: stored.text,
            get version() {
              return versions.get(name) as string;
            },
          };
        },
        async put(name, text, ifVersion) {
          const outcome = await driver.put(name, text, ifVersion);
          if (outcome.done) versions.set(name, outcome.version as string);
          return outcome;
        },
      });
    },
  },
  {
    id: "BROKEN-758",
    title: "creates nothing on a condition where a record was removed",
    killedBy: "VERSION-016",
    make: (driver) => {
      const removed = removedNames(driver);
      return delegate(driver, {
        put: async (name, text, ifVersion) =>
          ifVersion === null && removed.has(name) ? { done: false, version: null } : driver.put(name, text, ifVersion),
        remove: async (name, ifVersion) => {
          removed.add(name);
          return driver.remove(name, ifVersion);
        },
      });
    },
  },
];
