import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import type { Report } from "@stowage/conformance/report";
import { type Ended, mainFile, Sandbox } from "./cli.ts";

const core = new URL("../../core/src/index.ts", import.meta.url).href;

/** A module of a harness whose drivers do something in each `put`; `before` runs when it is loaded. */
function plant(sandbox: Sandbox, name: string, inPut: string, before = "", create = ""): void {
  const program = `
    import { delegate, memory } from ${JSON.stringify(core)};
    ${before}
    const create = async () => {
      const driver = memory();
      ${create}
      const put = (...args) => { ${inPut}; return driver.put(...args); };
      return { open: async () => delegate(driver, { put }), destroy: async () => {} };
    };
    export const harness = { name: ${JSON.stringify(name)}, create };`;
  sandbox.plantFile(`${name}.mjs`, program);
}

/** Runs the command in a process of its own: a test runner listens, too, for what fails in the background. */
function run(sandbox: Sandbox, argv: readonly string[]): Promise<Ended> {
  const args = ["--conditions=@stowage/source", mainFile, "conformance", ...argv, "--only", "RECORD-001"];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: sandbox.path }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

function reportOf(sandbox: Sandbox): Report {
  return JSON.parse(sandbox.read("out/report.json")) as Report;
}

const files = ["--report", "json,junit", "--out", "out"];
const stray = { id: "RECORD-001", status: "failed", broke: "stray", message: "far too late" };
const throws = (ms: number): string => `setTimeout(() => { throw new Error("far too late"); }, ${ms})`;
const pause = "await new Promise((resolve) => setTimeout(resolve, 100));";

test("what fails when its target is done fails the case that left it behind", async () => {
  using sandbox = new Sandbox();
  plant(sandbox, "late", throws(50));
  const { code, stdout, stderr } = await run(sandbox, ["./late.mjs", ...files]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(stdout).toContain("\nThe contract is broken by late.\n");
  expect(stdout.match(/1 failed/g)).toHaveLength(1);
  expect(reportOf(sandbox).targets).toMatchObject([
    { status: "failed", counts: { passed: 0, failed: 1 }, diagnoses: [{ cases: ["RECORD-001"] }], results: [stray] },
  ]);
  expect(sandbox.read("out/junit.xml")).toContain('tests="1" failures="1"');
});

test("what fails while another target is opened fails the one that left it behind, and all reports are written", async () => {
  using sandbox = new Sandbox();
  plant(sandbox, "later", throws(1300));
  plant(sandbox, "slow", "", "", "await new Promise((resolve) => setTimeout(resolve, 1000));");
  const { code, stdout } = await run(sandbox, ["./later.mjs", "./slow.mjs", ...files]);
  expect(code).toBe(1);
  expect(stdout).toContain("\nThe contract is broken by later; what was run has passed on slow.\n");
  expect(reportOf(sandbox).targets).toMatchObject([
    { name: "later", status: "failed", results: [stray] },
    { name: "slow", status: "passed" },
  ]);
});

test("what fails outside of all cases fails the target whose module began it", async () => {
  using sandbox = new Sandbox();
  plant(sandbox, "hasty", "", `${throws(1)}; ${pause}`);
  plant(sandbox, "calm", "");
  const { code } = await run(sandbox, ["./hasty.mjs", "./calm.mjs", ...files]);
  expect(code).toBe(1);
  expect(reportOf(sandbox).targets).toMatchObject([
    {
      status: "failed",
      counts: { passed: 1, failed: 0 },
      diagnoses: [{ sentence: expect.stringMatching(/in the background.*: far too late\.$/), cases: [] }],
    },
    { status: "passed" },
  ]);
  expect(sandbox.read("out/junit.xml")).toContain('tests="3" failures="1"');
});

test("what no report can tell of is told by the command", async () => {
  using sandbox = new Sandbox();
  plant(sandbox, "hasty", "", `${throws(1)}; ${pause}`);
  const { code, stderr } = await run(sandbox, ["./hasty.mjs", "./missing.mjs"]);
  expect(code).toBe(2);
  expect(stderr).toContain('stowage: Something of "./hasty.mjs" failed in the background: far too late\n');
  expect(stderr).toContain('stowage: Cannot test "./missing.mjs"');
});
