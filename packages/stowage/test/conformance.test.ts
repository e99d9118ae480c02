import { existsSync, readdirSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { describeWith } from "stowage-servers/test";
import { describe, expect, test } from "vitest";
import { Sandbox } from "./cli.ts";
import { Scratch, serverKinds } from "./scratch.ts";

const conformance = new URL("../../conformance/src/index.ts", import.meta.url).href;
const core = new URL("../../core/src/index.ts", import.meta.url).href;
/** Cases that take no time anywhere. */
const few = ["--only", "RECORD-001,LIST-001"];

/** A module that exports a harness of a driver which one of the suite's faults has broken. */
function plantHarness(sandbox: Sandbox, id: string, more = ""): void {
  const program = `
    import { brokenDrivers, memoryHarness } from ${JSON.stringify(conformance)};
    const fault = brokenDrivers.find((one) => one.id === ${JSON.stringify(id)});
    export const harness = { ...memoryHarness({}, fault?.make), name: "planted" ${more} };`;
  sandbox.plantFile("harness.mjs", program);
}

describe("stowage conformance", () => {
  test("tests stores in fresh places and leaves what is there, and what is not, as it was", async () => {
    using sandbox = new Sandbox();
    await sandbox.run(["put", "fs:there", "a/b", "1"]);
    await sandbox.run(["put", "sqlite:agent.db", "a/b", "1"]);
    const before = readdirSync(sandbox.path, { recursive: true }).sort();
    const urls = ["memory:", "fs:there", "fs:new/folder", "sqlite:agent.db", "sqlite:new/agent.db", "sqlite::memory:"];
    const { code, stdout, stderr } = await sandbox.run(["conformance", ...urls, ...few]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of ["memory", "fs", "fs 2", "sqlite", "sqlite 2", "sqlite 3"]) {
      expect(stdout).toMatch(new RegExp(`^${name}  \\S`, "m"));
    }
    expect(stdout).toContain("\nWhat was run has passed on memory, fs, fs 2, sqlite, sqlite 2 and sqlite 3.\n");
    expect(readdirSync(sandbox.path, { recursive: true }).sort()).toEqual(before);
    expect((await sandbox.run(["ls", "sqlite:agent.db"])).stdout).toBe("a/b\n");
  });

  test("tells what failed, why, and how to see it again, and exits with 1", async () => {
    using sandbox = new Sandbox();
    plantHarness(sandbox, "BROKEN-081");
    const { code, stdout } = await sandbox.run(["conformance", "./harness.mjs", "--only", "VERSION", "--seed", "7"]);
    expect(code).toBe(1);
    expect(stdout).toContain("\n  diagnosis: It overwrites although the record has changed: ");
    expect(stdout).toMatch(/^ {2}failed VERSION-011 \(V2\): put on a former version gives CONFLICT/m);
    expect(stdout).toContain("      expected CONFLICT, but the call resolved to ");
    expect(stdout).toContain("\n    again: stowage conformance ./harness.mjs --only VERSION-011 --seed 7\n");
    expect(stdout).toContain("\nThe contract is broken by planted.\n");
  });

  test("gives a level when a whole profile was run", async () => {
    using sandbox = new Sandbox();
    const { code, stdout } = await sandbox.run(["conformance", "memory:", "--profile", "quick"]);
    expect(stdout).toContain("\n  level: core; no more, since nothing outlives its process");
    expect(stdout).toMatch(
      /^The contract is kept, as far as the quick profile shows \([\d,]+ of [\d,]+ cases\), by memory\.$/m,
    );
    expect(code).toBe(0);
  });

  test("shows known gaps as such, and turns red when one is closed", async () => {
    using sandbox = new Sandbox();
    plantHarness(sandbox, "BROKEN-081", ', knownGaps: { "VERSION-011": "the server ignores it" }');
    const argv = ["conformance", "./harness.mjs", "--only", "VERSION-011,RECORD-001"];
    const open = await sandbox.run(argv);
    expect(open.stdout).toContain("  known gap 1: the server ignores it (VERSION-011)\n");
    expect(open.code).toBe(0);
    plantHarness(sandbox, "BROKEN-000", ', knownGaps: { "VERSION-011": "the server ignores it" }');
    // Another file for Node, which keeps modules by their URLs.
    const closed = await sandbox.run(["conformance", `file://${sandbox.join("harness.mjs")}?2.mjs`, ...argv.slice(2)]);
    expect(closed.stdout).toContain(
      "\n      The known gap VERSION-011 is closed: the server ignores it; take it out of knownGaps\n    again: ",
    );
    expect(closed.stdout).toContain("\nKnown gaps are closed on planted.\n");
    expect(closed.code).toBe(1);
  });

  test.each([
    ["makes a harness", `export default async () => (await import(${JSON.stringify(conformance)})).memoryHarness();`],
    ["makes a driver", `import { memory } from ${JSON.stringify(core)}; export default () => memory();`],
  ])("takes a module that %s", async (what, program) => {
    using sandbox = new Sandbox();
    sandbox.plantFile("made.mjs", program);
    const { code, stdout } = await sandbox.run(["conformance", "mine=./made.mjs", ...few]);
    expect({ code, what }).toEqual({ code: 0, what });
    expect(stdout).toContain("What was run has passed on mine.");
    expect(stdout.includes("note: a driver alone, so one handle: ")).toBe(what === "makes a driver");
  });

  test("names what can't be reached, with the reason, and fails only where it is required or all there is", async () => {
    using sandbox = new Sandbox();
    const nobody = "redis://127.0.0.1:1";
    const skipped = await sandbox.run(["conformance", "memory:", nobody, ...few]);
    expect(skipped.code).toBe(0);
    expect(skipped.stdout).toMatch(/^redis {2}redis:\/\/127\.0\.0\.1:1\n {2}not tested: .*ECONNREFUSED/m);
    expect(skipped.stdout).toContain("\nWhat was run has passed on memory; not tested: redis.\n");
    expect((await sandbox.run(["conformance", "memory:", nobody, ...few, "--require", "redis"])).code).toBe(1);
    expect((await sandbox.run(["conformance", "memory:", nobody, ...few, "--require", "memory"])).code).toBe(0);
    expect((await sandbox.run(["conformance", nobody, ...few])).code).toBe(1);
  });

  test("writes reports in every form, and one JSON document under --json", async () => {
    using sandbox = new Sandbox();
    const argv = ["conformance", "memory:", ...few, "--report", "json,junit,html,md,badge", "--out", "out"];
    const { stdout } = await sandbox.run([...argv, "--json"]);
    const files = ["badge-memory.svg", "junit.xml", "report.html", "report.json", "report.md"];
    expect(readdirSync(sandbox.join("out")).sort()).toEqual(files);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(sandbox.read("out/report.json")));
    expect((await sandbox.run(argv)).stdout).toContain("\nwrote out/report.html\n");
    expect((await sandbox.run(["conformance", "memory:", ...few])).code).toBe(0);
    expect(existsSync(sandbox.join("conformance-report"))).toBe(false);
  });

  test("shows how far it is on a terminal, within 80 columns, and no control character in a pipe", async () => {
    using sandbox = new Sandbox();
    plantHarness(sandbox, "BROKEN-081");
    const argv = ["conformance", "memory:", "fs:store", "./harness.mjs", "--only", "RECORD-001,VERSION"];
    const shown = await sandbox.run(argv, { columns: 80 });
    const lines = stripVTControlCharacters(shown.stderr).split("\n");
    expect(lines.join()).toMatch(/fs +[█─]+ {2}\d+ of \d+ cases/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(
      Math.max(
        ...stripVTControlCharacters(shown.stdout)
          .split("\n")
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
    const table = stripVTControlCharacters(shown.stdout)
      .split("\n")
      .filter((line) => /[│┌├└]/.test(line));
    expect(table.length).toBeGreaterThan(4);
    const piped = await sandbox.run(argv);
    expect(piped.stderr).toBe("");
    expect(piped.stdout).not.toMatch(/[│┌├└]|[^\P{Cc}\n]/u);
    expect(piped.stdout).not.toMatch(/ $/m);
  });

  test.each([
    [[], "Cannot test nothing: name a URL or a module"],
    [["memory:", "--only", "LIST-999"], 'Cannot run "LIST-999": no case has this id, there are LIST-001–'],
    [["memory:", "--only", "RECRD"], 'Cannot run "RECRD": no case has this id, did you mean "RECORD"'],
    [["memory:", "--only", ""], 'Cannot use "" as a list: a name is missing in it'],
    [["memory:", "--seed", "1.5"], 'Cannot use "1.5" as a count'],
    [["memory:", "--scale", "0"], 'Cannot use "0" as a count: it is a whole number from 1'],
    [["memory:", "--timeout", "0"], 'Cannot use "0" as a time limit: it is a number of seconds above 0'],
    [["memory:", "--out", "x"], 'Cannot write reports to "x": --report names no form of one'],
    [["memory:", "--replay", "x", "--scale", "2"], "Cannot use --scale beside --replay"],
    [["--self-test", "--only", "LIST"], "Cannot use --only beside --self-test"],
    [["memory:", "--report", "htm"], 'Cannot write a report as "htm": did you mean "html"'],
    [
      ["memory:", "--require", "redis"],
      'Cannot require "redis": no target is called that, it is one of memory, memory:',
    ],
    [["memory:", "--profile", "fast"], "Allowed choices are quick, full, stress"],
    [["memory:", "--concurrency", "0"], 'Cannot use "0" as a count: it is a whole number from 1'],
    [["memory:", "s3://b"], 'the option "bucket" is the name of a bucket'],
    [["memory:", "redis://127.0.0.1?shards=0"], 'the option "shards" is a whole number from 1'],
    [["fs:x?readonly=true"], 'Cannot test "fs:x?readonly=true": its URL says that it is only read'],
    [["./none.mjs"], 'Cannot test "./none.mjs": it can\'t be loaded: Cannot find module'],
    [["memory:", "--self-test"], "Cannot test the suite on a target"],
    [["agent.db"], 'the scheme is missing, did you mean "sqlite:agent.db"'],
  ])("%j is a wrong command line", async (argv, sentence) => {
    using sandbox = new Sandbox();
    const { code, stdout, stderr } = await sandbox.run(["conformance", ...argv]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^stowage: Cannot .+\n$/);
    expect(stderr).toContain(sentence);
  });

  test.each([
    ["export const harness = 3;", "neither a harness nor makes one, nor a driver"],
    ["export default () => new Promise((resolve) => setTimeout(resolve, 2000));", "it did not end within 0.1 s"],
    ["export const other = 3;", 'it exports neither "harness" nor a default'],
    ["export default () => { throw new Error('no room') };", "what it exports failed: no room"],
    ["export const harness = ({ path }) => path;", "what it exports failed without arguments: Cannot destructure"],
  ])("%j is no module that can be tested", async (program, sentence) => {
    using sandbox = new Sandbox();
    sandbox.plantFile("module.mjs", program);
    const { code, stderr } = await sandbox.run(["conformance", "./module.mjs", "--timeout", "0.1"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(sentence) });
  });
});

describe.each(serverKinds)("on %s", (kind) => {
  describeWith(kind, "stowage conformance", (server) => {
    test("tests below the URL, shows no secret, and leaves what is there", async () => {
      using sandbox = new Sandbox();
      await using place = new Scratch(kind, server);
      await sandbox.run(["put", place.url, "a/b", "1"]);
      const { code, stdout } = await sandbox.run(["conformance", place.url, "--only", "RECORD-001,PROCESS-005"]);
      expect(stdout).toContain("2 passed · 0 failed · 0 skipped");
      expect(code).toBe(0);
      expect((await sandbox.run(["ls", place.url])).stdout).toBe("a/b\n");
      if (kind === "s3") return;
      const refused = await sandbox.run(["conformance", place.withPassword("hunter2"), "memory:", ...few]);
      expect(refused.stdout).toContain("not tested: ");
      expect(refused.stdout + refused.stderr).not.toContain("hunter2");
    });
  });
});
