import { expect, test } from "vitest";
import { census } from "../src/index.ts";
import { memoryStore } from "./support.ts";

test("a census counts records, bytes, and times by kind", async () => {
  const store = await memoryStore(
    {
      "session/p/1.json": '{"time": {"created": 1700000001000, "updated": 1700000005000}}',
      "session/p/2.json": '{"time": {"created": 1700000003000, "archived": 1700000009000}}',
      "part/m/1.json": '{"state": {"time": {"start": 1700000002000, "end": 1700000002500}}}',
      "part/m/2.json": '{"time": {"start": 1700000001500}}',
      "todo/s.json": "[]",
      "todo/t.json": "{",
    },
    "2",
  );
  expect(await census(store)).toEqual({
    driver: "memory",
    records: 6,
    bytes: 62 + 63 + 67 + 34 + 2 + 1,
    marker: "2",
    kinds: [
      {
        kind: "part",
        records: 2,
        bytes: 67 + 34,
        oldest: "2023-11-14T22:13:21.500Z",
        newest: "2023-11-14T22:13:22.500Z",
      },
      {
        kind: "session",
        records: 2,
        bytes: 62 + 63,
        oldest: "2023-11-14T22:13:21.000Z",
        newest: "2023-11-14T22:13:29.000Z",
      },
      { kind: "todo", records: 2, bytes: 3 },
    ],
    damaged: { count: 1, items: [{ name: "todo/t.json", reason: "the record breaks off after 1 bytes", bytes: 1 }] },
    unreadable: { count: 0, items: [] },
    foreign: { count: 0, items: [] },
  });
});

test.each([
  '{"time": "yesterday"}',
  '{"time": null}',
  '{"time": {"created": 1e300, "updated": "2", "start": 8, "x": -1}}',
  "null",
  "[1]",
])("%s gives no time", async (text) => {
  const [kind] = (await census(await memoryStore({ "a/1.json": text }))).kinds;
  expect(kind).toEqual({ kind: "a", records: 1, bytes: text.length });
});
