import { delegate, type Capabilities, declareCapabilities, DriverError } from "@stowage/core";
import { type BrokenDriver, namesOf, shared } from "./broken.ts";

const closedHandles = shared(() => ({ any: false }));
const claimedDurability = shared(() => ({ handles: 0 }));

export const brokenLives: readonly BrokenDriver[] = [
  {
    id: "BROKEN-131",
    title: "keeps a marker as a record",
    killedBy: "MARKER-005",
    make: (driver) =>
      delegate(driver, {
        getMarker: async (name) => (await driver.get(`${name}.json`))?.text,
        putMarker: async (name, text) => {
          await driver.put(`${name}.json`, text);
        },
      }),
  },
  {
    id: "BROKEN-132",
    title: "has one marker for all names",
    killedBy: "MARKER-003",
    make: (driver) =>
      delegate(driver, {
        getMarker: () => driver.getMarker("only"),
        putMarker: (_, text) => driver.putMarker("only", text),
      }),
  },
  {
    id: "BROKEN-133",
    title: "trims markers",
    killedBy: "MARKER-002",
    make: (driver) => delegate(driver, { putMarker: (name, text) => driver.putMarker(name, text.trim()) }),
  },
  {
    id: "BROKEN-134",
    title: "keeps markers by handle",
    killedBy: "MARKER-004",
    make: (driver) => {
      const markers = new Map<string, string>();
      return delegate(driver, {
        getMarker: async (name) => markers.get(name),
        putMarker: async (name, text) => void markers.set(name, text),
      });
    },
  },
  {
    id: "BROKEN-135",
    title: "forgets the markers when everything is removed",
    killedBy: "MARKER-007",
    make: (driver) => {
      let forgotten = false;
      return delegate(driver, {
        getMarker: async (name) => (forgotten ? undefined : driver.getMarker(name)),
        async removeRange(prefix) {
          forgotten ||= prefix === "";
          let count = 0;
          for await (const page of driver.list({ prefix, reverse: false })) {
            for (const name of page) await driver.remove(name);
            count += page.length;
          }
          return count;
        },
      });
    },
  },
  {
    id: "BROKEN-336",
    title: "folds the case of markers' names",
    killedBy: "MARKER-008",
    make: (driver) =>
      delegate(driver, {
        getMarker: (name) => driver.getMarker(name.toLowerCase()),
        putMarker: (name, text) => driver.putMarker(name.toLowerCase(), text),
      }),
  },
  {
    id: "BROKEN-337",
    title: "takes the last replacement of a marker back when it closes",
    killedBy: "MARKER-004",
    make: (driver) => {
      const replaced = new Map<string, string>();
      return delegate(driver, {
        async putMarker(name, text) {
          const before = await driver.getMarker(name);
          await driver.putMarker(name, text);
          if (before !== undefined) replaced.set(name, before);
        },
        async close() {
          for (const [name, text] of replaced) await driver.putMarker(name, text);
        },
      });
    },
  },
  {
    id: "BROKEN-338",
    title: "empties the marker whose name is the prefix that it removes",
    killedBy: "MARKER-009",
    make: (driver) =>
      delegate(driver, {
        async removeRange(prefix) {
          const names = await namesOf(driver, { prefix, reverse: false });
          for (const name of names) await driver.remove(name);
          const marker = prefix.slice(0, -1);
          if (marker !== "" && (await driver.getMarker(marker)) !== undefined) await driver.putMarker(marker, "");
          return names.length;
        },
      }),
  },
  {
    id: "BROKEN-339",
    title: "cuts markers at 64 KiB",
    killedBy: "MARKER-002",
    make: (driver) => delegate(driver, { putMarker: (name, text) => driver.putMarker(name, text.slice(0, 65_536)) }),
  },
  {
    id: "BROKEN-136",
    title: "holds writes back and drops them when it closes",
    killedBy: "LIFE-030",
    make: (driver) => {
      const held = new Map<string, string>();
      return delegate(driver, {
        get: async (name) => {
          const text = held.get(name);
          return text === undefined ? driver.get(name) : { text, version: text };
        },
        put: async (name, text) => {
          held.set(name, text);
          return { done: true, version: text };
        },
        close: async () => held.clear(),
      });
    },
  },
  {
    id: "BROKEN-137",
    title: "closes what all handles share",
    killedBy: "LIFE-029",
    make: (driver) => {
      const closed = closedHandles(driver);
      return delegate(driver, {
        get: async (name) => {
          if (closed.any) throw new Error("the connection is closed");
          return driver.get(name);
        },
        close: async () => {
          closed.any = true;
        },
      });
    },
  },
  {
    id: "BROKEN-138",
    title: "can't be closed",
    killedBy: "LIFE-022",
    make: (driver) =>
      delegate(driver, {
        close: async () => {
          throw new Error("busy");
        },
      }),
  },
  {
    id: "BROKEN-139",
    title: "lets its capabilities be changed",
    killedBy: "CLAIM-001",
    make: (driver) => delegate(driver, { capabilities: { ...driver.capabilities } }),
  },
  {
    id: "BROKEN-140",
    title: "lets its limits be changed",
    killedBy: "CLAIM-001",
    make: (driver) =>
      delegate(driver, {
        capabilities: Object.freeze({ ...driver.capabilities, limits: { ...driver.capabilities.limits } }),
      }),
  },
  {
    id: "BROKEN-141",
    title: "claims with a word of its own",
    killedBy: "CLAIM-003",
    make: (driver) =>
      // The cast: a driver without types claims what it likes.
      delegate(driver, {
        capabilities: declareCapabilities({ ...driver.capabilities, durability: "disk" as "power" }),
      }),
  },
  {
    id: "BROKEN-147",
    title: "claims conditions on a remove and none on a write",
    killedBy: "CLAIM-003",
    make: (driver) =>
      delegate(driver, {
        capabilities: Object.freeze({ ...driver.capabilities, compareAndSwap: "none" as const }),
      }),
  },
  {
    id: "BROKEN-142",
    title: "claims something else at each handle",
    killedBy: "CLAIM-004",
    make: (driver) => {
      const words: Capabilities["durability"][] = ["process", "power"];
      const durability = words[claimedDurability(driver).handles++ % 2] as Capabilities["durability"];
      return delegate(driver, { capabilities: declareCapabilities({ ...driver.capabilities, durability }) });
    },
  },
  {
    id: "BROKEN-143",
    title: "claims room for longer texts than it takes",
    killedBy: "CLAIM-009",
    make: (driver) =>
      delegate(driver, {
        capabilities: declareCapabilities({ ...driver.capabilities, limits: { valueBytes: 4096 } }),
        put: async (name, text, ifVersion) => {
          if (text.length > 4000) throw new DriverError("TOO_LARGE", "the text is too long");
          return driver.put(name, text, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-144",
    title: "claims longer keys than the contract has",
    killedBy: "CLAIM-005",
    make: (driver) =>
      delegate(driver, {
        capabilities: declareCapabilities({ ...driver.capabilities, limits: { nameBytes: 2000 } }),
      }),
  },
  {
    id: "BROKEN-145",
    title: "has no way to sync, and says so by failing",
    killedBy: "LIFE-032",
    make: (driver) =>
      delegate(driver, {
        sync: async () => {
          throw new Error("not implemented");
        },
      }),
  },
];
