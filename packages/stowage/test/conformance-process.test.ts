import { execFile } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { type Ended, mainFile, Sandbox } from "./cli.ts";

const create = `() => import(${JSON.stringify(new URL("../../conformance/src/index.ts", import.meta.url).href)}).then(({ memoryHarness }) => memoryHarness().create())`;
const core = JSON.stringify(new URL("../../core/src/index.ts", import.meta.url).href);

/** Runs the command in a process of its own: what a driver does to that must not be done to the test runner. */
function run(sandbox: Sandbox, argv: readonly string[]): Promise<Ended> {
  const temporary = sandbox.join("tmp");
  mkdirSync(temporary, { recursive: true });
  const env = { PATH: process.env["PATH"], HOME: sandbox.path, TMPDIR: temporary };
  const args = ["--conditions=@stowage/source", mainFile, "conformance", ...argv];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: sandbox.path, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** A module of a harness whose drivers do something in each `put`. */
function plant(sandbox: Sandbox, inPut: string, before = ""): void {
  const program = `
    import { delegate, memory } from ${core};
    ${before}
    const create = async () => {
      const driver = memory();
      const put = (...args) => { ${inPut}; return driver.put(...args); };
      return { open: async () => delegate(driver, { put }), destroy: async () => {} };
    };
    export const harness = { name: "planted", create };`;
  sandbox.plantFile("harness.mjs", program);
}

test.each([[["--json"]], [[]]])("what a driver prints goes to stderr with %j", async (options) => {
  using sandbox = new Sandbox();
  plant(sandbox, 'console.log("a put")', 'process.stdout.write("it is loaded\\n");');
  const { code, stdout, stderr } = await run(sandbox, ["./harness.mjs", "--only", "RECORD-001", ...options]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^it is loaded\n(a put\n)+$/);
  expect(stdout).not.toMatch(/a put|it is loaded/);
  if (options.length > 0) expect(JSON.parse(stdout)).toMatchObject({ targets: [{ counts: { passed: 1 } }] });
  else expect(stdout).toContain("What was run has passed on planted.\n");
});

test.each([
  ["process.exit(0)", "", '"./harness.mjs", in RECORD-001,'],
  ["", "process.exit(0);", '"./harness.mjs"'],
])("a driver that ends the process is named: %j, %j", async (inPut, before, culprit) => {
  using sandbox = new Sandbox();
  plant(sandbox, inPut, before);
  const ended = await run(sandbox, ["memory:", "./harness.mjs", "--only", "RECORD-001"]);
  expect(ended).toMatchObject({ code: 1, stderr: `stowage: Cannot go on: ${culprit} has ended the process\n` });
  expect(readdirSync(sandbox.join("tmp"))).toEqual([]);
});

test("what child processes compile is gone when the command ends", async () => {
  using sandbox = new Sandbox();
  const { code, stdout } = await run(sandbox, ["fs:data", "--only", "PROCESS-001"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("1 passed") });
  expect(readdirSync(sandbox.join("tmp"))).toEqual([]);
});

// A test runner imports such modules in a way of its own.
test.each([
  ["an object with a harness", `module.exports = { ...{ harness: { name: "planted", create: ${create} } } };`],
  [
    "what was compiled to CommonJS",
    `exports.__esModule = true; exports.default = () => ({ name: "planted", create: ${create} });`,
  ],
  ["a harness by its name", `exports.harness = { name: "planted", create: ${create} };`],
  ["a harness itself", `module.exports = { name: "planted", create: ${create} };`],
])("a module of CommonJS may export %s", async (_, program) => {
  using sandbox = new Sandbox();
  sandbox.plantFile("module.cjs", program);
  const { code, stdout, stderr } = await run(sandbox, ["./module.cjs", "--only", "RECORD-001"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("\nWhat was run has passed on planted.\n");
});
