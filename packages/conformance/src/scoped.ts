import assert from "node:assert/strict";
import { delegate, type Driver, type Key, scope } from "@stowage/core";
import type { Backend, Harness } from "./case.ts";
import { makeBackend } from "./made.ts";

const prefix: Key = ["scope", "a"];
const root = "scope/a/";

/** Names around the view that a careless prefix, bound, or marker would hit. */
const decoys: readonly string[] = [
  "scope.json",
  "scope/a.json",
  "scope/a-b/x.json",
  "scope/a0/x.json",
  "scope/ab.json",
  "scope/ab/x.json",
  "scope/b/a/x.json",
  "scopea/x.json",
  "z.json",
];
const foldedDecoy = "scope/A/x.json";
const decoyMarker = "migration";
/** A count that no store takes for that of a newer format. */
const decoyMarkerText = "1";

/**
 * The same backend seen through `scope(["scope", "a"])`, among decoys in its neighbourhood that every case must leave
 * alone. Running the suite on it as well proves that the view is a store like any other.
 */
export function scoped(harness: Harness): Harness {
  return {
    ...harness,
    name: `${harness.name}, scoped`,
    create: async () => scopedBackend(await makeBackend(harness)),
  };
}

/** A view that closes the driver with itself: the suite opens one for each. */
export function ownView(prefix: Key, driver: Driver): Driver {
  return delegate(scope(prefix)(driver), driver.close ? { close: () => driver.close!() } : {});
}

async function scopedBackend(backend: Backend): Promise<Backend> {
  const names = await withDriver(backend, plantDecoys);
  return {
    open: async () => ownView(prefix, await backend.open()),
    ...(backend.process && { process: { ...backend.process, scope: [...(backend.process.scope ?? []), ...prefix] } }),
    ...(backend.store && { store: (driver, options) => backend.store!(driver, options) }),
    ...(backend.plant && { plant: (name: string, bytes: Uint8Array) => backend.plant!(root + name, bytes) }),
    ...(backend.holds && { holds: backend.holds }),
    destroy: async () => {
      try {
        await withDriver(backend, (driver) => checkDecoys(driver, names));
      } finally {
        await backend.destroy();
      }
    },
  };
}

async function plantDecoys(driver: Driver): Promise<readonly string[]> {
  const names = driver.capabilities.caseSensitive ? [foldedDecoy, ...decoys] : decoys;
  for (const name of names) await driver.put(name, JSON.stringify(name));
  await driver.putMarker(decoyMarker, decoyMarkerText);
  return names;
}

async function checkDecoys(driver: Driver, names: readonly string[]): Promise<void> {
  const outside: string[] = [];
  for await (const page of driver.list({ prefix: "", reverse: false })) {
    outside.push(...page.filter((name) => !name.startsWith(root)));
  }
  assert.deepEqual(outside.sort(), [...names].sort(), "a scoped case changed which records lie outside its scope");
  for (const name of names) assert.equal((await driver.get(name))?.text, JSON.stringify(name));
  assert.equal(await driver.getMarker(decoyMarker), decoyMarkerText);
}

async function withDriver<T>(backend: Backend, body: (driver: Driver) => Promise<T>): Promise<T> {
  const driver = await backend.open();
  try {
    return await body(driver);
  } finally {
    await driver.close?.();
  }
}
