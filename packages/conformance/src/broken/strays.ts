import { delegate } from "@stowage/core";
import type { BrokenDriver } from "./broken.ts";

export const brokenBackgrounds: readonly BrokenDriver[] = [
  {
    id: "BROKEN-901",
    title: "writes a second time and lets nobody know that it failed",
    killedBy: "RECORD-001",
    make: (driver) =>
      delegate(driver, {
        put: (name, text, ifVersion) => {
          void Promise.reject(new Error("the second write failed"));
          return driver.put(name, text, ifVersion);
        },
      }),
  },
  {
    id: "BROKEN-902",
    title: "throws where nobody can catch it, once a write is done",
    killedBy: "RECORD-001",
    make: (driver) =>
      delegate(driver, {
        put: (name, text, ifVersion) => {
          setImmediate(() => {
            throw new Error("the clean-up failed");
          });
          return driver.put(name, text, ifVersion);
        },
      }),
  },
];
