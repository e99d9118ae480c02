import { compareNames, type Range, Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";
import { expect, test } from "vitest";
import { collect } from "./support.ts";

function names(count: number, prefix = "a/"): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(5, "0")}.json`);
}

test("a listing of more than a page has every name once, in order, in either direction", async () => {
  const driver = await sqlite({ path: ":memory:" });
  await driver.batch?.(
    names(2500).map((name) => ({ type: "put", name, text: "1" })),
    false,
  );
  for (const reverse of [false, true]) {
    const pages = await collect(driver.list({ prefix: "a/", reverse }));
    expect(pages.map((page) => page.length)).toEqual([1000, 1000, 500]);
    expect(pages.flat()).toEqual(reverse ? names(2500).reverse() : names(2500));
  }
  await driver.close?.();
});

test("names of all of Unicode are listed in the order of their UTF-8 bytes, and all of them", async () => {
  const driver = await sqlite({ path: ":memory:" });
  const some = ["a", "a/b", "a-b", "a0", "é", "\u{10FFFF}\u{10FFFF}", "\uFFFD", "\u{1F980}", "\uE000", "Z", "~"].map(
    (name) => `${name}.json`,
  );
  for (const name of some) await driver.put(name, "1");
  expect((await collect(driver.list({ prefix: "", reverse: false }))).flat()).toEqual(some.sort(compareNames));
  expect(await driver.removeRange?.("")).toBe(some.length);
  await driver.close?.();
});

test("a page of a scan ends when its texts become too much", async () => {
  const driver = await sqlite({ path: ":memory:" });
  const text = JSON.stringify("x".repeat(1_500_000));
  for (const name of names(7)) await driver.put(name, text);
  const pages = (await collect(driver.scan?.([{ prefix: "", reverse: false }]))).map((page) => page.length);
  expect(pages).toEqual([3, 3, 1]);
  await driver.close?.();
});

test("a scan of many small ranges fills its pages", async () => {
  const driver = await sqlite({ path: ":memory:" });
  const ops = names(1500, "m/").map((name) => name.replace(".json", "/part.json"));
  await driver.batch?.(
    ops.map((name) => ({ type: "put", name, text: "1" })),
    false,
  );
  const ranges = ops.map((name): Range => ({ prefix: name.replace("part.json", ""), reverse: false }));
  const pages = await collect(driver.scan?.(ranges));
  expect(pages.flat().map(({ name }) => name)).toEqual(ops);
  expect(Math.max(...pages.map((page) => page.length))).toBe(256);
  expect(pages.length).toBeLessThan(10);
  await driver.close?.();
});

test("a listing goes on behind a name that was removed, and misses nothing that stays", async () => {
  await using store = new Store(await sqlite({ path: ":memory:" }));
  await store.batch(
    Array.from({ length: 3000 }, (_, i) => ({ type: "write", key: ["a", String(10_000 + i)], value: i })),
  );
  const seen: string[] = [];
  for await (const { key } of store.entries(["a"])) {
    seen.push(key[1] as string);
    if (seen.length % 2 === 0) await store.remove(key);
    if (seen.length === 500) await store.write(["a", "00000"], "before");
  }
  expect(seen).toEqual(Array.from({ length: 3000 }, (_, i) => String(10_000 + i)));
});

test("an empty scan and an empty getMany find nothing", async () => {
  const driver = await sqlite({ path: ":memory:" });
  expect(await collect(driver.scan?.([]))).toEqual([]);
  expect(await driver.getMany?.([])).toEqual([]);
  await driver.close?.();
});

test("markers are not listed and not removed with the records", async () => {
  const driver = await sqlite({ path: ":memory:" });
  await driver.putMarker("migration", "1");
  await driver.putMarker("migration", "2");
  expect(await driver.removeRange?.("")).toBe(0);
  expect([await driver.getMarker("migration"), await driver.getMarker("other")]).toEqual(["2", undefined]);
  await driver.close?.();
});
