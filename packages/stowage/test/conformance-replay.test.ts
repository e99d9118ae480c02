import { expect, test } from "vitest";
import { Sandbox } from "./cli.ts";

const conformance = new URL("../../conformance/src/index.ts", import.meta.url).href;
const core = new URL("../../core/src/index.ts", import.meta.url).href;

const write = { type: "write", key: ["a"], value: 1 };
const file = { format: "stowage-replay", version: 1, on: "memory", seed: 1, operations: [write], difference: "none" };

/** A module that exports a harness of a driver whose `put` is made of a piece of program. */
function plantHarness(sandbox: Sandbox, put: string): void {
  const program = `
    import { delegate, DriverError } from ${JSON.stringify(core)};
    import { memoryHarness } from ${JSON.stringify(conformance)};
    export const harness = memoryHarness({}, (driver) => delegate(driver, { put: ${put} }));`;
  sandbox.plantFile("harness.mjs", program);
}

test("a replay file is performed, and what differs is told", async () => {
  using sandbox = new Sandbox();
  sandbox.plantFile("replay.json", JSON.stringify(file));
  const argv = ["--replay", "replay.json"];
  const good = await sandbox.run(["conformance", "memory:", ...argv]);
  expect({ code: good.code, stdout: good.stdout }).toEqual({ code: 0, stdout: "memory: agrees with the model\n" });
  plantHarness(sandbox, "async () => ({ version: '1' })");
  const bad = await sandbox.run(["conformance", "./harness.mjs", ...argv]);
  expect(bad).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^memory: differs\n {2}memory differs in what it holds/),
  });
  const json = await sandbox.run(["conformance", "memory:", "./harness.mjs", ...argv, "--json"]);
  expect(JSON.parse(json.stdout)).toEqual({
    targets: [
      { name: "memory", place: "memory:", agrees: true },
      { name: "memory 2", place: "./harness.mjs", agrees: false, message: expect.stringContaining("instead of") },
    ],
  });
  expect(json.code).toBe(1);
});

test.each([
  ["none.json", "it can't be read"],
  ["text.json", "it is no JSON"],
  ["other.json", "it is no replay file"],
  ["newer.json", "its version is 2, this is for version 1"],
  ["strange.json", "its operation 2 is none that is known"],
])("%s can't be replayed", async (name, sentence) => {
  using sandbox = new Sandbox();
  sandbox.plantFile("text.json", "[");
  sandbox.plantFile("other.json", "[]");
  sandbox.plantFile("newer.json", JSON.stringify({ ...file, version: 2 }));
  sandbox.plantFile("strange.json", JSON.stringify({ ...file, operations: [write, null] }));
  const { code, stdout, stderr } = await sandbox.run(["conformance", "memory:", "--replay", name]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^stowage: Cannot replay ".+": .+\n$/);
  expect(stderr).toContain(sentence);
});

test.each([
  ["is not there", "redis://127.0.0.1:1", "ECONNREFUSED"],
  ["goes away", "./harness.mjs", "the backend was not available at operation 1, so nothing is shown"],
  ["hangs", "./hanging.mjs", "it did not end within 0.1 s"],
])("a target that %s does not differ", async (_, target, sentence) => {
  using sandbox = new Sandbox();
  sandbox.plantFile("replay.json", JSON.stringify(file));
  plantHarness(sandbox, "async () => { throw new DriverError('UNAVAILABLE', 'the server is down') }");
  sandbox.plantFile("hanging.mjs", `export const harness = { name: "hanging", create: () => new Promise(() => {}) };`);
  const timeout = target.includes("hanging") ? ["--timeout", "0.1"] : [];
  const { code, stdout, stderr } = await sandbox.run(["conformance", target, "--replay", "replay.json", ...timeout]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^stowage: Cannot replay .+\n$/);
  expect(stderr).toContain(sentence);
});
