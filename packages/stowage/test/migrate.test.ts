import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Ended, Sandbox } from "./cli.ts";

const json = ({ stdout }: Ended) => JSON.parse(stdout);

test("migrate plans by default and makes no target", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("sample-1.1.16", "data");
  const { code, stdout, stderr } = await sandbox.run(["migrate", "fs:data/storage", "sqlite:agent.db"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("to   sqlite:agent.db · does not exist yet\n");
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

test("migrate refuses places where what it writes would be listed as records of a folder", async () => {
  using sandbox = new Sandbox();
  const storage = sandbox.plant("sample-1.1.16", "data");
  writeFileSync(`${storage}/todo/cut.json`, "[");
  mkdirSync(sandbox.join("to"));
  sandbox.link(storage, "link");
  sandbox.link(`${storage}/new.db`, "dangling.db");
  const before = stateOf(storage);
  const inside = 'it lies inside the source "fs:data/storage"';
  const cases: readonly (readonly [argv: readonly string[], sentence: string])[] = [
    [["fs:data/storage", "fs:data/storage/sub/deep"], `Cannot migrate to "fs:data/storage/sub/deep": ${inside}`],
    [["fs:data/storage", "sqlite:data/storage/x.db"], `Cannot migrate to "sqlite:data/storage/x.db": ${inside}`],
    [["fs:data/storage", "fs:link/sub"], `Cannot migrate to "fs:link/sub": ${inside}`],
    [["fs:data/storage", "sqlite:dangling.db"], `Cannot migrate to "sqlite:dangling.db": ${inside}`],
    [
      ["fs:link", "fs:data/storage/sub"],
      'Cannot migrate to "fs:data/storage/sub": it lies inside the source "fs:link"',
    ],
    [["fs:data/storage", "fs:data"], 'Cannot migrate to "fs:data": the source "fs:data/storage" lies inside it'],
    [["fs:data/storage", "fs:to", "--set-aside", "data/storage/aside"], inside],
    [["fs:data/storage", "fs:to", "--set-aside", "link/aside"], inside],
    [["fs:data/storage", "fs:to", "--set-aside", "."], 'the source "fs:data/storage" lies inside it'],
    [["fs:data/storage", "fs:to", "--set-aside", "to/aside"], 'it lies inside the target "fs:to"'],
    [["fs:data/storage", "fs:to", "--set-aside", "to"], 'it is the place of the target "fs:to"'],
  ];
  for (const [argv, sentence] of cases) {
    for (const mode of [[], ["--apply"]]) {
      const { code, stdout, stderr } = await sandbox.run(["migrate", ...argv, ...mode]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^stowage: Cannot .+\n$/);
      expect(stderr).toContain(sentence);
    }
  }
  expect(stateOf(storage)).toEqual(before);
  expect(readdirSync(sandbox.join("to"))).toEqual([]);
});

test("migrate takes a target beside the source whose name begins alike", async () => {
  using sandbox = new Sandbox();
  await sandbox.run(["put", "fs:store", "a/b", "1"]);
  expect((await sandbox.run(["migrate", "fs:store", "fs:store2", "--apply"])).code).toBe(0);
  expect((await sandbox.run(["ls", "fs:store2"])).stdout).toBe("a/b\n");
});

test.each(["memory:", "sqlite::memory:"])("migrate refuses %s as a target, which would keep nothing", async (to) => {
  using sandbox = new Sandbox();
  await sandbox.run(["put", "fs:store", "a/b", "1"]);
  expect(await sandbox.run(["migrate", "fs:store", to, "--apply"])).toEqual({
    code: 2,
    stdout: "",
    stderr: `stowage: Cannot migrate to "${to}": a store in memory is gone when the command ends\n`,
  });
});

test("migrate refuses a target that its URL makes readable only", async () => {
  using sandbox = new Sandbox();
  await sandbox.run(["put", "fs:store", "a/b", "1"]);
  const { code, stderr } = await sandbox.run(["migrate", "fs:store", "sqlite:agent.db?readonly=true", "--apply"]);
  expect(code).toBe(2);
  expect(stderr).toContain('Cannot migrate to "sqlite:agent.db?readonly=true": its URL says that it is only read');
});

test("a plan names what there is to do, and no command when there is nothing", async () => {
  using sandbox = new Sandbox();
  const plan = async (...argv: readonly string[]) => (await sandbox.run(["migrate", ...argv])).stdout;
  await sandbox.run(["put", "fs:from", "a/b", "1"]);
  const first = await plan("fs:from", "fs:to");
  expect(first).toContain("from fs:from · 1 record (1 B)\nto   fs:to · does not exist yet\n");
  expect(first).toContain("nothing has been written. To copy and compare:\n  stowage migrate fs:from fs:to --apply");
  await sandbox.run(["migrate", "fs:from", "fs:to", "--apply"]);
  const done = "This is a plan: nothing has been written, and there is nothing to copy.\n";
  expect((await plan("fs:from", "fs:to")).endsWith(`\n${done}`)).toBe(true);
  await sandbox.run(["put", "fs:to", "a/b", "2"]);
  expect(await plan("fs:from", "fs:to")).toContain(done);
  const over = await plan("fs:from", "fs:to", "--overwrite");
  expect(over).toContain("Different in the target, to be overwritten: 1\n  a/b\n");
  expect(over).toContain("To overwrite and compare:\n");
  writeFileSync(sandbox.join("from/a/cut.json"), "");
  expect(await plan("fs:from", "fs:to")).toContain("To set the damaged records aside and compare:\n");
  expect(await plan("memory:", "fs:to")).toContain("from memory: · 0 records (0 B)\nto   fs:to · 1 record\n");
});

test("a target that can't be written stops the run, and the cause is to be mended first", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("sample-1.1.16", "data");
  const to = sandbox.join("to");
  await sandbox.run(["put", "fs:to", "todo/x", "1"]);
  const { code, stdout } = await sandbox.asNobody([to], () =>
    sandbox.run(["migrate", "fs:data/storage", "fs:to", "--apply"]),
  );
  expect(code).toBe(1);
  expect(stdout.match(/Stopped: Cannot write "[^"]+": .*EACCES/g)).toHaveLength(1);
  expect(stdout.match(/EACCES/g)).toHaveLength(1);
  expect(stdout).toContain(
    "\nMend the disk, the permissions, or the connection first, then run the same command again: it goes on from here.\n",
  );
});

test("a record that can't be read makes a plan, a migration, and a comparison fail, and is not set aside", async () => {
  using sandbox = new Sandbox();
  for (const key of ["a/1", "a/2"]) await sandbox.run(["put", "fs:from", key, "1"]);
  // A hole: it takes no room on the disk, and is longer than any text can be.
  truncateSync(sandbox.join("from/a/2.json"), 600_000_000);
  const plan = await sandbox.run(["migrate", "fs:from", "sqlite:to.db"]);
  expect(plan.code).toBe(1);
  expect(plan.stdout).toMatch(/^total +2 +1 B +1 +0 +0 +0 +1$/m);
  expect(plan.stdout).toContain("Can't be read in the source, not carried: 1\n  a/2: TOO_LARGE, ");
  const applied = await sandbox.run(["migrate", "fs:from", "sqlite:to.db", "--apply"]);
  expect(applied.code).toBe(1);
  expect(applied.stdout).toContain("Can't be read, not carried: 1\n  a/2: TOO_LARGE, ");
  expect(applied.stdout).toContain("source 2 · copied 1 · equal 0 · set aside 0 · unreadable 1 · lost 1\n");
  expect(existsSync(sandbox.join("to.db.set-aside"))).toBe(false);
  const verified = await sandbox.run(["verify", "fs:from", "sqlite:to.db"]);
  expect(verified.code).toBe(1);
  expect(verified.stdout).toContain("\nFailed: 1 unreadable in A, 1 in A only.\n");
  const stat = await sandbox.run(["stat", "fs:from"]);
  expect(stat.code).toBe(1);
  expect(stat.stdout).toContain("Can't be read: 1\n  a/2: TOO_LARGE, ");
});

test("migrate refuses a source that does not exist and makes neither side", async () => {
  using sandbox = new Sandbox();
  const { code, stdout } = await sandbox.run(["migrate", "fs:none", "sqlite:agent.db", "--apply"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(readdirSync(sandbox.path)).toEqual([]);
});

test("migrate never writes to its source", async () => {
  using sandbox = new Sandbox();
  const storage = sandbox.plant("sample-1.1.16", "data");
  const before = stateOf(storage);
  await sandbox.run(["migrate", "fs:data/storage", "sqlite:agent.db", "--apply", "--verify"]);
  expect(stateOf(storage)).toEqual(before);
  const bytes = readFileSync(sandbox.join("agent.db"));
  await sandbox.run(["migrate", "sqlite:agent.db", "fs:back", "--apply"]);
  expect(readFileSync(sandbox.join("agent.db"))).toEqual(bytes);
});

test("an interrupted migrate says that the same command goes on, and it does", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("sample-1.1.16", "data");
  const argv = ["migrate", "fs:data/storage", "sqlite:agent.db", "--apply"];
  const onInterrupt = (stop: (by: NodeJS.Signals) => void) => {
    stop("SIGINT");
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
  const onInterrupt = (stop: (by: NodeJS.Signals) => void) => {
    stop("SIGINT");
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

/** Every entry of a folder, with its size and the time of its last change, and so those of the folder itself. */
function stateOf(folder: string): readonly (readonly [path: string, size: number, changed: bigint])[] {
  const paths = [".", ...(readdirSync(folder, { recursive: true }) as string[])].sort();
  return paths.map((path) => {
    const { size, ctimeNs } = lstatSync(join(folder, path), { bigint: true });
    return [path, Number(size), ctimeNs];
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1))
    .sort();
}
