import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { migrate, type SetAsideEntry, setAsideFolder } from "../src/index.ts";
import { filesOf, memoryStore, plant, temporaryFolder } from "./support.ts";

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

async function manifestOf(folder: string): Promise<SetAsideEntry[]> {
  const text = await readFile(join(folder, "manifest.jsonl"), "utf8");
  return text
    .split("\n")
    .flatMap((line) => (line.startsWith("{") && line.endsWith("}") ? [JSON.parse(line) as SetAsideEntry] : []));
}

test("a record is set aside byte for byte under its name, with a line in the manifest", async () => {
  const folder = join(await temporaryFolder(), "aside");
  const bytes = Buffer.from([0x7b, 0xff, 0x00]);
  await setAsideFolder(folder).write("session/p/s.json", bytes, "it is not UTF-8");
  expect(await readFile(join(folder, "session/p/s.json"))).toEqual(bytes);
  expect(await manifestOf(folder)).toEqual([
    {
      name: "session/p/s.json",
      file: "session/p/s.json",
      reason: "it is not UTF-8",
      bytes: 3,
      sha256: sha256(bytes),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    },
  ]);
});

test("the same bytes are kept once, other bytes of that record beside them", async () => {
  const folder = await temporaryFolder();
  for (const text of ["{", "{", "[", "{", "["]) {
    await setAsideFolder(folder).write("a/1.json", Buffer.from(text), "it is not JSON");
  }
  expect((await manifestOf(folder)).map(({ file }) => file)).toEqual([
    "a/1.json",
    `a/1.json.${sha256("[").slice(0, 16)}`,
  ]);
});

test("a run that was killed between the file and its line, or within the line, is made up for", async () => {
  const folder = await temporaryFolder();
  await plant(folder, "a/1.json", "{");
  await appendFile(join(folder, "manifest.jsonl"), '{"name":"a/0.js');
  await setAsideFolder(folder).write("a/1.json", Buffer.from("{"), "it is not JSON");
  await setAsideFolder(folder).write("a/2.json", Buffer.from("["), "it is not JSON");
  expect((await manifestOf(folder)).map(({ file }) => file)).toEqual(["a/1.json", "a/2.json"]);
  expect(Object.keys(await filesOf(folder)).sort()).toEqual(["a/1.json", "a/2.json", "manifest.jsonl"]);
});

async function save(folder: string, name: string, text: string): Promise<void> {
  await setAsideFolder(folder).write(name, Buffer.from(text), "it is not JSON");
}

/** Each line's name and file, whose bytes are those that the line tells. */
async function provenFiles(folder: string): Promise<string[][]> {
  const lines = await manifestOf(folder);
  const files = await filesOf(folder);
  for (const { file, sha256: digest } of lines) expect(files[file]).toBe(digest);
  return lines.map(({ name, file }) => [name, file]);
}

test("a file that was deleted is saved again under its name, with another line", async () => {
  const folder = await temporaryFolder();
  const from = await memoryStore({ "a/1.json": "{" });
  const run = async (): Promise<number> =>
    (await migrate(from, await memoryStore(), { setAside: setAsideFolder(folder) })).setAside.count;
  expect(await run()).toBe(1);
  await rm(join(folder, "a"), { recursive: true });
  expect(await run()).toBe(1);
  expect(await run()).toBe(1);
  expect(await provenFiles(folder)).toEqual([
    ["a/1.json", "a/1.json"],
    ["a/1.json", "a/1.json"],
  ]);
});

test("a file that was cut or changed is saved again beside it, as often as that happens", async () => {
  const folder = await temporaryFolder();
  const digest = sha256("{half");
  const files = ["a/1.json", `a/1.json.${digest.slice(0, 16)}`, `a/${digest}`, digest, `${digest}.2`, `${digest}.3`];
  const spoilt = ["", "{hal", "{HALF", "{half\n", ""];
  await save(folder, "a/1.json", "{half");
  for (const [index, text] of spoilt.entries()) {
    await writeFile(join(folder, files[index] as string), text);
    await save(folder, "a/1.json", "{half");
    await save(folder, "a/1.json", "{half");
  }
  expect((await manifestOf(folder)).map(({ file }) => file)).toEqual(files);
  expect(await readFile(join(folder, files.at(-1) as string), "utf8")).toBe("{half");
  for (const [index, text] of spoilt.entries()) {
    expect(await readFile(join(folder, files[index] as string), "utf8")).toBe(text);
  }
});

test("a record is refused when all its file names hold other bytes", async () => {
  const folder = await temporaryFolder();
  const digest = sha256("{");
  const numbered = Array.from({ length: 19 }, (_, index) => `${digest}.${index + 2}`);
  for (const file of ["1.json", `1.json.${digest.slice(0, 16)}`, digest, ...numbered])
    await plant(folder, file, "other");
  const before = await filesOf(folder);
  await expect(save(folder, "1.json", "{")).rejects.toThrow(
    'Cannot set aside "1.json": all 22 file names for it are taken',
  );
  expect(await filesOf(folder)).toEqual({ ...before, "manifest.jsonl": sha256("") });
});

test("the rest of a run that was killed, or whose disk was full, does not stand in the way", async () => {
  const folder = await temporaryFolder();
  const short = `a/1.json.${sha256("{half").slice(0, 16)}`;
  await plant(folder, "a/1.json", "{h");
  await plant(folder, short, "");
  await plant(folder, "a/.0b1f8e1c-7d0b-4b55-9f43-5f0f0a3c6d11.tmp", "{ha");
  await save(folder, "a/1.json", "{half");
  expect(await provenFiles(folder)).toEqual([["a/1.json", `a/${sha256("{half")}`]]);
  expect(await readFile(join(folder, "a/1.json"), "utf8")).toBe("{h");
  expect(await readFile(join(folder, short), "utf8")).toBe("");
});

test.skipIf(process.platform === "win32")(
  "a write that the system breaks off leaves nothing, and the next run saves the record (no such limit on Windows)",
  async () => {
    const folder = join(await temporaryFolder(), "aside");
    const module = new URL("../src/index.ts", import.meta.url).href;
    const program = `
      const { setAsideFolder } = await import(${JSON.stringify(module)});
      const aside = setAsideFolder(process.argv[1]);
      const bytes = Buffer.alloc(1_000_000, "x");
      for (let i = 0; i < 2; i++) await aside.write("a/1.json", bytes, "").catch(({ code }) => console.log(code));
      await aside.write("a/2.json", bytes.subarray(0, 9), "");
    `;
    // No file may be longer than 128 blocks of 512 bytes, in some shells of 1,024.
    const script = 'trap \'\' XFSZ; ulimit -f 128; exec "$0" "$@"';
    const args = ["-c", script, process.execPath, "--conditions=@stowage/source", "--input-type=module", "-e", program];
    const child = spawn("sh", [...args, folder], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [exitCode] = (await once(child, "close")) as [number | null];
    expect([exitCode, output]).toEqual([0, "EFBIG\nEFBIG\n"]);
    expect(Object.keys(await filesOf(folder)).sort()).toEqual(["a/2.json", "manifest.jsonl"]);
    await save(folder, "a/1.json", "x".repeat(1_000_000));
    expect(await provenFiles(folder)).toEqual([
      ["a/2.json", "a/2.json"],
      ["a/1.json", "a/1.json"],
    ]);
  },
);

test("where the name is taken and can't be longer, the digest alone is the name of the file", async () => {
  const folder = await temporaryFolder();
  const name = `a/${"n".repeat(250)}.json`;
  await save(folder, name, "{");
  await save(folder, name, "[");
  await save(folder, name, "[");
  expect(await provenFiles(folder)).toEqual([
    [name, name],
    [name, `a/${sha256("[")}`],
  ]);
});

test("lines of the manifest that are not ours are ignored and kept", async () => {
  const folder = await temporaryFolder();
  const digest = sha256("{");
  const strange = [
    "null",
    "12",
    '"text"',
    "[]",
    "{}",
    "",
    "\0\0\0",
    `{"name":"a/1.json","sha256":"${digest}"}`,
    `{"name":"a/1.json","sha256":"${digest}","file":7}`,
    `{"name":"a/1.json","sha256":"${digest}","file":"a/1.js`,
  ].join("\n");
  await plant(folder, "manifest.jsonl", strange);
  await save(folder, "a/1.json", "{");
  await save(folder, "a/1.json", "{");
  const text = await readFile(join(folder, "manifest.jsonl"), "utf8");
  expect(text.startsWith(`${strange}\n{`)).toBe(true);
  const added = text.slice(strange.length + 1).split("\n");
  expect(added).toEqual([expect.stringContaining('"file":"a/1.json"'), ""]);
  expect(await readFile(join(folder, "a/1.json"), "utf8")).toBe("{");
});

test("a line that leads to another file than ours is not believed, even if that has the bytes", async () => {
  const outer = await temporaryFolder();
  const folder = join(outer, "aside");
  await plant(outer, "elsewhere.json", "{");
  const line = { name: "a/1.json", file: "../elsewhere.json", sha256: sha256("{") };
  await plant(folder, "manifest.jsonl", `${JSON.stringify(line)}\n`);
  await save(folder, "a/1.json", "{");
  expect(await filesOf(outer)).toMatchObject({ "aside/a/1.json": sha256("{"), "elsewhere.json": sha256("{") });
});

test("whatever a legal name holds, its record is kept in the folder, also where names get in each other's way", async () => {
  const outer = await temporaryFolder();
  const folder = join(outer, "aside");
  const short = `1.json.${sha256("[").slice(0, 16)}`;
  const names = [
    "manifest.jsonl/x.json",
    "manifest.jsonl/y.json",
    "manifest.json",
    "1.json",
    `${short}/2.json`,
    `${sha256("{")}/3.json`,
    `${"s".repeat(250)}/${"é".repeat(125)}.json`,
    `${Array.from({ length: 16 }, (_, index) => `${index}`).join("/")}.json`,
    "C:/~/$HOME/%2e%2e/ a b .json",
    "a../b.../c..json",
    "-rf/*?\"'<>|:&;.json",
    "日本/\u202e\u2028\uFEFF/🙂.json",
    "__proto__/constructor.json",
  ];
  for (const text of ["{", "["]) for (const name of names) await save(folder, name, text);
  const before = await filesOf(outer);
  for (const text of ["[", "{"]) for (const name of names) await save(folder, name, text);
  expect(await filesOf(outer)).toEqual(before);
  expect((await provenFiles(folder)).map(([name]) => name)).toEqual([...names, ...names]);
  expect(await readdir(outer)).toEqual(["aside"]);
});

test.each([
  "../x.json",
  "a/../../x.json",
  "/x.json",
  "a//x.json",
  "./x.json",
  ".x.json",
  "..a/x.json",
  "a\\..\\..\\x.json",
  "a/\0.json",
  "a/\ud800.json",
  "manifest.jsonl",
  "",
])("the name %j, which no key has, is refused", async (name) => {
  const outer = await temporaryFolder();
  await expect(save(join(outer, "aside"), name, "{")).rejects.toThrow(
    `Cannot set aside ${JSON.stringify(name)}: no legal key has this name`,
  );
  expect(await readdir(outer)).toEqual([]);
});

test("a link in the folder is neither followed nor taken for the file", async () => {
  const outer = await temporaryFolder();
  const folder = join(outer, "aside");
  await plant(outer, "elsewhere/1.json", "{");
  for (const [link, to] of [
    ["a", "../elsewhere"],
    ["b/1.json", "../../elsewhere/1.json"],
    ["b/2.json", "../../elsewhere/2.json"],
  ] as const) {
    await mkdir(dirname(join(folder, link)), { recursive: true });
    await symlink(to, join(folder, link));
  }
  for (const name of ["a/1.json", "b/1.json", "b/2.json"]) await save(folder, name, "{");
  expect(await readdir(join(outer, "elsewhere"))).toEqual(["1.json"]);
  expect(await provenFiles(folder)).toEqual([
    ["a/1.json", sha256("{")],
    ["b/1.json", `b/1.json.${sha256("{").slice(0, 16)}`],
    ["b/2.json", `b/2.json.${sha256("{").slice(0, 16)}`],
  ]);
});

test("no folder is made when nothing is set aside", async () => {
  const folder = join(await temporaryFolder(), "aside");
  const report = await migrate(await memoryStore({ "a/1.json": "1" }), await memoryStore(), {
    setAside: setAsideFolder(folder),
  });
  expect(report.result).toBe("ok");
  await expect(filesOf(folder)).rejects.toMatchObject({ code: "ENOENT" });
});

test("a damaged record is left behind when it can't be set aside, and the others are copied", async () => {
  const from = await memoryStore({ "a/1.json": "{", "a/2.json": "2" });
  const setAside = {
    write: async () => {
      throw new Error("the disk is full");
    },
  };
  const warnings: string[] = [];
  const report = await migrate(from, await memoryStore(), { setAside, onWarning: (message) => warnings.push(message) });
  expect(report).toMatchObject({ result: "incomplete", created: { records: 1 }, setAside: { count: 0 } });
  expect(report.leftBehind.items).toEqual([{ name: "a/1.json", reason: expect.any(String), bytes: 1 }]);
  expect(warnings).toEqual([
    `"a/1.json" is left behind: ${report.leftBehind.items[0]?.reason}, and it can't be set aside: the disk is full`,
  ]);
});

test("a damaged record never overwrites a sound one", async () => {
  const to = await memoryStore({ "a/1.json": "1" });
  const report = await migrate(await memoryStore({ "a/1.json": "" }), to, { overwrite: true });
  expect(report).toMatchObject({ result: "different", leftBehind: { count: 1 }, different: { count: 1 } });
  expect((await to.driver.get("a/1.json"))?.text).toBe("1");
});
