import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Sandbox } from "./cli.ts";

const stores = ["fs:store", "sqlite:store.db"];

test.each(stores)("%s: what put writes, cat prints as it is stored", async (url) => {
  using sandbox = new Sandbox();
  expect(await sandbox.run(["put", url, "todo/ses_1", '[{"id":"1"}]'])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await sandbox.run(["cat", url, "todo/ses_1"])).toEqual({
    code: 0,
    stdout: '[\n  {\n    "id": "1"\n  }\n]',
    stderr: "",
  });
});

test.each(stores)("%s: put reads stdin in pieces that cut a character", async (url) => {
  using sandbox = new Sandbox();
  const bytes = Buffer.from('{"title":"日本"}');
  await sandbox.run(["put", url, "session/a/b", "-"], { stdin: [bytes.subarray(0, 11), bytes.subarray(11)] });
  const { stdout } = await sandbox.run(["cat", url, "session/a/b", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ url, key: "session/a/b", value: { title: "日本" } });
});

test.each(stores)("%s: put --if-absent leaves an existing record alone", async (url) => {
  using sandbox = new Sandbox();
  expect((await sandbox.run(["put", url, "a/b", "1", "--if-absent"])).code).toBe(0);
  const second = await sandbox.run(["put", url, "a/b", "2", "--if-absent"]);
  expect(second).toMatchObject({
    code: 1,
    stdout: "",
    stderr: 'stowage: Cannot write "a/b": there is such a record already\n',
  });
  expect((await sandbox.run(["cat", url, "a/b"])).stdout).toBe("1");
});

test.each(stores)("%s: put --if-version writes only over the version that cat told", async (url) => {
  using sandbox = new Sandbox();
  await sandbox.run(["put", url, "a/b", "1"]);
  const { version } = JSON.parse((await sandbox.run(["cat", url, "a/b", "--json"])).stdout);
  const written = await sandbox.run(["put", url, "a/b", "2", "--json", "--if-version", version]);
  expect(JSON.parse(written.stdout)).toEqual({ url, key: "a/b", version: expect.any(String) });
  expect((await sandbox.run(["put", url, "a/b", "3", "--if-version", version])).code).toBe(1);
  expect((await sandbox.run(["cat", url, "a/b"])).stdout).toBe("2");
});

test.each([
  ["9007199254740993", "Cannot write the integer 9007199254740993: it is beyond 2^53 and would be rounded"],
  ['{"a":[1,-9007199254740992]}', "Cannot write the integer -9007199254740992: it is beyond 2^53 and would be rounded"],
  ['{"a":1e400}', "Cannot write the number 1e400: it is too large"],
])("put refuses %s, which would be written otherwise", async (json, sentence) => {
  using sandbox = new Sandbox();
  const refused = { code: 2, stdout: "", stderr: `stowage: ${sentence}\n` };
  expect(await sandbox.run(["put", "fs:store", "a/b", json])).toEqual(refused);
  expect(existsSync(sandbox.join("store"))).toBe(false);
});

test("put writes the largest safe integers, numbers with an exponent, and a member called __proto__", async () => {
  using sandbox = new Sandbox();
  const json = '{"a":9007199254740991,"b":-9007199254740991,"c":1e+22,"__proto__":{"d":1.5}}';
  expect((await sandbox.run(["put", "fs:store", "a/b", json])).code).toBe(0);
  const { stdout } = await sandbox.run(["cat", "fs:store", "a/b"]);
  expect(stdout.replaceAll(/\s/g, "")).toBe(json);
});

test("put with text that is no JSON writes nothing", async () => {
  using sandbox = new Sandbox();
  const { code, stderr } = await sandbox.run(["put", "fs:store", "a/b", "{"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^stowage: Cannot read the JSON: .+\n$/);
  expect((await sandbox.run(["put", "fs:store", "a/b", "-"], { stdin: [Buffer.of(0x22, 0xff, 0x22)] })).code).toBe(2);
  expect(existsSync(sandbox.join("store"))).toBe(false);
});

test("cat of a missing record and of a damaged one fails with one sentence", async () => {
  using sandbox = new Sandbox();
  await sandbox.run(["put", "fs:store", "a/b", "1"]);
  writeFileSync(sandbox.join("store/a/cut.json"), '{"a":');
  expect(await sandbox.run(["cat", "fs:store", "a/none"])).toEqual({
    code: 1,
    stdout: "",
    stderr: 'stowage: Cannot read "a/none": there is no such record\n',
  });
  expect(await sandbox.run(["cat", "fs:store", "a/cut"])).toEqual({
    code: 1,
    stdout: "",
    stderr: 'stowage: Cannot read "a/cut": the record breaks off after 5 bytes\n',
  });
});

test("cat prints the bytes of every record that OpenCode wrote", async () => {
  using sandbox = new Sandbox();
  const storage = sandbox.plant("sample-1.1.16", "data");
  const { stdout } = await sandbox.run(["ls", "fs:data/storage", "message"]);
  const keys = stdout.trimEnd().split("\n");
  expect(keys).toHaveLength(46);
  for (const key of keys) {
    const printed = await sandbox.run(["cat", "fs:data/storage", key]);
    expect(printed.stdout).toBe(readFileSync(`${storage}/${key}.json`, "utf8"));
  }
});

test.each(stores)("%s: ls lists keys in order, in pages that go on", async (url) => {
  using sandbox = new Sandbox();
  for (const key of ["b/2", "a/10", "a/9", "b/1/x"]) await sandbox.run(["put", url, key, "0"]);
  expect((await sandbox.run(["ls", url])).stdout).toBe("a/10\na/9\nb/1/x\nb/2\n");
  expect((await sandbox.run(["ls", url, "b"])).stdout).toBe("b/1/x\nb/2\n");
  expect((await sandbox.run(["ls", url, "b/"])).stdout).toBe("b/1/x\nb/2\n");
  expect((await sandbox.run(["ls", url, "none"])).stdout).toBe("");
  expect((await sandbox.run(["ls", url, "--limit", "2"])).stdout).toBe("a/10\na/9\n");
  expect((await sandbox.run(["ls", url, "--after", "a/9"])).stdout).toBe("b/1/x\nb/2\n");
  expect((await sandbox.run(["ls", url, "--limit", "0"])).stdout).toBe("");
  const page = JSON.parse((await sandbox.run(["ls", url, "--limit", "3", "--json"])).stdout);
  expect(page).toEqual({ url, records: [{ key: "a/10" }, { key: "a/9" }, { key: "b/1/x" }], next: "b/1/x" });
  const rest = JSON.parse((await sandbox.run(["ls", url, "--after", page.next, "--json"])).stdout);
  expect(rest).toEqual({ url, records: [{ key: "b/2" }], next: null });
});

test("ls --long tells the bytes of each record, also of a damaged one", async () => {
  using sandbox = new Sandbox();
  await sandbox.run(["put", "fs:store", "a/b", '"é"']);
  writeFileSync(sandbox.join("store/a/cut.json"), Buffer.of(0x22, 0xff));
  expect((await sandbox.run(["ls", "fs:store", "--long"])).stdout).toBe("          4  a/b\n          2  a/cut\n");
  const { records } = JSON.parse((await sandbox.run(["ls", "fs:store", "--long", "--json"])).stdout);
  expect(records).toEqual([
    { key: "a/b", bytes: 4, version: expect.any(String) },
    { key: "a/cut", bytes: 2, version: expect.any(String) },
  ]);
});

test("ls lists all 1,524 keys of a real folder as one JSON document", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("opencode-1.1.16", "data");
  const { stdout } = await sandbox.run(["ls", "fs:data/storage", "--json"]);
  expect(JSON.parse(stdout).records).toHaveLength(1524);
});

test.each(stores)("%s: rm removes one record, and says when there was none", async (url) => {
  using sandbox = new Sandbox();
  for (const key of ["a/1", "a/1/x", "a/10"]) await sandbox.run(["put", url, key, "0"]);
  expect(await sandbox.run(["rm", url, "a/1"])).toEqual({ code: 0, stdout: "Removed 1 record\n", stderr: "" });
  const missing = {
    code: 0,
    stdout: 'There is no record "a/1"; 1 record below it, --recursive removes them\n',
    stderr: "",
  };
  expect(await sandbox.run(["rm", url, "a/1", "--yes"])).toEqual(missing);
  for (const key of ["a/1x", "a/0", "none"]) {
    expect((await sandbox.run(["rm", url, key])).stdout).toBe(`There is no record "${key}"\n`);
  }
  expect(JSON.parse((await sandbox.run(["rm", url, "a/1", "--json"])).stdout)).toEqual({ url, key: "a/1", removed: 0 });
  expect((await sandbox.run(["rm", url, "a/10"])).stdout).toBe("Removed 1 record\n");
  expect((await sandbox.run(["ls", url])).stdout).toBe("a/1/x\n");
});

test.each(stores)("%s: rm --recursive removes nothing without --yes, then all below", async (url) => {
  using sandbox = new Sandbox();
  for (const key of ["a/1", "a/1/x", "a/1/y", "a/10"]) await sandbox.run(["put", url, key, "0"]);
  expect(await sandbox.run(["rm", url, "a/1", "--recursive"])).toEqual({
    code: 2,
    stdout: "",
    stderr: 'stowage: Cannot remove "a/1": 2 records would go, add --yes to remove them\n',
  });
  const { stdout } = await sandbox.run(["rm", url, "a/1", "--recursive", "--yes", "--json"]);
  expect(JSON.parse(stdout)).toEqual({ url, key: "a/1", removed: 2 });
  expect((await sandbox.run(["ls", url])).stdout).toBe("a/1\na/10\n");
});

test.each(["ls", "stat", "cat", "rm", "verify"])("%s refuses a missing store and makes none", async (command) => {
  using sandbox = new Sandbox();
  const operands = { ls: [], stat: [], cat: ["a"], rm: ["a"], verify: ["memory:"] }[command] ?? [];
  for (const url of ["fs:none", "sqlite:none"]) {
    const { code, stdout, stderr } = await sandbox.run([command, url, ...operands]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^stowage: Cannot open .+\n$/);
    expect(existsSync(sandbox.join("none"))).toBe(false);
  }
});

test("stat counts the records of each kind", async () => {
  using sandbox = new Sandbox();
  sandbox.plant("opencode-1.1.16", "data");
  const census = JSON.parse((await sandbox.run(["stat", "fs:data/storage", "--json"])).stdout);
  const counts = census.kinds.map(({ kind, records }: { kind: string; records: number }) => [kind, records]);
  expect(Object.fromEntries(counts)).toEqual({
    message: 390,
    part: 989,
    project: 3,
    session: 67,
    session_diff: 66,
    session_share: 2,
    todo: 7,
  });
  expect(census).toMatchObject({ url: "fs:data/storage", driver: "fs", records: 1524, marker: "2" });
});

test("a key that no store takes is refused with the reason", async () => {
  using sandbox = new Sandbox();
  for (const key of ["", "a//b", "../a", "a.json", "a/.b"]) {
    const { code, stderr } = await sandbox.run(["cat", "memory:", key]);
    expect(code).toBe(2);
    expect(stderr).toContain(`stowage: Cannot use ${JSON.stringify(key)} as a key: `);
  }
});
