import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Sandbox } from "./cli.ts";

const reports: readonly (readonly string[])[] = [
  ["stat", "fs:data/storage"],
  ["migrate", "fs:data/storage", "sqlite:new.db"],
  ["migrate", "fs:data/storage", "sqlite:copy.db", "--apply", "--verify"],
  ["verify", "fs:data/storage", "sqlite:agent.db"],
  ["where"],
  ["ls", "fs:data/storage", "todo", "--long"],
];

// Made once for all: no report changes what it reports on.
const sandbox = new Sandbox();

beforeAll(async () => {
  const storage = sandbox.plant("opencode-1.1.16", "data");
  sandbox.plant("sample-1.1.16", ".local", "share", "opencode");
  writeFileSync(`${storage}/todo/cut.json`, "[");
  await sandbox.run(["migrate", "fs:data/storage", "sqlite:agent.db", "--apply"]);
});

afterAll(() => sandbox[Symbol.dispose]());

test.each(reports)("%s %s: no line of a table is longer than a terminal of 80 columns", async (...argv) => {
  const { stdout } = await sandbox.run(argv, { columns: 80, env: { NO_COLOR: "1" } });
  const table = stdout.split("\n").filter((line) => /[│┌├└]/.test(line));
  if (["stat", "migrate", "verify"].includes(argv[0] as string)) expect(table.length).toBeGreaterThan(5);
  for (const line of table) expect(line.length).toBeLessThanOrEqual(80);
});

test.each(reports)("%s %s: what is piped has no colour, no box, no control character", async (...argv) => {
  const { stdout, stderr } = await sandbox.run(argv);
  expect(stderr).toBe("");
  expect(stdout).not.toMatch(/[│┌├└]|[^\P{Cc}\n]/u);
  expect(stdout).not.toMatch(/ $/m);
});

test.each([...reports, ["ls", "fs:data/storage"], ["cat", "fs:data/storage", "session_share/none"]])(
  "%s %s: --json prints one JSON document on stdout and nothing else",
  async (...argv) => {
    for (const setting of [{}, { columns: 80 }]) {
      const { code, stdout } = await sandbox.run([...argv, "--json"], setting);
      if (code === 1) expect(stdout).toBe("");
      else expect(JSON.parse(stdout)).toBeTypeOf("object");
    }
  },
);

test("a terminal gets colours unless NO_COLOR is set", async () => {
  const colourful = await sandbox.run(["stat", "fs:data/storage"], { columns: 80 });
  expect(stripVTControlCharacters(colourful.stdout)).not.toBe(colourful.stdout);
  const plain = await sandbox.run(["stat", "fs:data/storage"], { columns: 80, env: { NO_COLOR: "1" } });
  expect(plain.stdout).toBe(stripVTControlCharacters(colourful.stdout));
});

test("progress shows on stderr of a terminal only", async () => {
  const argv = ["migrate", "fs:data/storage", "sqlite:fresh.db", "--apply"];
  const shown = await sandbox.run(argv, { columns: 80 });
  expect(stripVTControlCharacters(shown.stderr)).toContain("copying");
  expect(shown.stdout).not.toContain("copying");
  expect((await sandbox.run(argv)).stderr).toBe("");
});

test("a long name of a kind is cut on a terminal and whole in a pipe", async () => {
  using sandbox = new Sandbox();
  const kind = "k".repeat(200);
  await sandbox.run(["put", "fs:store", `${kind}/a`, "1"]);
  const { stdout } = await sandbox.run(["stat", "fs:store"], { columns: 80, env: { NO_COLOR: "1" } });
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  expect((await sandbox.run(["stat", "fs:store"])).stdout).toContain(kind);
});

test.each([60, 72, 100])("tables fit %d columns and keep the kinds apart", async (columns) => {
  for (const argv of reports.slice(0, 4)) {
    const { stdout } = await sandbox.run(argv, { columns, env: { NO_COLOR: "1" } });
    const table = stdout.split("\n").filter((line) => /[│┌├└]|^(?:kind|session|total|todo)/.test(line));
    expect(table.length).toBeGreaterThan(4);
    for (const line of table) expect(line.length).toBeLessThanOrEqual(columns);
    for (const kind of ["session_diff", "session_share"]) {
      expect(table.filter((line) => line.includes(kind))).toHaveLength(1);
    }
  }
});

test("a narrow terminal goes without the columns that matter least", async () => {
  const { stdout } = await sandbox.run(["migrate", "fs:data/storage", "sqlite:new.db"], { columns: 60 });
  const [titles = ""] = stripVTControlCharacters(stdout)
    .split("\n")
    .filter((line) => line.startsWith("kind"));
  expect(titles.trim().split(/ {2,}/)).toEqual(["kind", "records", "to copy", "equal", "different", "damaged"]);
});

test("records of one segment have a kind that can be seen", async () => {
  using sandbox = new Sandbox();
  await sandbox.run(["put", "fs:store", "config", "1"]);
  for (const argv of [
    ["stat", "fs:store"],
    ["migrate", "fs:store", "fs:to"],
    ["verify", "fs:store", "memory:"],
  ]) {
    expect((await sandbox.run(argv)).stdout).toMatch(/^\(top level\) +1 /m);
  }
});

test("the name of a foreign file can't command the terminal", async () => {
  using sandbox = new Sandbox();
  await sandbox.run(["put", "fs:store", "a/b", "1"]);
  writeFileSync(sandbox.join("store/a/\u001b[31mred\nline"), "");
  const { stdout } = await sandbox.run(["stat", "fs:store"]);
  expect(stdout).toContain("  a/\\u001b[31mred\\u000aline: ");
});

test("a terminal that does not know how wide it is gets lines of the usual length, and no progress", async () => {
  const argv = ["conformance", "memory:", "--only", "RECORD-001,CRASH,DISK,POWER,PROCESS,MOVE"];
  const usual = await sandbox.run(argv, { columns: 80, env: { NO_COLOR: "1" } });
  const sizeless = await sandbox.run(argv, { columns: 0, env: { NO_COLOR: "1" } });
  const withoutTime = ({ stdout }: { readonly stdout: string }): string => stdout.replaceAll(/\d\.\d\d s/g, "");
  expect(usual.stdout).toMatch(/\n {4}\S/);
  expect(withoutTime(sizeless)).toBe(withoutTime(usual));
  expect(sizeless.stderr).toBe("");
});
