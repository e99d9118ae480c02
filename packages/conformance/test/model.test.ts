import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brokenDrivers, memoryHarness, modelTest, replay, runCases, sameStream, scoped } from "@stowage/conformance";
import { delegate, DriverError } from "@stowage/core";
import { afterAll, describe, expect, it, vi } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "stowage-replays-"));
process.env["STOWAGE_REPLAY_DIR"] = folder;
afterAll(() => rmSync(folder, { recursive: true }));

/** Faults that the model must meet within a few hundred streams, as a check of its operations. */
const modelFinds = [
  "001",
  "003",
  "007",
  "012",
  "018",
  "044",
  "071",
  "076",
  "077",
  "082",
  "085",
  "091",
  "106",
  "111",
  "117",
];

function broken(id: string): (typeof brokenDrivers)[number]["make"] {
  const found = brokenDrivers.find((one) => one.id === id);
  if (found === undefined) throw new Error(`There is no ${id}`);
  return found.make;
}

async function messageOf(failing: Promise<unknown>): Promise<string> {
  return failing.then(
    () => expect.unreachable("it should have failed"),
    (error: Error) => error.message,
  );
}

/** The path that a message names. */
function fileIn(message: string): string {
  return /replay file (\S+)$/.exec(message)?.[1] ?? expect.unreachable(message);
}

describe("the model", () => {
  it("agrees with memory", async () => {
    await modelTest(memoryHarness(), { seed: 1, runs: 200 });
  });

  it("agrees with memory in a scope", async () => {
    await modelTest(scoped(memoryHarness()), { seed: 2, runs: 100 });
  });

  for (const { id, title, make } of brokenDrivers.filter(({ id }) => modelFinds.includes(id.slice(-3)))) {
    it(`differs from ${id}, a driver that ${title}`, async () => {
      await expect(modelTest(memoryHarness({}, make), { seed: 3, runs: 300 })).rejects.toThrow(/seed: 3, path: "/);
    });
  }

  it("sees one stream give the same on a backend and in its scope", async () => {
    await sameStream([memoryHarness(), scoped(memoryHarness())], 4);
  });

  it("sees one stream give something else on a broken driver", async () => {
    const harnesses = [memoryHarness(), { ...memoryHarness({}, broken("BROKEN-076")), name: "broken" }];
    await expect(sameStream(harnesses, 5)).rejects.toThrow(/^broken differs[^]*seed: 5/);
  });
});

describe("a failure of the model", () => {
  const harness = { ...memoryHarness({}, broken("BROKEN-082")), name: "a careless creator" };

  it("shows the fewest operations, in plain characters, and what differed", async () => {
    const message = await messageOf(modelTest(harness, { seed: 1, runs: 100 }));
    expect(message.split("\n\nTo see it again")[0]).toMatchInlineSnapshot(`
      "a careless creator differs at operation 2

        1  put key=["\\uffff","\\uffff"] value=0 condition="none"
        2  put key=["\\uffff","\\uffff"] value=null condition="absent"
           gave       {"value":null}
           instead of {"code":"CONFLICT","current":"present"}"
    `);
  });

  it("can be seen again by its file, and no more where the fault is gone", async () => {
    const message = await messageOf(modelTest(harness, { seed: 1, runs: 100 }));
    const file = fileIn(message);
    expect(file.startsWith(folder)).toBe(true);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ on: "a careless creator", seed: 1 });
    expect(message).toContain(await messageOf(replay(harness, file)));
    await replay(memoryHarness(), file);
  });

  it("of a case of the suite has such a file too", async () => {
    const [result] = await runCases(harness, { only: ["MODEL-002"], seed: 7 });
    expect(result).toMatchObject({ status: "failed" });
    const file = fileIn(String(result?.error));
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ on: "memory", seed: 7 });
    await expect(replay(harness, file)).rejects.toThrow("a careless creator differs at operation 2");
  });

  it("that shows only where names are long is seen again, with what the driver said", async () => {
    const narrow = memoryHarness({}, (driver) =>
      delegate(driver, {
        put: (name, ...rest) => (name.length < 14 ? driver.put(name, ...rest) : Promise.reject(new Error("no room"))),
      }),
    );
    const [result] = await runCases(narrow, { only: ["MODEL-002"], seed: 7 });
    const message = String(result?.error);
    expect(message).toMatch(/gave +\{"code":"UNKNOWN","message":"Cannot \w+ [^]*no room"\}/);
    const file = fileIn(message);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ prefix: [expect.stringMatching(/^model-\d/)] });
    expect(message).toContain(await messageOf(replay(narrow, file)));
    await replay(memoryHarness(), file);
  });

  it("has its file elsewhere where the folder that is asked for can't be had, and is told without one", async () => {
    const blocked = join(folder, "blocked");
    writeFileSync(blocked, "");
    vi.stubEnv("STOWAGE_REPLAY_DIR", blocked);
    vi.stubEnv("TMPDIR", folder);
    const message = await messageOf(modelTest(harness, { seed: 1, runs: 100 }));
    const file = fileIn(message);
    expect(dirname(dirname(file))).toBe(folder);
    expect(message).toContain(await messageOf(replay(harness, file)));
    // The folder of this user is taken by a file, as by another user, but there is room for one more.
    const own = dirname(file);
    rmSync(own, { recursive: true });
    writeFileSync(own, "");
    const other = fileIn(await messageOf(modelTest(harness, { seed: 1, runs: 100 })));
    expect([dirname(dirname(other)), dirname(other)]).toEqual([folder, expect.not.stringMatching(`^${own}$`)]);
    vi.stubEnv("TMPDIR", join(blocked, "below"));
    const bare = await messageOf(modelTest(harness, { seed: 1, runs: 100 }));
    expect(bare).toMatch(/^a careless creator differs at operation 2\n[^]*, no replay file could be written$/);
    vi.unstubAllEnvs();
  });

  it("is not taken for one where the backend is away, at any operation or in the end", async () => {
    const operations = [
      { type: "write", key: ["a"], value: 1 },
      { type: "read", key: ["a"] },
    ];
    const file = join(folder, "away.json");
    writeFileSync(file, JSON.stringify({ format: "stowage-replay", version: 1, operations }));
    const away = async (): Promise<never> => {
      throw new DriverError("UNAVAILABLE", "the server is down");
    };
    const put = memoryHarness({}, (driver) => delegate(driver, { put: away }));
    await expect(replay(put, file)).rejects.toThrow(
      /^Cannot replay .*: the backend was not available at operation 1, so/,
    );
    const list = memoryHarness({}, (driver) =>
      delegate(driver, { list: () => ({ [Symbol.asyncIterator]: () => ({ next: away }) }) }),
    );
    await expect(replay(list, file)).rejects.toThrow(
      /^Cannot replay .*: the backend was not available at operation 3, so/,
    );
  });

  it("does not come from what is no replay file", async () => {
    const file = join(folder, "other.json");
    await expect(replay(harness, join(folder, "none.json"))).rejects.toThrow(
      /^Cannot replay ".*none\.json": it can't be read$/,
    );
    writeFileSync(file, "{");
    await expect(replay(harness, file)).rejects.toThrow(/other\.json": it is no JSON$/);
    writeFileSync(file, "null");
    await expect(replay(harness, file)).rejects.toThrow(/other\.json": it is no replay file$/);
    writeFileSync(file, JSON.stringify({ format: "stowage-replay", version: 1, operations: [], prefix: "model" }));
    await expect(replay(harness, file)).rejects.toThrow(/other\.json": its prefix is none$/);
    writeFileSync(file, JSON.stringify({ format: "stowage-replay", version: 2, operations: [] }));
    await expect(replay(harness, file)).rejects.toThrow(/other\.json": its version is 2, this is for version 1$/);
  });
});
