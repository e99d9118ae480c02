import { createHash } from "node:crypto";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
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
  expect(report.leftBehind.items).toEqual([{ name: "a/1.json", reason: "it is not JSON from byte 1 of 1", bytes: 1 }]);
  expect(warnings).toEqual([
    '"a/1.json" is left behind: it is not JSON from byte 1 of 1, and it can\'t be set aside: the disk is full',
  ]);
});

test("a damaged record never overwrites a sound one", async () => {
  const to = await memoryStore({ "a/1.json": "1" });
  const report = await migrate(await memoryStore({ "a/1.json": "" }), to, { overwrite: true });
  expect(report).toMatchObject({ result: "different", leftBehind: { count: 1 }, different: { count: 1 } });
  expect((await to.driver.get("a/1.json"))?.text).toBe("1");
});
