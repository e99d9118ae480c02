// What a stranger has: the packages as they are published, in a project that knows nothing of this workspace, on each
// runtime. The files are those of the guide.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { isRequired } from "../../servers/required.ts";
import { filesOfGuide, installPackages, writeProject } from "../project.ts";
import { ensureRuntime, type Found, reasonOf, runtimes } from "../runtimes.ts";

// A test starts several programs, and Bun takes seconds to find that a value holds itself.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

interface Ended {
  readonly code: number;
  /** What it printed, both streams one behind the other. */
  readonly output: string;
}

/** Where flushing costs nothing, if there is such a place. */
const ram = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const home = mkdtempSync(join(tmpdir(), "stowage-runtimes-"));
const command = join(home, "node_modules/stowage/dist/main.js");
afterAll(() => rmSync(home, { recursive: true, force: true }));

const files = filesOfGuide();
const textOf = (title: string): string => files.get(title) ?? expect.unreachable(`the guide has no ${title}`);

/** Runs a program in the project, as a shell there would: nothing of this test's runner is meant for it. */
function start(program: string, args: readonly string[], cwd = home): Promise<Ended> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, TMPDIR: ram, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, output: stdout + stderr });
    });
  });
}

function manifestOf(path: string | URL): { readonly version: string } {
  return JSON.parse(readFileSync(path, "utf8")) as { readonly version: string };
}

function write(path: string, text: string): void {
  mkdirSync(join(home, path, ".."), { recursive: true });
  writeFileSync(join(home, path), text);
}

/** The adapter's test of the guide under a runner, and once more with a driver that sorts as JavaScript does. */
function writeTests(folder: string, runner: string): void {
  const test = textOf("tiny.test.ts").replace('"vitest"', `"${runner}"`);
  expect(test).toContain(`from "${runner}"`);
  const broken = textOf("tiny.ts").replace(".sort(compareNames)", ".sort()");
  expect(broken).not.toBe(textOf("tiny.ts"));
  write(`${folder}/tiny.ts`, textOf("tiny.ts"));
  write(`${folder}/right.test.ts`, test);
  write(`${folder}/broken.ts`, broken);
  const some = '{ describe, it }, { only: ["LIST-001", "LIST-012"] }';
  write(
    `${folder}/broken.test.ts`,
    test.replace("./tiny.ts", "./broken.ts").replace("{ describe, it });", `${some});`),
  );
}

/** What a runner prints of a case that failed: `✖`, `×`, or `(fail)`, and its id, with what lies between. */
const failed = (id: string): RegExp => new RegExp(`^ *(?:✖|×|not ok \\d+ -|\\(fail\\)).*\\b${id}\\b`, "m");

async function expectRedAndGreen(run: (file: string) => Promise<Ended>): Promise<void> {
  const right = await run("right.test.ts");
  expect(right.output).not.toMatch(failed("[A-Z]+-\\d+"));
  expect(right.output).toContain("LIST-012");
  expect(right.code).toBe(0);
  const broken = await run("broken.test.ts");
  expect(broken.output).toMatch(failed("LIST-012"));
  expect(broken.output).not.toMatch(failed("LIST-001"));
  expect(broken.code).toBe(1);
}

const use = `
import { openStorage } from "stowage";
import schema from "@stowage/core/schemas/session.json" with { type: "json" };
import { records } from "@stowage/core/records";

const session = { id: "ses_1", version: "1.1.16", projectID: "global", directory: "/", time: { created: 0, updated: 0 } };
for (const url of ["memory:", "fs:./records", "sqlite:./records.db"]) {
  const storage = await openStorage(url);
  await records(storage).session.write("global", "ses_1", { ...session, title: url });
  await storage.update(["session", "global", "ses_1"], (draft) => { draft.title += "!"; });
  console.log((await storage.read(["session", "global", "ses_1"])).title);
  await storage.close();
}
// Nobody listens there: this shows that the adapters of servers come with their clients, and that both load.
process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = "none";
for (const url of ["redis://127.0.0.1:1", "s3://bucket?endpoint=http://127.0.0.1:1&timeoutMs=100"]) {
  console.log(await openStorage(url).catch((error) => error.code));
}
console.log(typeof schema);
`;

async function prepare(): Promise<Found> {
  try {
    await installPackages(home);
  } catch (error) {
    return { missing: `npm can't install the packages here: ${reasonOf(error)}` };
  }
  for (const title of ["driver.ts", "harness.ts", "tiny.ts", "tiny.harness.ts"]) write(title, textOf(title));
  write("broken.harness.ts", textOf("tiny.harness.ts").replace("./tiny.ts", "./node/broken.ts"));
  write("use.mjs", use);
  writeTests("node", "node:test");
  writeTests("bun", "bun:test");
  writeTests("vitest", "vitest");
  return { program: command };
}

const [project, ...found] = await Promise.all([prepare(), ...runtimes.map(ensureRuntime)]);

/** As `describe`; where there is no such program, its tests are skipped by a name that says why, unless it is required. */
function describeOn(name: string, runtime: Found, body: (program: string) => void): void {
  const missing = "missing" in project ? project.missing : "missing" in runtime ? runtime.missing : undefined;
  if (missing === undefined) describe(name, () => body((runtime as { readonly program: string }).program));
  else if (isRequired("runtimes")) throw new Error(`Cannot test on ${name}, which is required: ${missing}`);
  else describe.skip(`${name}, skipped: ${missing}`, () => body(""));
}

for (const [index, runtime] of runtimes.entries()) {
  describeOn(runtime.name, found[index] as Found, (program) => {
    const folder = runtime.package;

    it("opens stores in memory, in files, and in SQLite, and finds the clients of servers", async () => {
      for (const name of ["records", "records.db"]) rmSync(join(home, name), { recursive: true, force: true });
      const { code, output } = await start(program, ["use.mjs"]);
      expect(output).toContain("memory:!\nfs:./records!\nsqlite:./records.db!\nUNAVAILABLE\nUNAVAILABLE\nobject\n");
      expect(code).toBe(0);
    });

    it("runs the command line", async () => {
      const { version } = manifestOf(join(home, "node_modules/stowage/package.json"));
      expect(await start(program, [command, "--version"])).toEqual({ code: 0, output: `${version}\n` });
      const { output } = await start(program, [command, "cat", "sqlite:./records.db", "session/global/ses_1"]);
      expect(output).toContain('"title": "sqlite:./records.db!"');
    });

    it("shows a right adapter green and a broken one red, under its own test runner", async () => {
      const flags = runtime.package === "bun" ? ["test"] : ["--test"];
      await expectRedAndGreen((file) => start(program, [...flags, `./${folder}/${file}`]));
    });

    it("tests an adapter from the command line, without a test runner", async () => {
      const right = await start(program, [command, "conformance", "./tiny.harness.ts", "--profile", "quick"]);
      expect(right.output).toContain(" 0 failed ");
      expect(right.code).toBe(0);
      const broken = await start(program, [command, "conformance", "./broken.harness.ts", "--only", "LIST"]);
      expect(broken.output).toContain("LIST-012");
      expect(broken.code).toBe(1);
    });

    it("tests the driver of the guide, also in several processes", async () => {
      const ids = "RECORD,LIST,CORRUPT,BATCH,MARKER,ERROR,PROCESS,LINEAR";
      const { code, output } = await start(program, [command, "conformance", "./harness.ts", "--only", ids]);
      expect(output).toMatch(/\b\d{3} passed · 0 failed /);
      expect(code).toBe(0);
    });
  });
}

const node24 = found[runtimes.findIndex(({ name }) => name === "Node 24")] as Found;
describeOn("vitest on Node 24", node24, (program) => {
  it("shows a right adapter green and a broken one red", async () => {
    const { version } = manifestOf(new URL("../../node_modules/vitest/package.json", import.meta.url));
    // A project of its own, so that the others show that nothing needs vitest.
    await writeProject(join(home, "vitest"), { devDependencies: { vitest: version } });
    const vitest = join(home, "vitest/node_modules/vitest/vitest.mjs");
    await expectRedAndGreen((file) =>
      start(program, [vitest, "run", "--reporter=verbose", file], join(home, "vitest")),
    );
  });
});
