import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Ended, Sandbox } from "./cli.ts";

const json = ({ stdout }: Ended) => JSON.parse(stdout);

test("migrate plans by default and makes no target", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("sample-1.1.16", "data");
  const { code, stdout, stderr } = await sandbox.run(["migrate", "fs:data/storage", "sqlite:agent.db"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("sqlite:agent.db: does not exist yet");
  expect(stdout).toMatch(/^total +169 +\S+ kB +169 +0 +0 +0$/m);
  expect(stdout).toContain("stowage migrate fs:data/storage sqlite:agent.db --apply --verify");
  expect(readdirSync(sandbox.path)).toEqual(["data"]);
});

test("migrate there and back leaves the same folder", async () => {
  using sandbox = new Sandbox();
  const storage = sandbox.plant("opencode-1.1.16", "data");
  expect((await sandbox.run(["migrate", "fs:data/storage", "sqlite:agent.db", "--apply"])).code).toBe(0);
  expect((await sandbox.run(["migrate", "sqlite:agent.db", "fs:back", "--apply", "--verify"])).code).toBe(0);
  const files = filesBelow(storage);
  expect(files).toHaveLength(1525);
  expect(filesBelow(sandbox.join("back"))).toEqual(files);
  for (const file of files) {
    expect(readFileSync(sandbox.join("back", file))).toEqual(readFileSync(`${storage}/${file}`));
  }
});

test("migrate run again copies nothing", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("sample-1.1.16", "data");
  const argv = ["migrate", "fs:data/storage", "sqlite:agent.db", "--apply", "--json"];
  expect(json(await sandbox.run(argv)).report).toMatchObject({ result: "ok", created: { records: 169 } });
  expect(json(await sandbox.run(argv)).report).toMatchObject({
    result: "ok",
    created: { records: 0 },
    equal: { records: 169 },
  });
});

test("migrate sets damaged records aside beside the target, and says so by its exit code", async () => {
  using sandbox = new Sandbox();
  const storage = sandbox.plant("sample-1.1.16", "data");
  writeFileSync(`${storage}/todo/cut.json`, '{"a":');
  const first = await sandbox.run(["migrate", "fs:data/storage", "sqlite:agent.db", "--apply", "--verify"]);
  expect(first.code).toBe(3);
  expect(first.stdout).toContain("Damaged, set aside in agent.db.set-aside: 1\n  todo/cut: ");
  expect(first.stdout).toContain("source 170 · copied 169 · equal 0 · set aside 1 · lost 0\n");
  expect(readFileSync(sandbox.join("agent.db.set-aside/todo/cut.json"), "utf8")).toBe('{"a":');
  const second = await sandbox.run(["migrate", "fs:data/storage", "sqlite:other.db", "--apply", "--set-aside", "kept"]);
  expect(second.code).toBe(3);
  expect(existsSync(sandbox.join("kept/todo/cut.json"))).toBe(true);
  expect(existsSync(sandbox.join("other.db.set-aside"))).toBe(false);
});

test("migrate leaves a different record of the target alone until --overwrite is given", async () => {
  using sandbox = new Sandbox();
  await sandbox.run(["put", "fs:from", "a/b", '"source"']);
  await sandbox.run(["put", "fs:to", "a/b", '"target"']);
  const plan = await sandbox.run(["migrate", "fs:from", "fs:to"]);
  expect(plan.stdout).toContain("Different in the target, left alone without --overwrite: 1\n  a/b\n");
  const kept = await sandbox.run(["migrate", "fs:from", "fs:to", "--apply"]);
  expect(kept.code).toBe(4);
  expect((await sandbox.run(["cat", "fs:to", "a/b"])).stdout).toBe('"target"');
  const written = await sandbox.run(["migrate", "fs:from", "fs:to", "--apply", "--overwrite"]);
  expect(written.code).toBe(0);
  expect((await sandbox.run(["cat", "fs:to", "a/b"])).stdout).toBe('"source"');
});

test("migrate --verify alone compares and writes nothing", async () => {
  using sandbox = new Sandbox();
  await sandbox.run(["put", "fs:from", "a/b", "1"]);
  await sandbox.run(["put", "fs:to", "a/c", "1"]);
  const { code, stdout } = await sandbox.run(["migrate", "fs:from", "fs:to", "--verify", "--json"]);
  expect(code).toBe(4);
  expect(JSON.parse(stdout).comparison).toMatchObject({
    equal: false,
    missing: { count: 1, items: ["a/b.json"] },
    extra: { count: 1, items: ["a/c.json"] },
  });
  expect((await sandbox.run(["ls", "fs:to"])).stdout).toBe("a/c\n");
});

test.each(["fs:data/storage", "fs:./data/../data/storage", "fs:link"])(
  "migrate refuses %s as the target of itself",
  async (target) => {
    using sandbox = new Sandbox();
    const storage = sandbox.plant("sample-1.1.16", "data");
    sandbox.link(storage, "link");
    expect(await sandbox.run(["migrate", "fs:data/storage", target, "--apply"])).toEqual({
      code: 2,
      stdout: "",
      stderr: 'stowage: Cannot migrate "fs:data/storage": source and target are the same store\n',
    });
  },
);

test("migrate refuses a source that does not exist and makes neither side", async () => {
  using sandbox = new Sandbox();
  const { code, stdout } = await sandbox.run(["migrate", "fs:none", "sqlite:agent.db", "--apply"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(readdirSync(sandbox.path)).toEqual([]);
});

test("migrate never writes to its source", async () => {
  using sandbox = new Sandbox();
  const storage = sandbox.plant("sample-1.1.16", "data");
  const before = filesBelow(storage);
  await sandbox.run(["migrate", "fs:data/storage", "sqlite:agent.db", "--apply", "--verify"]);
  expect(filesBelow(storage)).toEqual(before);
  const bytes = readFileSync(sandbox.join("agent.db"));
  await sandbox.run(["migrate", "sqlite:agent.db", "fs:back", "--apply"]);
  expect(readFileSync(sandbox.join("agent.db"))).toEqual(bytes);
});

test("an interrupted migrate says that the same command goes on, and it does", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("sample-1.1.16", "data");
  const argv = ["migrate", "fs:data/storage", "sqlite:agent.db", "--apply"];
  const onInterrupt = (stop: () => void) => {
    stop();
    return () => {};
  };
  const stopped = await sandbox.run(argv, { onInterrupt });
  expect(stopped.code).toBe(1);
  expect(stopped.stdout).toContain("Stopped: interrupted.\nRun the same command again, it goes on from here.");
  const finished = await sandbox.run(argv);
  expect(finished.code).toBe(0);
  expect(finished.stdout).toContain("Identical: ");
});

test("an interrupted plan fails with one sentence", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("sample-1.1.16", "data");
  const onInterrupt = (stop: () => void) => {
    stop();
    return () => {};
  };
  const { code, stdout, stderr } = await sandbox.run(["migrate", "fs:data/storage", "sqlite:a.db"], { onInterrupt });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toBe("stowage: Cannot finish: interrupted, the same command starts over\n");
});

test("verify tells two equal stores from two that differ", async () => {
  using sandbox = new Sandbox();
  const storage = sandbox.plant("sample-1.1.16", "data");
  await sandbox.run(["migrate", "fs:data/storage", "sqlite:agent.db", "--apply"]);
  const equal = await sandbox.run(["verify", "fs:data/storage", "sqlite:agent.db"]);
  expect(equal.code).toBe(0);
  expect(equal.stdout).toContain("Identical: the same names, the same bytes, the same marker.");
  const todo = readdirSync(`${storage}/todo`)[0] as string;
  writeFileSync(`${storage}/todo/${todo}`, "[]");
  writeFileSync(`${storage}/todo/more.json`, "[]");
  const different = await sandbox.run(["verify", "fs:data/storage", "sqlite:agent.db"]);
  expect(different.code).toBe(4);
  expect(different.stdout).toContain("Different: 1 in A only, 1 with different bytes.");
  expect(json(await sandbox.run(["verify", "fs:data/storage", "sqlite:agent.db", "--json"]))).toMatchObject({
    equal: false,
    a: { url: "fs:data/storage", records: 170 },
    b: { url: "sqlite:agent.db", records: 169 },
    missing: { items: ["todo/more.json"] },
    different: { items: [`todo/${todo}`] },
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1))
    .sort();
}
