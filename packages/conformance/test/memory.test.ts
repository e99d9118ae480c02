import { cases, conformance, type Harness, memoryHarness, runCases, scoped } from "@stowage/conformance";
import { declareCapabilities, delegate, type Driver, DriverError } from "@stowage/core";
import { describe, expect, it } from "vitest";

/** Denies what the memory driver can do, so that the cases of refusal have something to look at. */
function modest(driver: Driver): Driver {
  return delegate(driver, {
    capabilities: declareCapabilities({ ...driver.capabilities, compareAndSwap: "none", atomicBatch: "none" }),
  });
}

/** Checks a condition on a write, but not on a remove, as some S3 servers do. */
function removingBlindly(driver: Driver): Driver {
  return delegate(driver, {
    capabilities: declareCapabilities({ ...driver.capabilities, compareAndRemove: "none" }),
    remove: (name, ifVersion) => {
      if (ifVersion !== undefined) throw new Error("a condition reached a driver that has none");
      return driver.remove(name);
    },
  });
}

/** Leaves conditions to the store, which keeps them within the process. */
function inProcess(driver: Driver): Driver {
  return delegate(driver, {
    capabilities: declareCapabilities({ ...driver.capabilities, compareAndSwap: "process" }),
    put: (name, text, ifVersion) => {
      if (ifVersion !== undefined) throw new Error("a condition reached a driver that has none");
      return driver.put(name, text);
    },
  });
}

/** Can't keep names apart that differ in case or normalisation only, and refuses the second, as on some file systems. */
function folding(driver: Driver): Driver {
  const fold = (name: string): string => name.normalize("NFC").toLowerCase();
  const refuseTwin = async (name: string): Promise<void> => {
    for await (const page of driver.list({ prefix: "", reverse: false })) {
      const twin = page.find((one) => one !== name && fold(one) === fold(name));
      if (twin !== undefined)
        throw new DriverError("UNSUPPORTED", `the record ${JSON.stringify(twin)} is in its place`);
    }
  };
  return delegate(driver, {
    capabilities: declareCapabilities({ ...driver.capabilities, caseSensitive: false }),
    put: async (name, text, ifVersion) => {
      await refuseTwin(name);
      return driver.put(name, text, ifVersion);
    },
    batch: async (ops, atomic) => {
      for (const op of ops) if (op.type === "put") await refuseTwin(op.name);
      return driver.batch!(ops, atomic);
    },
  });
}

const harnesses: readonly Harness[] = [
  memoryHarness(),
  scoped(memoryHarness()),
  { ...scoped(scoped(memoryHarness())), name: "memory, scoped twice" },
  { ...memoryHarness({ valueBytes: 5_000_000 }), name: "memory with a limit" },
  { ...memoryHarness({}, inProcess), name: "memory with conditions in this process only" },
  { ...memoryHarness({}, removingBlindly), name: "memory without conditions on removes" },
  { ...memoryHarness({}, folding), name: "memory that folds names" },
];
for (const harness of harnesses) conformance(harness, { describe, it });

describe("a driver that claims nothing", () => {
  it("passes what does not need updates", async () => {
    const results = await runCases({ ...memoryHarness({}, modest), name: "modest" });
    const failed = results.filter(({ status }) => status === "failed").map(({ id }) => id);
    expect(failed).toEqual([]);
    const refusals = ["UPDATE-018", "VERSION-030", "VERSION-031", "BATCH-017"];
    expect(results.filter(({ id }) => refusals.includes(id)).map(({ status }) => status)).toEqual([
      "passed",
      "passed",
      "passed",
      "passed",
    ]);
  });
});

describe("the suite on memory", () => {
  it("skips a case only with a reason", async () => {
    const results = await runCases(memoryHarness());
    expect(results.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    for (const { id, status, reason } of results) if (status === "skipped") expect(reason, id).toBeTruthy();
  });

  it("turns red when a known gap is closed", async () => {
    const harness = { ...memoryHarness(), knownGaps: { "RECORD-001": "for this test" } };
    const [result] = await runCases(harness, { only: ["RECORD-001"] });
    expect(result).toMatchObject({ status: "failed" });
  });

  it("counts a case that does not end as failed", async () => {
    const stuck = memoryHarness({}, (driver) => delegate(driver, { put: () => new Promise(() => {}) }));
    const [result] = await runCases(stuck, { only: ["RECORD-001"], timeoutMs: 20 });
    expect(result).toMatchObject({ status: "failed" });
  });

  it("refuses an id that is none", async () => {
    await expect(runCases(memoryHarness(), { only: ["LIST-999"] })).rejects.toThrow('there is no case "LIST-999"');
  });
});
