import { AssertionError } from "node:assert/strict";
import { type Case, type CaseResult, cases, type Harness, memoryHarness, runCases } from "@stowage/conformance";
import { delegate, type Driver, DriverError, now, sleep } from "@stowage/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";

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

  it("says so where the backend is away just when it should refuse", async () => {
    const away = (code: "UNAVAILABLE" | "UNSUPPORTED"): Harness =>
      over((driver) =>
        delegate(driver, {
          put: (name, text, ifVersion) =>
            typeof ifVersion === "string"
              ? Promise.reject(new DriverError(code, "no"))
              : driver.put(name, text, ifVersion),
        }),
      );
    expect(await ended("VERSION-011", away("UNAVAILABLE"))).toMatchObject({ status: "failed", broke: "call" });
    expect(await ended("VERSION-011", away("UNSUPPORTED"))).not.toHaveProperty("broke");
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

  it("does not keep what was opened only when it was over", async () => {
    const opened = Promise.withResolvers<Driver>();
    const closed = Promise.withResolvers<void>();
    const slow: Harness = {
      ...sound,
      create: async () => ({ ...(await sound.create()), open: () => opened.promise }),
    };
    expect(await ended("RECORD-001", slow, 20)).toMatchObject({ status: "failed", broke: "time" });
    const driver = await (await sound.create()).open();
    opened.resolve(delegate(driver, { close: async () => closed.resolve() }));
    await expect(closed.promise).resolves.toBeUndefined();
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

  const notRun = (reason: string) => ({
    status: "failed",
    broke: "time",
    error: { message: `The case was not run: ${reason}` },
  });

  it("is given up after five cases in a row, and no other is good", async () => {
    const results = await runCases(hung, { only: writers, timeoutMs: 10 });
    expect(results).toHaveLength(writers.length);
    expect(results[4]).toMatchObject({ error: { message: "The case did not end within 10 ms" } });
    expect(results[5]).toMatchObject(notRun("5 cases before it did not end"));
    expect(results.filter(({ status }) => status !== "failed")).toEqual([]);
  });

  it("is given up after ten cases in all", async () => {
    let turn = 0;
    const often = { ...sound, create: () => (turn++ % 2 === 0 ? sound : hung).create() };
    const results = await runCases(often, { only: writers, timeoutMs: 200 });
    expect(turn).toBe(20);
    expect(results.at(-1)).toMatchObject(notRun("10 cases before it did not end"));
  });

  it("is not good although its harness knows of those that hang", async () => {
    const knownGaps = Object.fromEntries(writers.slice(0, 5).map((id) => [id, "it is slow there"]));
    const results = await runCases({ ...hung, knownGaps }, { only: writers, timeoutMs: 10 });
    expect(results[4]).toMatchObject({ status: "skipped", reason: "known gap: it is slow there" });
    expect(results[5]).toMatchObject(notRun("5 cases before it did not end"));
  });
});

describe("a run that is stopped", () => {
  const hangs = (onPut: () => void): Harness =>
    over((driver) =>
      delegate(driver, {
        put: () => {
          onPut();
          return new Promise(() => {});
        },
      }),
    );

  it("leaves a case that hangs, and says that it showed nothing", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const controller = new AbortController();
    const put = Promise.withResolvers<void>();
    const only = ["RECORD-001", "RECORD-002"];
    const ending = runCases(hangs(put.resolve), { only, signal: controller.signal });
    await put.promise;
    controller.abort();
    await vi.advanceTimersByTimeAsync(10_000);
    const reason = "left before its end: the run was stopped 5 s ago";
    expect(await ending).toMatchObject([{ id: "RECORD-001", status: "skipped", broke: "time", reason }]);
  });
});

describe("a run on a backend that can't be opened", () => {
  const only = cases.slice(0, 50).map(({ id }) => id);

  /** Tries to open it from one case to another take some time, in milliseconds, and then fail. */
  function away(from: number, to: number, tryMs: number): Harness {
    let turn = 0;
    const refuse = async (): Promise<never> => {
      await sleep(tryMs);
      throw new Error("no answer");
    };
    return { ...sound, create: () => (turn++ >= from && turn <= to ? refuse() : sound.create()) };
  }

  it("is given up after twenty cases, if these took as long as one may take", async () => {
    const gone = await runCases(away(10, Infinity, 20), { only, timeoutMs: 200 });
    const messages = gone.map(({ error }) => (error instanceof Error ? error.message : "none"));
    const notRun = "The case was not run: the backend could not be opened for the 20 cases before it: no answer";
    expect(messages).toEqual([
      ...Array<string>(10).fill("none"),
      ...Array<string>(20).fill("no answer"),
      ...Array<string>(20).fill(notRun),
    ]);
    expect(gone.at(-1)).toMatchObject({ status: "failed", broke: "open" });
  });

  it("goes on where it is there again before twenty cases", async () => {
    const back = await runCases(away(10, 29, 20), { only, timeoutMs: 200 });
    expect(back.filter(({ status }) => status === "failed")).toHaveLength(19);
    expect(back.at(-1)).toMatchObject({ status: "passed" });
  });

  it("goes on where so many were under way at once when it was away", async () => {
    const back = await runCases(away(0, 30, 0), { only, timeoutMs: 2000, concurrency: 25 });
    expect(back.filter(({ status }) => status === "failed")).toHaveLength(30);
    expect(back.at(-1)).toMatchObject({ status: "passed" });
  });

  it("loses few cases to a moment in which it refuses", async () => {
    let turn = 0;
    let until = Infinity;
    const create: Harness["create"] = () => {
      if (turn++ === 10) until = now() + 50;
      return turn > 10 && now() < until ? Promise.reject(new Error("no answer")) : sound.create();
    };
    const back = await runCases({ ...sound, create }, { only, timeoutMs: 4000 });
    expect(back.filter(({ status }) => status === "failed")).toHaveLength(1);
  });
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

  it.each<[unknown, string]>([
    [undefined, 'Cannot test the backend: what the harness\'s "create" resolves to is undefined'],
    [{}, 'Cannot test the backend: what the harness\'s "create" resolves to has no function "open"'],
    [
      { open: async () => null, destroy: async () => {} },
      'Cannot test the driver: what the backend\'s "open" resolves to is null',
    ],
  ])("is told what is wrong with the backend %j", async (backend, message) => {
    const result = await ended("RECORD-001", { ...sound, create: async () => backend as never });
    expect(result).toMatchObject({ broke: "open", error: { message } });
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
