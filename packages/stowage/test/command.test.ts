import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { type Ended, mainFile, Sandbox } from "./cli.ts";

const commands = ["where", "stat", "migrate", "verify", "ls", "cat", "put", "rm", "conformance"];

test("--help lists every command within 80 columns", async () => {
  using sandbox = new Sandbox();
  const { code, stdout, stderr } = await sandbox.run(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
  expect(longestLine(stdout)).toBeLessThanOrEqual(80);
});

test.each(commands)("%s --help has examples and fits 80 columns", async (command) => {
  using sandbox = new Sandbox();
  const { code, stdout } = await sandbox.run([command, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain(`\nExamples:\n  stowage ${command}`);
  expect(longestLine(stdout)).toBeLessThanOrEqual(80);
});

test("-h and help print what --help does", async () => {
  using sandbox = new Sandbox();
  const whole = await sandbox.run(["--help"]);
  expect(await sandbox.run(["-h"])).toEqual(whole);
  expect(await sandbox.run(["help"])).toEqual(whole);
  const ofCommand = await sandbox.run(["migrate", "--help"]);
  expect(await sandbox.run(["migrate", "-h"])).toEqual(ofCommand);
  expect(await sandbox.run(["help", "migrate"])).toEqual(ofCommand);
});

test("--version prints the version of the package", async () => {
  using sandbox = new Sandbox();
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(await sandbox.run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test.each([
  [["lst"], "unknown command 'lst' (Did you mean ls?)"],
  [["ls"], "missing required argument 'url'"],
  [["ls", "memory:", "--lng"], "unknown option '--lng' (Did you mean --long?)"],
  [["ls", "memory:", "--limit", "-1"], 'Cannot use "-1" as a count: it is a whole number from 0'],
  [["ls", "./dir"], 'Cannot open "./dir": the scheme is missing, did you mean "fs:./dir"'],
  [["put", "memory:", "a", "1", "--if-absent", "--if-version", "x"], "cannot be used with option '--if-version"],
])("%j is a wrong command line: one sentence on stderr and exit code 2", async (argv, sentence) => {
  using sandbox = new Sandbox();
  const { code, stdout, stderr } = await sandbox.run(argv);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^stowage: Cannot .+\n$/);
  expect(stderr).toContain(sentence);
});

test.each([
  [["postgres://me:hunter2@host/0"]],
  [["ls", "postgres://me:hunter2@host/0", "a", "b", "c"]],
  [["migrate", "memory:", "bucket://name?secretAccessKey=hunter2"]],
  [["ls", "postgres://me:hunter2@host/0"]],
])("%j shows no secret", async (argv) => {
  using sandbox = new Sandbox();
  const { code, stdout, stderr } = await sandbox.run(argv);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toContain("***");
  expect(stdout + stderr).not.toContain("hunter2");
});

test("STOWAGE_DEBUG adds the stack to an error, and no secret", async () => {
  using sandbox = new Sandbox();
  const { stderr } = await sandbox.run(["ls", "postgres://me:hunter2@host/0"], { env: { STOWAGE_DEBUG: "1" } });
  expect(stderr).toMatch(/\n {4}at /);
  expect(stderr).not.toContain("hunter2");
});

test("the program ends with the exit code, and prints nothing but the result on stdout", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("sample-1.1.16", "data");
  expect(await program(sandbox, ["ls", "fs:data/storage", "todo"])).toMatchObject({ code: 0, stderr: "" });
  expect(await program(sandbox, ["cat", "fs:data/storage", "none"])).toMatchObject({ code: 1, stdout: "" });
  expect(await program(sandbox, ["cat"])).toMatchObject({ code: 2, stdout: "" });
  const stat = await program(sandbox, ["stat", "fs:data/storage", "--json"]);
  expect(JSON.parse(stat.stdout)).toMatchObject({ records: 169 });
});

test.each([
  ["export const harness = ;", () => "Unexpected token ';', node ./harness.mjs shows where"],
  ["import { none } from 'node:fs';", (file: string) => `does not provide an export named 'none' in file://${file}:1`],
])("the program says where a module can't be read: %s", async (text, detail) => {
  using sandbox = new Sandbox();
  sandbox.plantFile("harness.mjs", text);
  const { code, stderr } = await program(sandbox, ["conformance", "./harness.mjs"]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^stowage: Cannot test .+\n$/) });
  expect(stderr).toContain(detail(sandbox.join("harness.mjs")));
});

test("the program reads a record from its stdin", async () => {
  using sandbox = new Sandbox();
  expect(await program(sandbox, ["put", "fs:store", "a/b", "-"], '{"é":1}')).toMatchObject({ code: 0, stderr: "" });
  expect((await program(sandbox, ["cat", "fs:store", "a/b"])).stdout).toBe('{\n  "é": 1\n}');
});

test("a reader that stops early ends the program quietly", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("opencode-1.1.16", "data");
  const child = start(sandbox, ["ls", "fs:data/storage", "--long", "--json"]);
  child.stdin.end();
  const stderr = text(child.stderr);
  await once(child.stdout, "data");
  child.stdout.destroy();
  const [code] = await once(child, "close");
  expect({ code, stderr: await stderr }).toEqual({ code: 0, stderr: "" });
});

function longestLine(output: string): number {
  return Math.max(...output.split("\n").map((line) => line.length));
}

function start(sandbox: Sandbox, argv: readonly string[]) {
  return spawn(process.execPath, ["--conditions=@stowage/source", mainFile, ...argv], {
    cwd: sandbox.path,
    env: { PATH: process.env["PATH"], HOME: sandbox.path },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

async function program(sandbox: Sandbox, argv: readonly string[], stdin = ""): Promise<Ended> {
  const child = start(sandbox, argv);
  child.stdin.end(stdin);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, stdout, stderr };
}
