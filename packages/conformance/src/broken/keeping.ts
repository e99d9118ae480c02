import { delegate, type Driver, now } from "@stowage/core";
import { type BrokenDriver, shared } from "./broken.ts";

/** What these caches are given, in characters. */
const room = 6_000_000;

/** What a cache knows of the records that it may have to drop, the oldest first. */
interface Cache {
  readonly lengths: Map<string, number>;
  used: number;
}

const caches = shared((): Cache => ({ lengths: new Map(), used: 0 }));
/** When each name was last written to. */
const times = shared(() => new Map<string, number>());

/** A driver that tells of each text that it was given, once it has it. */
function telling(driver: Driver, tell: (name: string, text: string) => Promise<void>): Driver {
  return delegate(driver, {
    async put(name, text, ifVersion) {
      const outcome = await driver.put(name, text, ifVersion);
      if (outcome.done) await tell(name, text);
      return outcome;
    },
    async batch(ops, atomic) {
      await driver.batch!(ops, atomic);
      for (const op of ops) if (op.type === "put") await tell(op.name, op.text);
    },
  });
}

export const brokenKeeping: readonly BrokenDriver[] = [
  {
    id: "BROKEN-381",
    title: "drops the oldest records when its memory is full, as a cache does",
    killedBy: "KEEP-001",
    make: (driver) => {
      const cache = caches(driver);
      return telling(driver, async (name, text) => {
        cache.used += text.length - (cache.lengths.get(name) ?? 0);
        cache.lengths.delete(name);
        cache.lengths.set(name, text.length);
        for (const [oldest, length] of cache.lengths) {
          if (cache.used <= room) return;
          await driver.remove(oldest);
          cache.lengths.delete(oldest);
          cache.used -= length;
        }
      });
    },
  },
  {
    id: "BROKEN-382",
    title: "drops its markers when much was written",
    killedBy: "KEEP-002",
    make: (driver) => {
      const cache = caches(driver);
      const counting = telling(driver, async (_, text) => void (cache.used += text.length));
      return delegate(counting, {
        getMarker: async (name) => (cache.used > room ? undefined : driver.getMarker(name)),
      });
    },
  },
  {
    id: "BROKEN-383",
    title: "appends to a log of a limited length, and forgets what was last written before its beginning",
    killedBy: "KEEP-003",
    make: (driver) => {
      const log: { readonly name: string; readonly length: number }[] = [];
      let used = 0;
      return telling(driver, async (name, text) => {
        log.push({ name, length: text.length });
        used += text.length;
        while (used > room) {
          const first = log.shift();
          if (first === undefined) return;
          used -= first.length;
          if (log.every((entry) => entry.name !== first.name)) await driver.remove(first.name);
        }
      });
    },
  },
  {
    id: "BROKEN-384",
    title: "lets records expire half a second after they were written",
    killedBy: "KEEP-004",
    make: (driver) => {
      const written = times(driver);
      const keeping = telling(driver, async (name) => void written.set(name, now()));
      return delegate(keeping, {
        get: async (name) => (now() - (written.get(name) ?? now()) > 500 ? undefined : driver.get(name)),
      });
    },
  },
  {
    id: "BROKEN-385",
    title: "lets markers expire a second after they were written",
    killedBy: "KEEP-004",
    make: (driver) => {
      const written = times(driver);
      return delegate(driver, {
        getMarker: async (name) => (now() - (written.get(name) ?? now()) > 1000 ? undefined : driver.getMarker(name)),
        putMarker: async (name, text) => {
          written.set(name, now());
          await driver.putMarker(name, text);
        },
      });
    },
  },
];
