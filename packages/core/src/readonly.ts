import { delegate } from "./delegate.ts";
import { declareCapabilities, type Driver } from "./driver.ts";
import { DriverError } from "./errors.ts";

/**
 * A view of a store that refuses every change (UNSUPPORTED) and reads as before: for viewers and reports.
 *
 * @example new Store(readonly(driver))
 */
export function readonly(driver: Driver): Driver {
  const reason = "the store is opened for reading only";
  const refuse = async (): Promise<never> => {
    throw new DriverError("UNSUPPORTED", reason);
  };
  return delegate(driver, {
    capabilities: declareCapabilities({ ...driver.capabilities, compareAndSwap: "none", atomicBatch: "none" }),
    refusals: { compareAndSwap: reason, compareAndRemove: reason },
    put: refuse,
    remove: refuse,
    putMarker: refuse,
    update: refuse,
    batch: refuse,
    removeRange: refuse,
  });
}
