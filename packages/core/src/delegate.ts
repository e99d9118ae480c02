import type { Driver } from "./driver.ts";

const methods = [
  "get",
  "put",
  "remove",
  "list",
  "getMarker",
  "putMarker",
  "getMany",
  "scan",
  "update",
  "batch",
  "removeRange",
  "foreign",
  "sync",
  "close",
  "codeOf",
] as const satisfies readonly (keyof Driver)[];

type Method = (...args: unknown[]) => unknown;

/**
 * A driver that does what another one does, but for what is given: for wrappers. What the other one lacks is lacking here
 * too, so that a store fills the same gaps.
 */
export function delegate(driver: Driver, changes: Partial<Driver>): Driver {
  const made: Partial<Record<keyof Driver, unknown>> = {
    name: driver.name,
    capabilities: driver.capabilities,
    ...(driver.location !== undefined && { location: driver.location }),
    ...(driver.notices !== undefined && { notices: driver.notices }),
    ...(driver.refusals !== undefined && { refusals: driver.refusals }),
    ...(driver.tornReadDelayMs !== undefined && { tornReadDelayMs: driver.tornReadDelayMs }),
  };
  // Casts: a method is handed on with whatever it takes, and what is made has every required member of a driver.
  for (const name of methods) {
    const method = driver[name] as Method | undefined;
    if (method !== undefined) made[name] = (...args: unknown[]) => method.apply(driver, args);
  }
  return { ...(made as unknown as Driver), ...changes };
}
