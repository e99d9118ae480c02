import { delegate, type Driver } from "@stowage/core";
import { type BrokenDriver, pause } from "./broken.ts";
import { inTwoSteps } from "./steps.ts";

type Put = Driver["put"];

/** A driver that puts a text of more than so many characters another way. */
function puttingLong(driver: Driver, length: number, put: Put): Driver {
  return delegate(driver, {
    put: (name, text, ifVersion) =>
      text.length > length ? put(name, text, ifVersion) : driver.put(name, text, ifVersion),
  });
}

/** Drivers that do with long texts what they would not do with short ones. */
export const brokenLargeTexts: readonly BrokenDriver[] = [
  {
    id: "BROKEN-700",
    title: "ignores a condition when the text has more than 64 KiB",
    killedBy: "VERSION-048",
    make: (driver) => puttingLong(driver, 1 << 16, (name, text) => driver.put(name, text)),
  },
  {
    id: "BROKEN-701",
    title: "ignores a condition when the text has more than 5 MiB",
    killedBy: "VERSION-048",
    make: (driver) => puttingLong(driver, 5 << 20, (name, text) => driver.put(name, text)),
  },
  {
    id: "BROKEN-702",
    title: "compares versions and writes in two steps when the text has more than 1 MiB",
    killedBy: "VERSION-049",
    make: (driver) => puttingLong(driver, 1 << 20, (...args) => inTwoSteps(driver).put(...args)),
  },
  {
    id: "BROKEN-703",
    title: "writes a text of more than 1 MiB in two halves",
    killedBy: "RECORD-032",
    make: (driver) =>
      puttingLong(driver, 1 << 20, async (name, text, ifVersion) => {
        const old = await driver.get(name);
        if (ifVersion !== undefined || old === undefined) return driver.put(name, text, ifVersion);
        const half = text.length >> 1;
        await driver.put(name, text.slice(0, half) + old.text.slice(half));
        await pause();
        return driver.put(name, text);
      }),
  },
  {
    id: "BROKEN-704",
    title: "removes a record before it puts a text of more than 64 KiB there",
    killedBy: "RECORD-032",
    make: (driver) =>
      puttingLong(driver, 1 << 16, async (name, text, ifVersion) => {
        if (ifVersion === undefined) {
          await driver.remove(name);
          await pause();
        }
        return driver.put(name, text, ifVersion);
      }),
  },
  {
    id: "BROKEN-705",
    title: "takes the version anew before it writes a text of more than 64 KiB on it",
    killedBy: "UPDATE-027",
    make: (driver) =>
      puttingLong(driver, 1 << 16, async (name, text, ifVersion) => {
        if (typeof ifVersion !== "string") return driver.put(name, text, ifVersion);
        await pause();
        return driver.put(name, text, (await driver.get(name))?.version ?? null);
      }),
  },
];
