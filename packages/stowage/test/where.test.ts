import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Sandbox } from "./cli.ts";

test("where counts the records of the tree in the home folder", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("sample-1.1.16", ".local", "share", "opencode");
  const { code, stdout } = await sandbox.run(["where"]);
  expect(code).toBe(0);
  expect(stdout).toContain("8 sessions, 46 messages, 106 parts, 9 others");
  expect(stdout).toContain("stowage stat fs:~/.local/share/opencode/storage\n");
});

test("where reports every folder, database, and old layout as JSON", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("sample-1.1.16", "data", "opencode");
  mkdirSync(sandbox.join("data/opencode/project/slug/storage/session"), { recursive: true });
  writeFileSync(sandbox.join("data/opencode/opencode.db"), "12345");
  writeFileSync(sandbox.join("data/opencode/opencode.db-wal"), "123");
  writeFileSync(sandbox.join("data/opencode/opencode-dev.db"), "");
  writeFileSync(sandbox.join("data/opencode/other.db"), "");
  mkdirSync(sandbox.join(".local/share/opencode"), { recursive: true });
  const { stdout } = await sandbox.run(["where", "--json"], { env: { XDG_DATA_HOME: sandbox.join("data") } });
  expect(JSON.parse(stdout)).toEqual({
    folders: [
      {
        path: sandbox.join("data/opencode"),
        source: "XDG_DATA_HOME",
        tree: {
          path: sandbox.join("data/opencode/storage"),
          url: `fs:${sandbox.join("data/opencode/storage")}`,
          records: 169,
          kinds: { message: 46, part: 106, project: 2, session: 8, session_diff: 5, session_share: 1, todo: 1 },
        },
        databases: [
          { path: sandbox.join("data/opencode/opencode-dev.db"), bytes: 0, logBytes: 0, modified: expect.any(String) },
          { path: sandbox.join("data/opencode/opencode.db"), bytes: 5, logBytes: 3, modified: expect.any(String) },
        ],
        projectsOfOldLayout: 1,
      },
      { path: sandbox.join(".local/share/opencode"), source: "home", databases: [], projectsOfOldLayout: 0 },
    ],
    searched: [sandbox.join("data/opencode"), sandbox.join(".local/share/opencode")],
  });
});

test("where honours OPENCODE_DB, absolute or relative to the data folder", async () => {
  using sandbox = new Sandbox();
  mkdirSync(sandbox.join(".local/share/opencode"), { recursive: true });
  writeFileSync(sandbox.join(".local/share/opencode/mine.db"), "");
  writeFileSync(sandbox.join("else.db"), "");
  const relative = await sandbox.run(["where", "--json"], { env: { OPENCODE_DB: "mine.db" } });
  expect(JSON.parse(relative.stdout).folders[0].databases).toHaveLength(1);
  const absolute = await sandbox.run(["where", "--json"], { env: { OPENCODE_DB: sandbox.join("else.db") } });
  expect(JSON.parse(absolute.stdout).folders[1]).toMatchObject({
    path: sandbox.path,
    source: "OPENCODE_DB",
    databases: [{ path: sandbox.join("else.db") }],
  });
});

test("where finds nothing in an empty home, says where it looked, and makes nothing", async () => {
  using sandbox = new Sandbox();
  const { code, stdout } = await sandbox.run(["where"]);
  expect(code).toBe(0);
  expect(stdout).toBe(`No data of OpenCode here; looked in ${sandbox.join(".local/share/opencode")}.\n`);
  expect(readdirSync(sandbox.path)).toEqual([]);
});

test("where writes nothing into the folder that it looks at", async () => {
  using sandbox = new Sandbox();
  const storage = sandbox.plant("sample-1.1.16", ".local", "share", "opencode");
  const before = readdirSync(storage, { recursive: true }).sort();
  await sandbox.run(["where"]);
  expect(readdirSync(storage, { recursive: true }).sort()).toEqual(before);
});
