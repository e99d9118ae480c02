import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { describeWith } from "stowage-servers/test";
import { describe, expect, test } from "vitest";
import { type Ended, mainFile, Sandbox } from "./cli.ts";
import { Scratch, serverKinds } from "./scratch.ts";

/** The program in a process of its own, which leads a group, as a shell starts it. */
function start(sandbox: Sandbox, argv: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, ["--conditions=@stowage/source", mainFile, "conformance", ...argv], {
    cwd: sandbox.path,
    env: { ...process.env, HOME: sandbox.path, NODE_OPTIONS: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

async function endOf(child: ChildProcess): Promise<Ended & { readonly signal: NodeJS.Signals | null }> {
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, "close"),
  ]);
  return { code, signal, stdout, stderr };
}

/** Waits until cases are under way. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(5);
}

/** Every file of a folder with its bytes. */
function filesOf(folder: string): readonly (readonly [name: string, bytes: string])[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return names.map((name) => {
    const path = join(folder, name);
    return [name, statSync(path).isDirectory() ? "a folder" : readFileSync(path, "base64")];
  });
}

function placesIn(sandbox: Sandbox): readonly string[] {
  return readdirSync(sandbox.join("data")).filter((name) => name.startsWith(".conformance-"));
}

test.each([
  ["fs", "fs:data", "SIGINT", 130],
  ["fs", "fs:data", "SIGHUP", 129],
  ["sqlite", "sqlite:data/agent.db", "SIGTERM", 143],
] as const)("a run on %s, %s, that %s stops reports what was run and leaves the data as they were", async (...row) => {
  const [name, url, sent, exitCode] = row;
  using sandbox = new Sandbox();
  await sandbox.run(["put", url, "a/b", '{"é":1}']);
  const before = filesOf(sandbox.join("data"));
  const child = start(sandbox, [url, "memory:", "--report", "json,junit,md", "--out", "out"]);
  const ended = endOf(child);
  const places = new Set<string>();
  // The third case is under way: at most two are at once, and one place is for a first look.
  await until(() => placesIn(sandbox).reduce((seen, place) => seen.add(place), places).size > 3);
  process.kill(-child.pid!, sent);
  const { code, stdout, stderr } = await ended;
  expect({ code, stderr }).toEqual({
    code: exitCode,
    stderr: "stowage: stopping behind the cases that are under way, another signal ends at once\n",
  });
  expect(stdout).toContain(`\nCut short by ${sent}: what was run has passed on ${name}; not tested: memory.\n`);
  expect(stdout).toContain(`\n  not tested: ${sent} came before its first case had ended\n`);
  expect(JSON.parse(sandbox.read("out/report.json"))).toMatchObject({ cutShortBy: sent, targets: [{ name }, {}] });
  for (const file of ["junit.xml", "report.md"]) expect(sandbox.read(`out/${file}`)).toContain(`ut short by ${sent}`);
  expect(filesOf(sandbox.join("data"))).toEqual(before);
});

test.each(["fs:data", "sqlite:data/agent.db"])(
  "a run on %s that is whole leaves the data as they were",
  async (url) => {
    using sandbox = new Sandbox();
    await sandbox.run(["put", url, "a/b", '{"é":1}']);
    const before = filesOf(sandbox.join("data"));
    const { code } = await sandbox.run([
      "conformance",
      url,
      "--only",
      "RECORD,PREFIX,CORRUPT,MARKER,CRASH-001,MOVE-001",
    ]);
    expect(code).toBe(0);
    expect(filesOf(sandbox.join("data"))).toEqual(before);
  },
);

test("a signal to the whole group leaves the child of the case that is under way alone", async () => {
  using sandbox = new Sandbox();
  const fs = new URL("../../fs/src/harness.ts", import.meta.url).href;
  sandbox.plantFile(
    "harness.mjs",
    `import { harness as fs } from ${JSON.stringify(fs)};
    const run = async ({ spawn, store }) => {
      const child = await spawn("write", { key: ["a"], value: 1 });
      process.stderr.write("begun\\n");
      await new Promise((resolve) => process.once("SIGINT", () => setTimeout(resolve, 200)));
      await child.run();
      if ((await store.read(["a"])) !== 1) throw new Error("it was not written");
    };
    const cases = [1, 2].map((n) => ({ id: "MINE-00" + n, law: "R1", title: "a child " + n + " writes", run }));
    export const harness = { ...fs({ path: ${JSON.stringify(sandbox.join("data"))} }), cases };`,
  );
  const child = start(sandbox, ["./harness.mjs", "--only", "MINE"]);
  const ended = endOf(child);
  await once(child.stderr!, "data");
  process.kill(-child.pid!, "SIGINT");
  const { code, stdout } = await ended;
  expect({ code, stdout }).toEqual({ code: 130, stdout: expect.stringContaining("1 passed · 0 failed · 0 skipped") });
});

test("a signal ends the test of the suite itself, which leaves nothing", async () => {
  using sandbox = new Sandbox();
  mkdirSync(sandbox.join("tmp"));
  const child = start(sandbox, ["--self-test"], { TMPDIR: sandbox.join("tmp") });
  const ended = endOf(child);
  await until(() => readdirSync(sandbox.join("tmp")).length > 0);
  child.kill("SIGTERM");
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout }).toEqual({ code: 143, stdout: "" });
  expect(stderr).toBe("stowage: Cannot finish: interrupted, the same command starts over\n");
  expect(readdirSync(sandbox.join("tmp"))).toEqual([]);
});

test("on a terminal a signal draws no line of a target that is done", async () => {
  using sandbox = new Sandbox();
  const core = new URL("../../core/src/index.ts", import.meta.url).href;
  sandbox.plantFile(
    "stopping.mjs",
    `import { memory } from ${JSON.stringify(core)};
    const open = async () => {
      // A line is drawn again only after a while.
      await new Promise((resolve) => setTimeout(resolve, 200));
      process.emit("stop-the-test");
      return memory();
    };
    export const harness = { name: "second", create: async () => ({ open, destroy: async () => {} }) };`,
  );
  const { code, stderr } = await sandbox.run(["conformance", "memory:", "./stopping.mjs", "--only", "RECORD-001"], {
    columns: 80,
    onInterrupt: (stop) => {
      process.once("stop-the-test", () => stop("SIGINT"));
      return () => {};
    },
  });
  expect(code).toBe(130);
  const lines = stripVTControlCharacters(stderr).split("\n");
  expect(lines.filter((line) => /^second .* stopping/.test(line)).length).toBeGreaterThan(0);
  expect(lines.filter((line) => /^memory .* stopping/.test(line))).toEqual([]);
});

test("a second signal, of whichever kind, ends the process at once", async () => {
  using sandbox = new Sandbox();
  const hang = "() => new Promise(() => { process.stderr.write('begun\\n'); setInterval(() => {}, 1000); })";
  sandbox.plantFile("hanging.mjs", `export const harness = { name: "hanging", create: ${hang} };`);
  const child = start(sandbox, ["./hanging.mjs", "--timeout", "600"]);
  let said = "";
  child.stderr!.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(child, "exit");
  await until(() => said.includes("begun"));
  child.kill("SIGINT");
  await until(() => said.includes("another signal ends at once"));
  child.kill("SIGTERM");
  expect(await ended).toEqual([null, "SIGTERM"]);
});

describe.each(serverKinds)("a run on %s", (kind) => {
  describeWith(kind, "data of others", (server) => {
    test("are as they were, byte for byte, when it has ended and when a signal has stopped it", async () => {
      using sandbox = new Sandbox();
      await using place = new Scratch(kind, server);
      await sandbox.run(["put", place.url, "a/b", '{"é":1}']);
      const before = await place.contents();
      expect(before.length).toBeGreaterThan(0);
      const whole = await sandbox.run(["conformance", place.url, "--only", "RECORD,PREFIX,CORRUPT-001"]);
      expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining("0 failed") });
      expect(await place.contents()).toEqual(before);
      const child = start(sandbox, [place.url, "--profile", "quick"]);
      const ended = endOf(child);
      await until(async () => (await place.contents()).length > before.length);
      child.kill("SIGTERM");
      const { code, stdout } = await ended;
      expect(stdout).toContain("\nCut short by SIGTERM: ");
      expect(code).toBe(143);
      expect(await place.contents()).toEqual(before);
    });
  });
});
