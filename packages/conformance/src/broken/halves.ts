import { delegate, type Driver } from "@stowage/core";
import { namesOf, pause } from "./broken.ts";

/**
 * Changes that are made in two steps, for a death or a power cut to come between. Where nobody can stop the clock there, the
 * steps are so many milliseconds apart that hardly anything else takes long.
 */
export interface Steps {
  readonly apartMs?: number;
}

/** Records that are there and say nothing. */
export async function empty(driver: Driver, names: readonly string[], { apartMs }: Steps = {}): Promise<void> {
  for (const name of names) await driver.put(name, "null");
  if (apartMs !== undefined) await pause(apartMs);
}

/** Removes a record of the right version before it puts the new text there. */
export function replacesByRemoving(driver: Driver, { apartMs }: Steps = {}): Driver {
  return delegate(driver, {
    async put(name, text, ifVersion) {
      if (typeof ifVersion !== "string") return driver.put(name, text, ifVersion);
      const removed = await driver.remove(name, ifVersion);
      if (!removed.done) return removed;
      if (apartMs !== undefined) await pause(apartMs);
      return driver.put(name, text);
    },
  });
}

/** Empties a record before it removes it. */
export function emptiesThenRemoves(driver: Driver, steps?: Steps): Driver {
  return delegate(driver, {
    async remove(name, ifVersion) {
      const stored = await driver.get(name);
      if (stored === undefined || (ifVersion !== undefined && stored.version !== ifVersion)) {
        return driver.remove(name, ifVersion);
      }
      await empty(driver, [name], steps);
      return driver.remove(name);
    },
  });
}

/** Empties the records of a prefix before it removes them. */
export function emptiesThenRemovesPrefix(driver: Driver, steps?: Steps): Driver {
  return delegate(driver, {
    async removeRange(prefix) {
      const names = await namesOf(driver, { prefix, reverse: false });
      await empty(driver, names, steps);
      for (const name of names) await driver.remove(name);
      return names.length;
    },
  });
}

/** Empties a marker before it puts the new text there. */
export function emptiesMarker(driver: Driver, { apartMs }: Steps = {}): Driver {
  return delegate(driver, {
    async putMarker(name, text) {
      await driver.putMarker(name, "");
      if (apartMs !== undefined) await pause(apartMs);
      await driver.putMarker(name, text);
    },
  });
}
