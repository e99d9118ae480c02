import { delegate, type Driver, DriverError, memory, Store } from "@stowage/core";
import { Load, type LoadReport } from "@stowage/conformance";
import { describe, expect, it } from "vitest";

/** What a load finds on a driver; the changes go on until the driver has seen so many writes. */
async function loaded(change: (driver: Driver) => Partial<Driver>, calls = 20): Promise<LoadReport> {
  const driver = memory();
  await using sound = new Store(driver);
  const load = new Load([new Store(delegate(driver, change(driver)))]);
  await load.progress(calls);
  return await load.end(sound);
}

/** Whether this is the n-th call, the 2n-th, and so on. */
function every(n: number): () => boolean {
  let count = 0;
  return () => ++count % n === 0;
}

const none = { lost: 0, doubled: 0, misplaced: 0, failures: {} };
const lostReply = () => new DriverError("UNAVAILABLE", "the connection was lost, the write may have been applied");

describe("a load", () => {
  it("finds nothing wrong with a sound driver", async () => {
    const report = await loaded(() => ({}));
    expect(report).toMatchObject(none);
    expect(report.acknowledged).toBeGreaterThanOrEqual(160);
  });

  it("counts failed calls by code, whether they were applied or not", async () => {
    const isBefore = every(5);
    const isAfter = every(7);
    const report = await loaded((driver) => ({
      async put(name, text, ifVersion) {
        if (isBefore()) throw new DriverError("BUSY", "it is held");
        const outcome = await driver.put(name, text, ifVersion);
        if (isAfter()) throw lostReply();
        return outcome;
      },
    }));
    expect(report).toMatchObject({ lost: 0, doubled: 0, misplaced: 0 });
    expect(Object.keys(report.failures).sort()).toEqual(["BUSY", "UNAVAILABLE"]);
    expect(report.messages["UNAVAILABLE"]).toContain("may have been applied");
  });

  it("counts acknowledged writes that are not there", async () => {
    const isLost = every(10);
    const report = await loaded((driver) => ({
      put: async (name, text, ifVersion) =>
        name.includes("record") && isLost() ? { done: true, version: "none" } : driver.put(name, text, ifVersion),
    }));
    expect(report.lost).toBeGreaterThan(0);
    expect(report.doubled).toBe(0);
  });

  it("counts acknowledged removals that did nothing", async () => {
    const report = await loaded(() => ({ remove: async () => ({ done: true, version: null }) }));
    expect(report.lost).toBeGreaterThan(0);
  });

  it("counts increments that were lost, and those that were made twice", async () => {
    const isLost = every(10);
    const lost = await loaded((driver) => ({
      put: async (name, text, ifVersion) =>
        typeof ifVersion === "string" && isLost() ? { done: true, version: "none" } : driver.put(name, text, ifVersion),
    }));
    expect(lost).toMatchObject({ doubled: 0, misplaced: 0 });
    expect(lost.lost).toBeGreaterThan(0);

    const isTwice = every(10);
    const doubled = await loaded((driver) => ({
      async put(name, text, ifVersion) {
        const outcome = await driver.put(name, text, ifVersion);
        if (typeof ifVersion !== "string" || !outcome.done || !isTwice()) return outcome;
        const { count } = JSON.parse(text) as { count: number };
        return driver.put(name, JSON.stringify({ count: count + 1 }));
      },
    }));
    expect(doubled).toMatchObject({ lost: 0, misplaced: 0 });
    expect(doubled.doubled).toBeGreaterThan(0);
  });

  it("counts records that a listing doesn't show", async () => {
    const driver = memory();
    const load = new Load([new Store(driver)]);
    await load.progress(5);
    const blind = delegate(driver, {
      async *list(range) {
        for await (const names of driver.list(range)) yield names.filter((name) => !name.endsWith("1.json"));
      },
    });
    const report = await load.end(new Store(blind));
    expect(report.misplaced).toBeGreaterThan(0);
    expect(report.lost).toBe(0);
  });

  it("fails with what is no storage error", async () => {
    const store = new Store(memory());
    store.write = () => Promise.reject(new TypeError("a fault of the store"));
    const load = new Load([store]);
    await expect(load.progress()).rejects.toThrow("a fault of the store");
    await expect(load.end(store)).rejects.toThrow("a fault of the store");
  });
});
