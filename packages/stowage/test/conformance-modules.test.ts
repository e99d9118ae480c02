import { expect, test } from "vitest";
import { Sandbox } from "./cli.ts";

const conformance = JSON.stringify(new URL("../../conformance/src/index.ts", import.meta.url).href);
/** Cases that take no time anywhere. */
const few = ["--only", "RECORD-001,LIST-001"];
const create = `() => import(${conformance}).then(({ memoryHarness }) => memoryHarness().create())`;

test.each([
  ["./harness", ".ts", "./harness.ts"],
  ["./harness", ".mjs", "./harness.mjs"],
  ["harness", ".js", "./harness.js"],
  ["./deep/harness", ".cjs", "./deep/harness.cjs"],
])("%s without its extension %s is told", async (word, extension, guess) => {
  using sandbox = new Sandbox();
  sandbox.plantFile(word + extension, "");
  const { code, stderr } = await sandbox.run(["conformance", word]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^stowage: Cannot test .+\n$/) });
  expect(stderr).toContain(`did you mean ${JSON.stringify(guess)}\n`);
});

test("a file of TypeScript that this Node can't read is told with the way out", async () => {
  using sandbox = new Sandbox();
  // As Node before 22.18 says it.
  const thrown = `Object.assign(new TypeError('Unknown file extension ".ts" for /harness.ts'), { code: "ERR_UNKNOWN_FILE_EXTENSION" })`;
  sandbox.plantFile("module.mjs", `throw ${thrown};`);
  const { code, stderr } = await sandbox.run(["conformance", "./module.mjs"]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining("TypeScript from 22.18 on, name a .js"),
  });
});

test("neither the name of a harness nor what a module throws can command the terminal", async () => {
  using sandbox = new Sandbox();
  const name = String.raw`"\x1b[31mred\nline"`;
  sandbox.plantFile("named.mjs", `export const harness = { name: ${name}, create: ${create} };`);
  sandbox.plantFile("throwing.mjs", `throw new Error(${name});`);
  sandbox.plantFile("failing.mjs", `export default () => { throw new Error(${name}); };`);
  const named = await sandbox.run(["conformance", "./named.mjs", "memory:", ...few]);
  expect(named.stdout).toContain(String.raw`What was run has passed on \u001b[31mred\u000aline and memory.`);
  expect(named.stdout).not.toMatch(/[^\P{Cc}\n]/u);
  for (const file of ["./throwing.mjs", "./failing.mjs"]) {
    const { code, stderr } = await sandbox.run(["conformance", file]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(String.raw`: \u001b[31mred line`) });
    expect(stderr).toMatch(/^\P{Cc}+\n$/u);
  }
});
