import { AssertionError } from "node:assert/strict";
import { type Case, type CaseResult, cases, type Harness, memoryHarness, runCases } from "@stowage/conformance";
import { delegate, type Driver, DriverError } from "@stowage/core";
import { describe, expect, it } from "vitest";

const sound = memoryHarness();

/** How one case ends before a driver. */
async function ended(only: string, harness: Harness, timeoutMs?: number): Promise<CaseResult | undefined> {
  return (await runCases(harness, { only: [only], ...(timeoutMs !== undefined && { timeoutMs }) }))[0];
}

function over(wrap: (driver: Driver) => Driver): Harness {
  return memoryHarness({}, wrap);
}

function failingPut(thrown: Error): Harness {
  return over((driver) => delegate(driver, { put: () => Promise.reject(thrown) }));
}

describe("a case that could not be carried out", () => {
  const refused = (): Promise<never> => Promise.reject(new Error("no place left"));
  const spoiltBy = (changes: object): Harness => ({
    ...sound,
    create: async () => ({ ...(await sound.create()), ...changes }),
  });

  it.each<[string, string, Harness]>([
    ["can't be made", "open", { ...sound, create: refused }],
    ["can't be opened", "open", spoiltBy({ open: refused })],
    ["can't be taken away", "close", spoiltBy({ destroy: refused })],
    ["does not answer", "call", failingPut(new DriverError("UNAVAILABLE", "connection refused"))],
    ["fails as nobody knows", "call", failingPut(new TypeError("x is not a function"))],
  ])("says so where the backend %s", async (_, broke, harness) => {
    expect(await ended("RECORD-001", harness)).toMatchObject({ status: "failed", broke });
  });

  it("says so where a child process can't start", async () => {
    const process = { module: "file:///nowhere.js", factory: "none", options: {} };
    expect(await ended("PROCESS-001", spoiltBy({ process }))).toMatchObject({ status: "failed", broke: "process" });
  });

  it("is not one that failed by its law, nor one that planned the failure that it met", async () => {
    const forgetful = over((driver) => delegate(driver, { get: async () => undefined }));
    expect(await ended("RECORD-001", forgetful)).not.toHaveProperty("broke");
    // What a harness checks when it takes a backend away is a law of its own.
    const untidy = spoiltBy({ destroy: () => Promise.reject(new AssertionError({ message: "something was left" })) });
    expect(await ended("RECORD-001", untidy)).not.toHaveProperty("broke");
    const planning: Case = {
      id: "MINE-001",
      law: "E3",
      title: "a write gets through although the backend is away",
      async run({ open }) {
        const away = new DriverError("UNAVAILABLE", "connection refused");
        const store = await open((driver) => delegate(driver, { put: () => Promise.reject(away) }));
        await store.write(["a"], 1);
      },
    };
    const planned = await ended("MINE-001", { ...sound, cases: [planning] });
    expect(planned).toMatchObject({ status: "failed", error: { code: "UNAVAILABLE" } });
    expect(planned).not.toHaveProperty("broke");
  });

  it("says so when it does not end, and what it made is taken away all the same", async () => {
    const hanging = over((driver) => delegate(driver, { put: () => new Promise(() => {}) }));
    let left = 0;
    const counted: Harness = {
      ...hanging,
      create: async () => {
        const backend = await hanging.create();
        left++;
        return { ...backend, destroy: async () => void left-- };
      },
    };
    const result = await ended("RECORD-001", counted, 50);
    expect(result).toMatchObject({ status: "failed", broke: "time", error: expect.any(Error) });
    expect(left).toBe(0);
  });

  it("has an error also where undefined was thrown", async () => {
    expect(await ended("RECORD-001", spoiltBy({ open: () => Promise.reject() }))).toMatchObject({
      error: new Error("undefined was thrown"),
    });
  });
});

describe("a run in which nothing ends", () => {
  const hung: Harness = { ...sound, create: () => new Promise(() => {}) };
  const writers = cases.filter(({ id }) => id.startsWith("KEY-0")).map(({ id }) => id);

  it("is given up after five cases in a row", async () => {
    const results = await runCases(hung, { only: writers, timeoutMs: 10 });
    expect(results).toHaveLength(writers.length);
    expect(results.filter(({ status }) => status === "failed")).toHaveLength(5);
    expect(results[5]).toMatchObject({ status: "skipped", reason: "not run: 5 cases before it did not end" });
  });

  it("is given up after ten cases in all", async () => {
    let turn = 0;
    const now = { ...sound, create: () => (turn++ % 2 === 0 ? sound : hung).create() };
    const results = await runCases(now, { only: writers, timeoutMs: 200 });
    expect(results.filter(({ status }) => status === "failed")).toHaveLength(10);
    expect(results.at(-1)).toMatchObject({ status: "skipped", reason: "not run: 10 cases before it did not end" });
  });
});

it("a run on a backend that can't be opened any more is given up, and goes on where it could for a moment not", async () => {
  const only = cases.slice(0, 50).map(({ id }) => id);
  const away = (from: number, to: number): Harness => {
    let turn = 0;
    const isAway = (): boolean => turn++ >= from && turn <= to;
    return { ...sound, create: () => (isAway() ? Promise.reject(new Error("no answer")) : sound.create()) };
  };
  const gone = await runCases(away(10, Infinity), { only });
  expect(gone.map(({ status }) => status)).toEqual([
    ...Array<string>(10).fill("passed"),
    ...Array<string>(20).fill("failed"),
    ...Array<string>(20).fill("skipped"),
  ]);
  expect(gone.at(-1)?.reason).toBe("not run: the backend could not be opened for the 20 cases before it");
  const back = await runCases(away(10, 29), { only });
  expect(back.filter(({ status }) => status === "failed")).toHaveLength(19);
  expect(back.at(-1)).toMatchObject({ status: "passed" });
});

describe("a harness that can't be run", () => {
  it.each([
    [undefined, "Cannot test the driver: it has no capabilities"],
    [{}, 'Cannot test the driver: its capabilities have no "limits"'],
    [{ limits: { segments: 1, segmentBytes: 1 } }, 'lack "nameBytes", "valueBytes"'],
  ])("is told what the capabilities %j lack", async (capabilities, message) => {
    const harness = over((driver) => ({ ...driver, capabilities: capabilities as Driver["capabilities"] }));
    const result = await ended("RECORD-001", harness);
    expect(result).toMatchObject({ broke: "open", error: { message: expect.stringContaining(message) } });
  });

  it("is told that capabilities are no JSON", async () => {
    const harness = over((driver) =>
      delegate(driver, { capabilities: Object.assign({ ...driver.capabilities }, { durability: 1n }) }),
    );
    const error = { message: "Cannot test the driver: its capabilities are no JSON" };
    expect(await ended("RECORD-001", harness)).toMatchObject({ broke: "open", error });
  });

  it("is refused when it takes an id of the suite for a case of its own", async () => {
    const own = { ...cases[0]!, run: async () => {} };
    await expect(runCases({ ...sound, cases: [own] })).rejects.toThrow(
      `Cannot choose cases: there are two of the id "${own.id}"`,
    );
  });
});
