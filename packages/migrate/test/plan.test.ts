import { declareCapabilities, memory, Store } from "@stowage/core";
import { expect, test } from "vitest";
import { plan } from "../src/index.ts";
import { changed, memoryStore, writeCounter } from "./support.ts";

const none = { records: 0, bytes: 0 };

test("a plan counts, by kind, what would be created, what is equal, what differs, and what is extra", async () => {
  const from = await memoryStore(
    {
      "message/s/1.json": "1",
      "message/s/2.json": "2",
      "message/s/3.json": "33",
      "session/p/s.json": "4",
      "top.json": "5",
    },
    "1",
  );
  const to = await memoryStore({ "message/s/1.json": "1", "message/s/3.json": "3", "part/m/9.json": "999" }, "2");
  const result = await plan(from, to);
  expect(result).toMatchObject({
    source: { driver: "memory", marker: "1", records: 5, bytes: 6 },
    target: { driver: "memory", marker: "2", records: 3, bytes: 5 },
    different: { count: 1, items: ["message/s/3.json"] },
    damaged: { count: 0, items: [] },
    refused: { count: 0, items: [] },
    twins: { count: 0, items: [] },
    foreign: { count: 0, items: [] },
  });
  expect(result.kinds.map(({ kind }) => kind)).toEqual(["", "message", "part", "session"]);
  expect(result.kinds[1]).toEqual({
    kind: "message",
    source: { records: 3, bytes: 4 },
    create: { records: 1, bytes: 1 },
    equal: { records: 1, bytes: 1 },
    different: { records: 1, bytes: 2 },
    damaged: none,
    unreadable: none,
    refused: none,
    extra: none,
  });
  expect(result.total).toMatchObject({ source: { records: 5, bytes: 6 }, extra: { records: 1, bytes: 3 } });
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});

test("a plan writes nothing on either side", async () => {
  const sides = [writeCounter(memory()), writeCounter(memory())] as const;
  await plan(new Store(sides[0].driver), new Store(sides[1].driver));
  expect(sides.map((side) => side.writes())).toEqual([0, 0]);
});

test("the fates of a plan add up to the source", async () => {
  const from = await memoryStore({
    "a/1.json": "1",
    "a/2.json": "",
    "a/3.json": '"too long"',
    "b/4.json": "4",
    "b/5.json": "5",
  });
  const target = memory({ valueBytes: 5 });
  await target.put("b/4.json", "4");
  await target.put("b/5.json", "0");
  const { source, create, equal, different, damaged, refused } = (await plan(from, new Store(target))).total;
  const fates = [create, equal, different, damaged, refused];
  expect(fates.map(({ records }) => records)).toEqual([1, 1, 1, 1, 1]);
  expect(source).toEqual({ records: 5, bytes: fates.reduce((sum, { bytes }) => sum + bytes, 0) });
});

test("a plan names records beyond the limits of the target and says why", async () => {
  const from = await memoryStore({ "a/1.json": '"too long"', "a/b/c.json": "1" });
  const driver = memory();
  const small = declareCapabilities({ limits: { valueBytes: 5, segments: 2 } });
  expect((await plan(from, new Store(changed(driver, { capabilities: small })))).refused.items).toEqual([
    {
      name: "a/1.json",
      code: "TOO_LARGE",
      message: 'Cannot write "a/1.json": the text has 10 bytes, at most 5 are allowed',
    },
    {
      name: "a/b/c.json",
      code: "INVALID_KEY",
      message: 'Cannot write "a/b/c.json": the key has 3 segments, at most 2 are allowed',
    },
  ]);
});

test("a plan names keys that a target which folds case can't keep apart, and folders", async () => {
  const from = await memoryStore({
    "session/A.json": "1",
    "session/a.json": "2",
    "session/é.json": "3",
    "session/e\u0301.json": "4",
    "Todo/1.json": "5",
    "Todo/2.json": "6",
    "todo/3.json": "7",
    "todo/4.json": "8",
  });
  const folding = changed(memory(), { capabilities: declareCapabilities({ caseSensitive: false }) });
  expect((await plan(from, new Store(folding))).twins.items).toEqual([
    { first: "session/A.json", second: "session/a.json" },
    { first: "session/e\u0301.json", second: "session/é.json" },
    { first: "Todo/", second: "todo/" },
  ]);
  expect((await plan(from, await memoryStore())).twins.count).toBe(0);
});

test("a name that no legal key has is foreign", async () => {
  const from = await memoryStore({ "a/.hidden.json": "1", "a/x.json.json": "2", "a/1.json": "3" });
  const { foreign, total } = await plan(from, await memoryStore());
  expect(total.source.records).toBe(1);
  expect(foreign.items).toEqual([
    { path: "a/.hidden.json", reason: 'its name is no key: the segment ".hidden" starts with "."' },
    { path: "a/x.json.json", reason: 'its name is no key: the segment "x.json" ends with ".json"' },
  ]);
});
