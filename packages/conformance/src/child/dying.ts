import { delegate, type Driver } from "@stowage/core";
import type { DriverMoment } from "../case.ts";
import { die } from "./die.ts";

const changes = ["put", "remove", "update", "batch", "removeRange", "putMarker", "sync"] as const;

type Call = (...args: unknown[]) => Promise<unknown>;

/** A driver that ends the process at one moment of its calls, which are counted from now on. */
export function dying(driver: Driver, { call: fatal, when }: DriverMoment): Driver {
  let calls = 0;
  const dyingCall = (call: Call): Call => {
    return async (...args) => {
      if (++calls !== fatal) return call(...args);
      if (when === "before") die();
      const ended = call(...args);
      if (when === "after") await ended;
      else {
        // If it fails by then, nobody will hear of it.
        ended.catch(() => {});
        await new Promise((resolve) => setImmediate(resolve));
      }
      return die();
    };
  };
  const made: Partial<Record<(typeof changes)[number], Call>> = {};
  for (const name of changes) {
    const call = driver[name]?.bind(driver) as Call | undefined;
    if (call !== undefined) made[name] = dyingCall(call);
  }
  // The cast: each method takes and gives what the driver's own does.
  return delegate(driver, made as Pick<Driver, "put">);
}
