import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";
import { expect, test } from "vitest";
import { integrityOf, startChild, tempFolder } from "./support.ts";

/** How often a writer is killed; more for a long proof. */
const crashRuns = Number(process.env["STOWAGE_CRASH_RUNS"] ?? 20);
/** How often a record is read while another process rewrites it. */
const reads = Number(process.env["STOWAGE_READS"] ?? 2_000);

function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

test("eight processes that make the same store at once all succeed, and each sees its own record", async () => {
  const path = join(tempFolder(), "store.db");
  const outputs = await Promise.all(many(8, () => startChild("open.ts", [path]).ended));
  expect(outputs.map((output) => Object.keys(JSON.parse(output)))).toEqual(many(8, () => ["value"]));
  await using store = new Store(await sqlite({ path, create: false }));
  expect(await store.list(["session"])).toHaveLength(8);
});

test("eight processes that add to one record 500 times each make 4,000", async () => {
  const path = join(tempFolder(), "store.db");
  await using store = new Store(await sqlite({ path }));
  await store.write(["counter"], { count: 0 });
  await Promise.all(many(8, () => startChild("increment.ts", [path, "500"]).ended));
  expect(await store.read(["counter"])).toEqual({ count: 4000 });
}, 60_000);

test("of 32 processes that make one record, one wins", async () => {
  const path = join(tempFolder(), "store.db");
  await (await sqlite({ path })).close?.();
  const children = many(32, () => startChild("create.ts", [path]));
  await Promise.all(children.map((child) => child.started));
  for (const child of children) child.end();
  const outputs = await Promise.all(children.map((child) => child.ended));
  expect(outputs.filter((output) => output.endsWith("won\n"))).toHaveLength(1);
  expect(outputs.filter((output) => output.endsWith("lost\n"))).toHaveLength(31);
}, 60_000);

test(`a reader beside a writer of 1 MB and 1 KB in turn finds none broken in ${reads} reads`, async () => {
  const path = join(tempFolder(), "store.db");
  const driver = await sqlite({ path });
  const child = startChild("alternate.ts", [path]);
  await child.started;
  const lengths = new Map<number | undefined, number>();
  for (let i = 0; i < reads; i++) {
    const stored = await driver.get("big.json");
    const length = stored && (JSON.parse(stored.text) as { pad: string }).pad.length;
    lengths.set(length, (lengths.get(length) ?? 0) + 1);
    // The short text is read a hundred times as fast: without a rest, hardly any read would meet the long one.
    await delay(Math.random());
  }
  child.kill();
  await child.ended;
  await driver.close?.();
  expect([...lengths.keys()].sort()).toEqual([1_000, 1_000_000]);
  expect(Math.min(...lengths.values())).toBeGreaterThan(reads / 10);
}, 600_000);

test(`a writer that is killed at any moment loses nothing that was acknowledged (${crashRuns} times)`, async () => {
  const folder = tempFolder();
  let acknowledgedInAll = 0;
  for (let run = 0; run < crashRuns; run++) {
    // Some runs go on with the store that a kill left behind, others begin with a new one, and may be killed in its making.
    const path = join(folder, `${run >> 2}`, "store.db");
    const first = (run & 3) * 1_000_000;
    const child = startChild("write.ts", [path, String(first)]);
    // Half of them are killed from the first write on, half from the start of the process on.
    if (run % 2 === 0) await child.started;
    await delay(Math.random() * 150);
    child.kill();
    const acknowledged = (await child.ended).split("\n").slice(0, -1).map(Number);
    acknowledgedInAll += acknowledged.length;
    await using store = new Store(await sqlite({ path, busyTimeoutMs: 0 }));
    const values = await store.readMany<{ readonly i: number }>(acknowledged.map((i) => ["plain", String(i)]));
    expect(values.map((value) => value?.i)).toEqual(acknowledged);
    expect((await store.get(["left"]))?.value).toEqual((await store.get(["right"]))?.value);
    expect(integrityOf(path)).toBe("ok");
  }
  expect(acknowledgedInAll).toBeGreaterThan(0);
}, 600_000);

test("a process that does not close its store ends all the same", async () => {
  const folder = join(tempFolder(), "left");
  mkdirSync(folder);
  expect(await startChild("leave.ts", [join(folder, "store.db")]).ended).toBe("written\n");
});
