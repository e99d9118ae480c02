import { createHash } from "node:crypto";
import { memory, Store } from "@stowage/core";
import { expect, test } from "vitest";
import { digest, exitCodes, migrate, verify } from "../src/index.ts";
import { changed, memoryStore, withUnreadable } from "./support.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test("the digest is that of one line a record and one for the marker", async () => {
  // U+1D11E sorts after U+FFFD by its bytes, and before it by its UTF-16 units.
  const store = await memoryStore({ "a/\u{1D11E}.json": "2", "a/\uFFFD.json": "1", "a.json": "0" }, "2");
  const lines = [
    `${sha256("0")}  a.json`,
    `${sha256("1")}  a/\uFFFD.json`,
    `${sha256("2")}  a/\u{1D11E}.json`,
    `${sha256("2")}  migration`,
  ];
  expect(await digest(store)).toEqual({
    digest: sha256(lines.map((line) => `${line}\n`).join("")),
    records: 3,
    bytes: 3,
    marker: "2",
  });
});

test("the digest of an empty store is that of nothing", async () => {
  expect(await digest(await memoryStore())).toEqual({ digest: sha256(""), records: 0, bytes: 0 });
});

test("stores that differ in a name, a text, or the marker have different digests", async () => {
  const stores = [
    await memoryStore({ "a/1.json": "1" }),
    await memoryStore({ "a/2.json": "1" }),
    await memoryStore({ "a/1.json": "1 " }),
    await memoryStore({ "a/1.json": "1" }, "2"),
    await memoryStore({ "a/1.json": "1" }, ""),
  ];
  const digests = await Promise.all(stores.map(async (store) => (await digest(store)).digest));
  expect(new Set(digests).size).toBe(stores.length);
});

test("a record that can't be read at all has no digest", async () => {
  const store = new Store(await withUnreadable("a/2.json", { "a/1.json": "1", "a/2.json": "2" }));
  await expect(digest(store)).rejects.toMatchObject({
    code: "UNKNOWN",
    message: 'Cannot digest "a/2.json": the disk has a bad block',
  });
});

test("a comparison names what is missing, extra, and different", async () => {
  const a = await memoryStore({ "k/1.json": "1", "k/2.json": "2", "l/3.json": "3", "l/4.json": "4" });
  const b = await memoryStore({ "k/1.json": "1", "k/2.json": "22", "l/4.json": "4", "m/5.json": "5" });
  const comparison = await verify(a, b);
  expect(comparison).toMatchObject({
    result: "different",
    equal: false,
    missing: { count: 1, items: ["l/3.json"] },
    extra: { count: 1, items: ["m/5.json"] },
    different: { count: 1, items: ["k/2.json"] },
    a: { driver: "memory", records: 4, bytes: 4, digest: (await digest(a)).digest },
    b: { driver: "memory", records: 4, bytes: 5, digest: (await digest(b)).digest },
    kinds: [
      { kind: "k", a: { records: 2, bytes: 2 }, b: { records: 2, bytes: 3 }, equal: 1 },
      { kind: "l", a: { records: 2, bytes: 2 }, b: { records: 1, bytes: 1 }, equal: 1 },
      { kind: "m", a: { records: 0, bytes: 0 }, b: { records: 1, bytes: 1 }, equal: 0 },
    ],
  });
  expect(exitCodes[comparison.result]).toBe(4);
  expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
});

test("a list of a result is capped, its count is not", async () => {
  const a = await memoryStore(Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`a/${i}.json`, "1"])));
  const b = await memoryStore();
  expect((await verify(a, b)).missing.items).toHaveLength(100);
  const { missing } = await verify(a, b, { listMax: 3 });
  expect(missing).toEqual({ count: 150, items: ["a/0.json", "a/1.json", "a/10.json"] });
  expect((await verify(a, b, { listMax: Infinity })).missing.items).toHaveLength(150);
});

test("a marker that the other side lacks or has otherwise is a difference", async () => {
  const one = await memoryStore({ "a/1.json": "1" }, "1");
  expect(await verify(one, await memoryStore({ "a/1.json": "1" }, "2"))).toMatchObject({
    result: "different",
    equal: false,
    a: { marker: "1" },
    b: { marker: "2" },
  });
  expect((await verify(one, await memoryStore({ "a/1.json": "1" }))).result).toBe("different");
});

test("a marker is no difference to a store that says nothing of its format", async () => {
  const silent = await memoryStore({ "a/1.json": "1" });
  expect(await verify(silent, await memoryStore({ "a/1.json": "1" }, "2"))).toMatchObject({
    result: "ok",
    equal: false,
  });
});

test("a damaged record that stayed behind is no difference, one that both hold is equal", async () => {
  const a = await memoryStore({ "a/1.json": "1", "a/2.json": "{" });
  const behind = await verify(a, await memoryStore({ "a/1.json": "1" }));
  expect(behind).toMatchObject({ result: "incomplete", equal: false, missing: { count: 0 } });
  expect(behind.a.damaged.items).toEqual([
    { name: "a/2.json", reason: "the record breaks off after 1 bytes", bytes: 1 },
  ]);
  expect(await verify(a, await memoryStore({ "a/1.json": "1", "a/2.json": "{" }))).toMatchObject({
    result: "ok",
    equal: true,
  });
  expect((await verify(a, await memoryStore({ "a/1.json": "1", "a/2.json": "{}" }))).different.items).toEqual([
    "a/2.json",
  ]);
});

test("a record that neither side can read is not taken for equal", async () => {
  const sides = [
    await withUnreadable("a/1.json", { "a/1.json": "1" }),
    await withUnreadable("a/1.json", { "a/1.json": "1" }),
  ];
  const [a, b] = sides.map((driver) => new Store(driver)) as [Store, Store];
  const unreadable = { count: 1, items: [{ name: "a/1.json", code: "UNKNOWN", reason: "the disk has a bad block" }] };
  expect(await verify(a, b)).toMatchObject({
    result: "failed",
    equal: false,
    a: { unreadable, damaged: { count: 0 } },
    b: { unreadable },
    missing: { count: 0 },
    different: { count: 0 },
  });
});

test("a listing that is out of order is refused, since a merge of it would lie", async () => {
  const driver = memory();
  const shuffled = changed(driver, {
    async *list() {
      yield ["a/2.json", "a/1.json"];
    },
  });
  await expect(verify(new Store(shuffled), await memoryStore())).rejects.toMatchObject({
    message: 'Cannot list records: the backend listed "a/1.json" after "a/2.json"',
  });
});

test("an aborted comparison rejects with the reason", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(verify(await memoryStore(), await memoryStore(), { signal })).rejects.toThrow("enough");
  await expect(digest(await memoryStore(), { signal })).rejects.toThrow("enough");
});

test("a write that the target drops, cuts, or changes is caught", async () => {
  const texts = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`a/${i}.json`, `"text ${i}"`]));
  const breaks: readonly ((name: string, text: string) => string | undefined)[] = [
    (name, text) => (name === "a/7.json" ? undefined : text),
    (name, text) => (name === "a/7.json" ? text.slice(0, -1) : text),
    (name, text) => (name === "a/7.json" ? text.replace("text", "TEXT") : text),
    (_, text) => text.trimEnd() + "\n",
  ];
  for (const broken of breaks) {
    const target = memory();
    const liar = changed(target, {
      put: async (name, text) => {
        const kept = broken(name, text);
        return kept === undefined ? { done: true, version: "1" } : target.put(name, kept);
      },
    });
    const from = await memoryStore(texts);
    const report = await migrate(from, new Store(liar));
    expect(report).toMatchObject({ result: "failed", created: { records: 40 }, comparison: { equal: false } });
    expect((await verify(from, new Store(target))).result).toBe("different");
  }
});

test("a marker that the target drops is caught", async () => {
  const liar = changed(memory(), { putMarker: async () => {} });
  const report = await migrate(await memoryStore({ "a/1.json": "1" }, "2"), new Store(liar));
  expect(report).toMatchObject({ result: "failed", marker: "copied" });
});
