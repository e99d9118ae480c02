import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { Store } from "@stowage/core";
import { fs } from "@stowage/fs";
import { sqlite } from "@stowage/sqlite";
import { expect, test } from "vitest";
import { exitCodes, migrate, plan, setAsideFolder } from "../src/index.ts";
import { filesOf, plantedFolder, temporaryFolder, textsOf } from "./support.ts";

const sound: Readonly<Record<string, string>> = {
  "project/p.json": '{"id": "p"}',
  "session/p/array.json": "[1, 2]",
  "session/p/null.json": "null",
  "session/p/number.json": "12",
  "session/p/title-is-an-object.json": '{"title": {"a": 1}, "time": {"created": "yesterday"}}',
  "session/p/mark.json": '\uFEFF{"id": "mark"}',
  "session/p/surrogate.json": '{"text": "\\ud800"}',
  "session/p/numbers.json": '{"a": 9007199254740993, "b": -0, "c": 1e21}',
  "session/other/p.json": '{"projectID": "not other"}',
  "message/no-session/m.json": "{}",
  "part/no-message/x.json": '{"type": "made by nobody", "unknown": true}',
  "session_diff/s.json": "[]",
  "plugin/deep/er/x.json": "{}",
};

const damaged: Readonly<Record<string, string | Uint8Array>> = {
  "session/p/empty.json": "",
  "session/p/nul.json": new Uint8Array(413),
  "session/p/truncated.json": '{"id": "ses_1", "title": "cut he',
  "session/p/trailing.json": '{"id": "ses_1"}le": "longer"}',
  "message/s/no-utf8.json": Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
  "part/m/half.json": Buffer.from('{"text": "\u00e9"}').subarray(0, 11),
};

const foreign: Readonly<Record<string, string>> = {
  "session/p/.DS_Store": "x",
  "session/p/Thumbs.db": "x",
  "session/p/x.json.tmp": "{}",
  "session/p/x.bak": "{}",
};

test("only damaged records are set aside, byte for byte, and all others arrive", async () => {
  const folder = await plantedFolder({ ...sound, ...damaged, migration: "2" });
  const aside = join(await temporaryFolder(), "aside");
  const database = join(await temporaryFolder(), "records.db");
  await using from = new Store(await fs({ path: folder }));
  await using to = new Store(await sqlite({ path: database }));
  expect((await plan(from, to)).damaged.items.map(({ name }) => name)).toEqual(Object.keys(damaged).sort());

  const report = await migrate(from, to, { setAside: setAsideFolder(aside) });
  expect(report).toMatchObject({ result: "incomplete", leftBehind: { count: 0 }, failed: { count: 0 } });
  expect(exitCodes[report.result]).toBe(3);
  expect(report.created.records).toBe(Object.keys(sound).length);
  expect(report.comparison).toMatchObject({ equal: false, missing: { count: 0 }, different: { count: 0 } });
  expect(await textsOf(to)).toEqual(sound);

  const source = await filesOf(folder);
  const { "manifest.jsonl": manifest, ...kept } = await filesOf(aside);
  expect(manifest).toBeDefined();
  expect(kept).toEqual(Object.fromEntries(Object.keys(damaged).map((name) => [name, source[name]])));
  expect(report.setAside.items.map(({ name, reason }) => [name, reason]).sort()).toEqual([
    ["message/s/no-utf8.json", "the record is not UTF-8"],
    ["part/m/half.json", "the record is not UTF-8"],
    ["session/p/empty.json", "the record is empty"],
    ["session/p/nul.json", "the record is not JSON from byte 0 of 413"],
    ["session/p/trailing.json", "the record is not JSON from byte 15 of 29"],
    ["session/p/truncated.json", "the record breaks off after 32 bytes"],
  ]);

  const second = await migrate(from, to, { setAside: setAsideFolder(aside) });
  expect(second).toMatchObject({ result: "incomplete", created: { records: 0 }, setAside: { count: 6 } });
  expect(await filesOf(aside)).toEqual({ "manifest.jsonl": manifest, ...kept });
  expect(await filesOf(folder)).toEqual(source);
});

test("without a place for them damaged records stay where they are and are reported", async () => {
  const folder = await plantedFolder({ ...sound, ...damaged });
  await using from = new Store(await fs({ path: folder }));
  await using to = new Store(await sqlite({ path: join(await temporaryFolder(), "records.db") }));
  const report = await migrate(from, to);
  expect(report).toMatchObject({ result: "incomplete", setAside: { count: 0 }, leftBehind: { count: 6 } });
  expect(report.created.records).toBe(Object.keys(sound).length);
});

test("foreign files, links, and hidden folders are reported, each once, and not copied", async () => {
  const folder = await plantedFolder({ ...sound, ...foreign });
  await symlink(join(folder, "project/p.json"), join(folder, "project/link.json"));
  const target = join(await temporaryFolder(), "copy");
  await using from = new Store(await fs({ path: folder }));
  await using to = new Store(await fs({ path: target }));
  const expected = [...Object.keys(foreign), "project/link.json"].sort();
  expect((await plan(from, to)).foreign.items.map(({ path }) => path).sort()).toEqual(expected);
  const report = await migrate(from, to);
  expect(report.foreign.items.map(({ path }) => path).sort()).toEqual(expected);
  expect(report.created.records).toBe(Object.keys(sound).length);
  await to.close();
  const copied = Object.keys(await filesOf(target)).filter((name) => name !== "migration");
  expect(copied.sort()).toEqual(Object.keys(sound).sort());
});

test.each(["1", "0", "", "garbage"])(
  "a folder with the marker %j keeps it through SQLite and into a new folder",
  async (marker) => {
    const folder = await plantedFolder({ ...sound, migration: marker });
    const target = join(await temporaryFolder(), "copy");
    await using from = new Store(await fs({ path: folder }));
    await using between = new Store(await sqlite({ path: join(await temporaryFolder(), "records.db") }));
    await using to = new Store(await fs({ path: target }));
    expect((await migrate(from, between)).result).toBe("ok");
    expect(await migrate(between, to)).toMatchObject({ result: "ok", comparison: { equal: true } });
    await to.close();
    expect(await filesOf(target)).toEqual(await filesOf(folder));
  },
);
