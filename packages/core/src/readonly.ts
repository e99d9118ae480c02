import { declareCapabilities, type Driver } from "./driver.ts";
import { DriverError } from "./errors.ts";

/**
 * A view of a store that refuses every change (UNSUPPORTED) and reads as before: for viewers and reports.
 *
 * @example new Store(readonly(driver))
 */
export function readonly(driver: Driver): Driver {
  const refuse = async (): Promise<never> => {
    throw new DriverError("UNSUPPORTED", "the store is opened for reading only");
  };
  return {
    name: driver.name,
    ...(driver.location !== undefined && { location: driver.location }),
    capabilities: declareCapabilities({ ...driver.capabilities, compareAndSwap: "none", atomicBatch: "none" }),
    get: (name) => driver.get(name),
    put: refuse,
    remove: refuse,
    list: (range) => driver.list(range),
    getMarker: (name) => driver.getMarker(name),
    putMarker: refuse,
    batch: refuse,
    removeRange: refuse,
    ...(driver.getMany && { getMany: (names) => driver.getMany!(names) }),
    ...(driver.scan && { scan: (ranges) => driver.scan!(ranges) }),
    ...(driver.foreign && { foreign: () => driver.foreign!() }),
    ...(driver.sync && { sync: () => driver.sync!() }),
    ...(driver.close && { close: () => driver.close!() }),
    ...(driver.codeOf && { codeOf: (error) => driver.codeOf!(error) }),
    ...(driver.tornReadDelayMs !== undefined && { tornReadDelayMs: driver.tornReadDelayMs }),
  };
}
