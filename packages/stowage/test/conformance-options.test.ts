import { existsSync, mkdirSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { Sandbox } from "./cli.ts";

const conformance = new URL("../../conformance/src/index.ts", import.meta.url).href;
/** Cases that take no time anywhere. */
const few = ["--only", "RECORD-001,LIST-001"];

/** A module whose harness says when it was asked for a backend. */
function plantHarness(sandbox: Sandbox, more: string): void {
  const program = `
    import { writeFileSync } from "node:fs";
    import { delegate } from ${JSON.stringify(new URL("../../core/src/index.ts", import.meta.url).href)};
    import { memoryHarness } from ${JSON.stringify(conformance)};
    const sound = memoryHarness();
    const create = () => (writeFileSync(${JSON.stringify(sandbox.join("touched"))}, ""), sound.create());
    const wrapped = (wrap) => memoryHarness({}, wrap);
    export const harness = { ...sound, name: "planted", create, ${more} };`;
  sandbox.plantFile("harness.mjs", program);
}

test.each([
  [["--report", "html", "--out", "taken"], 'Cannot write reports to "taken": it is no folder, name another with --out'],
  [["--report", "html", "--out", "taken/deeper/x"], "is no folder, name another with --out"],
  [["--require", "planted,redis"], 'Cannot require "redis": no target is called that'],
  [["--only", "LIST,MINE-002"], 'Cannot run "MINE-002": no case has this id'],
  [[], 'its knownGaps name "GONE-001", and no case has this id'],
])("%j is refused before the target is touched", async (options, sentence) => {
  using sandbox = new Sandbox();
  sandbox.plantFile("taken", "");
  plantHarness(sandbox, options.length === 0 ? 'knownGaps: { "GONE-001": "why" }' : "");
  const { code, stdout, stderr } = await sandbox.run(["conformance", "./harness.mjs", ...options]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^stowage: Cannot .+\n$/);
  expect(stderr).toContain(sentence);
  expect(existsSync(sandbox.join("touched"))).toBe(false);
});

test.each([
  ["fs:taken", "taken"],
  ["fs:taken/deeper/x", "taken"],
  ["sqlite:taken/agent.db", "taken"],
])("%s is refused, since there is a file in the way", async (url, file) => {
  using sandbox = new Sandbox();
  sandbox.plantFile("taken", "");
  const { code, stdout, stderr } = await sandbox.run(["conformance", "memory:", url, ...few]);
  const sentence = `Cannot test ${JSON.stringify(url)}: ${JSON.stringify(sandbox.join(file))} is no folder`;
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: `stowage: ${sentence}\n` });
});

test("a folder that is shut takes no reports, and one that can be made is not made before there are any", async () => {
  using sandbox = new Sandbox();
  mkdirSync(sandbox.join("shut"));
  plantHarness(sandbox, "");
  const argv = ["conformance", "./harness.mjs", ...few, "--report", "json"];
  for (const out of ["shut", "shut/below"]) {
    const { code, stderr } = await sandbox.asNobody([sandbox.join("shut")], () => sandbox.run([...argv, "--out", out]));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/EACCES.*, name another with --out\n$/),
    });
  }
  expect(existsSync(sandbox.join("touched"))).toBe(false);
  const refused = await sandbox.run([...argv, "--out", "new/folder", "--require", "none"]);
  expect({ code: refused.code, left: existsSync(sandbox.join("new")) }).toEqual({ code: 2, left: false });
  expect((await sandbox.run([...argv, "--out", "new/folder"])).code).toBe(0);
  expect(existsSync(sandbox.join("new/folder/report.json"))).toBe(true);
});

test("STOWAGE_SCALE is checked, and taken where --scale says nothing", async () => {
  using sandbox = new Sandbox();
  for (const wrong of ["x", "0", "1.5", ""]) {
    const { code, stderr } = await sandbox.run(["conformance", "memory:", ...few], { env: { STOWAGE_SCALE: wrong } });
    const sentence = "Cannot use STOWAGE_SCALE of the environment: it is a whole number from 1";
    expect({ code, stderr }).toEqual({ code: 2, stderr: `stowage: ${sentence}\n` });
  }
  const env = { STOWAGE_SCALE: "2" };
  const taken = await sandbox.run(["conformance", "memory:", ...few], { env });
  expect(taken.stdout).toContain(", profile full, scale 2, seed 1, ");
  const given = await sandbox.run(["conformance", "memory:", ...few, "--scale", "3"], { env });
  expect(given.stdout).toContain(", profile full, scale 3, seed 1, ");
});

test("the command that shows a failure again has everything that it was run with", async () => {
  using sandbox = new Sandbox();
  const wrap = "(driver) => delegate(driver, { put: () => { throw new TypeError('it is broken') } })";
  plantHarness(sandbox, `create: wrapped(${wrap}).create`);
  const options = ["--profile", "stress", "--scale", "2", "--timeout", "7.5", "--seed", "9"];
  const { code, stdout } = await sandbox.run(["conformance", "./harness.mjs", "--only", "RECORD-001", ...options]);
  expect(code).toBe(1);
  expect(stdout).toContain(
    "\n    again: stowage conformance ./harness.mjs --only RECORD-001 --profile stress --scale 2 --timeout 7.5 --seed 9\n",
  );
});

test("an error that is no answer shows where it was made, and what caused it", async () => {
  using sandbox = new Sandbox();
  const thrown =
    "new TypeError('it is broken', { cause: new RangeError('too far', { cause: new Error('the root') }) })";
  plantHarness(
    sandbox,
    `create: wrapped((driver) => delegate(driver, { put: async () => { throw ${thrown} } })).create`,
  );
  const { stdout } = await sandbox.run(["conformance", "./harness.mjs", "--only", "RECORD-001"]);
  const shown = stdout.slice(stdout.indexOf("failed RECORD-001"), stdout.indexOf("again:"));
  expect(shown).toMatch(
    /it is broken\n(?: +at .*\n)* +caused by .*too far\n +at .*harness\.mjs:\d+:\d+\)?\n +caused by .*the root\n/,
  );
  expect(shown.split("\n").filter((line) => line.includes(" at ")).length).toBeLessThanOrEqual(4);
});

test("whatever is long is folded on a terminal, and characters without a picture are shown", async () => {
  using sandbox = new Sandbox();
  const message = `it is \uE000 broken\u200B ${"word ".repeat(40)}`;
  const thrown = `new TypeError(${JSON.stringify(message)})`;
  plantHarness(
    sandbox,
    `create: wrapped((driver) => delegate(driver, { put: async () => { throw ${thrown} } })).create`,
  );
  const argv = ["conformance", "./harness.mjs", "memory:", "--profile", "quick", "--only", "RECORD,LIST,UPDATE"];
  const { stdout } = await sandbox.run(argv, { columns: 80, env: { NO_COLOR: "1" } });
  expect(stdout).toContain(": it is \\u{e000} broken\\u{200b} word word ");
  expect(stdout).toMatch(/\n {2}and \d+ more: .+\n {4}\S/);
  const lines = stdout.split("\n").filter((line) => !/^ +(again: |at |caused by )/.test(line));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  const whole = await sandbox.run(["conformance", "memory:", "--profile", "quick"], { columns: 60 });
  expect(stripVTControlCharacters(whole.stdout)).toMatch(/^The contract is kept, .{1,40}\n[^\n]* by memory\.$/m);
});

test("a driver that hangs ends in time, with a report", async () => {
  using sandbox = new Sandbox();
  plantHarness(sandbox, "create: wrapped((driver) => delegate(driver, { put: () => new Promise(() => {}) })).create");
  const { code, stdout } = await sandbox.run([
    "conformance",
    "./harness.mjs",
    "--profile",
    "quick",
    "--timeout",
    "0.2",
  ]);
  expect(code).toBe(1);
  expect(stdout).toContain("The case did not end within 200 ms");
  expect(stdout).toMatch(/The case was not run: \d+ cases before it did not end/);
  expect(stdout).toContain("\nThe contract is broken by planted.\n");
});

test("a required target is named as a whole, however many commas it has, in one option or several", async () => {
  using sandbox = new Sandbox();
  const cluster = "redis://127.0.0.1:1,127.0.0.1:2";
  plantHarness(sandbox, 'name: "mine, too"');
  const argv = ["conformance", "./harness.mjs", cluster, ...few];
  const codeOf = async (...required: readonly string[]): Promise<number> =>
    (await sandbox.run([...argv, ...required])).code;
  expect(await codeOf("--require", "mine, too")).toBe(0);
  expect(await codeOf("--require", "mine, too,redis cluster")).toBe(1);
  expect(await codeOf("--require", `./harness.mjs,${cluster}`)).toBe(1);
  expect(await codeOf("--require", "redis", "--require", "mine, too")).toBe(1);
  expect(await codeOf("--require", "mine, three")).toBe(2);
});

test("the help says what each exit code means", async () => {
  using sandbox = new Sandbox();
  const { stdout } = await sandbox.run(["conformance", "--help"]);
  const codes = stdout.slice(stdout.indexOf("\nExit codes:"));
  for (const code of [0, 1, 2, 130]) expect(codes).toMatch(new RegExp(`^  ${code} \\w`, "m"));
  expect(codes).toContain("a known gap is closed");
});
