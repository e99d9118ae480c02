import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { sleep } from "@stowage/core";
import { fs } from "../src/index.ts";
import { Child, filesIn, openStore, test } from "./setup.ts";

const minuteMs = 60_000;
/** How often a process is killed in the middle of its work. */
const crashRuns = Number(process.env["STOWAGE_CRASH_RUNS"] ?? 20);
/** How often a record is read while another process rewrites it. */
const reads = Number(process.env["STOWAGE_READS"] ?? 2_000);

describe("several processes", () => {
  test.for([
    ["process", 8, 500],
    ["power", 4, 50],
  ] as const)(
    "with durability %s, %d processes that add %d each lose none",
    { timeout: 4 * minuteMs },
    async ([durability, processes, times], { folder }) => {
      const store = await openStore(folder);
      await store.write(["counter"], { count: 0 });
      const children = Array.from({ length: processes }, () => new Child("increment", folder, times, durability));
      for (const child of children) expect(await child.ended()).toBe(0);
      expect(await store.read(["counter"])).toEqual({ count: processes * times });
      await store.close();
      expect(existsSync(join(folder, ".locks"))).toBe(false);
    },
  );

  test(
    "of 32 processes that race to create records, exactly one wins each",
    { timeout: 4 * minuteMs },
    async ({ folder }) => {
      const count = 50;
      const children = Array.from({ length: 32 }, () => new Child("create", folder, count));
      for (const child of children) expect(await child.ended()).toBe(0);
      const store = await openStore(folder);
      for (let i = 0; i < count; i++) {
        const winners = children.filter((child) => child.lines.includes(String(i)));
        expect(winners.map((child) => child.process.pid)).toEqual([
          (await store.read<{ winner: number }>(["race", `k${i}`])).winner,
        ]);
      }
      await store.close();
    },
  );

  test(
    `a reader beside a writer of 1 MB and 1 KB in turn finds none broken in ${reads} reads`,
    { timeout: minuteMs + reads * 30 },
    async ({ folder }) => {
      const driver = await fs({ path: folder });
      const child = new Child("alternate", folder);
      await child.written(1);
      const lengths = new Map<number | undefined, number>();
      for (let i = 0; i < reads; i++) {
        // By the driver: the store would read a broken text a second time.
        const stored = await driver.get("big.json");
        const length = stored && (JSON.parse(stored.text) as { pad: string }).pad.length;
        lengths.set(length, (lengths.get(length) ?? 0) + 1);
        // The short text is read a hundred times as fast: without a rest, hardly any read would meet the long one.
        await sleep(Math.random());
      }
      await child.kill();
      await driver.close!();
      expect([...lengths.keys()].sort()).toEqual([1_000, 1_000_000]);
      expect(Math.min(...lengths.values())).toBeGreaterThan(reads / 10);
    },
  );
});

describe("a process that is killed at any moment", () => {
  test(
    `leaves every record whole, loses nothing acknowledged, and blocks nobody, in ${crashRuns} runs`,
    { timeout: minuteMs + crashRuns * 5_000 },
    async ({ folder }) => {
      for (let run = 0; run < crashRuns; run++) {
        const path = join(folder, `run-${run}`);
        const child = new Child("churn", path);
        await child.written(1 + Math.floor(Math.random() * 60));
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        await child.kill();
        await checkAfterCrash(path, child.lines);
      }
    },
  );
});

/** Compares a store with what was acknowledged; the last change may have been done without a word. */
async function checkAfterCrash(path: string, acknowledged: readonly string[]): Promise<void> {
  const expected = new Map<string, number>();
  for (const line of acknowledged) {
    const [id = "", count] = line.split(" ");
    expected.set(id, Number(count));
  }
  const next = acknowledged.length + 1;
  const store = await openStore(path, { lockTimeoutMs: 0 });
  const found = new Map<string, number>();
  for await (const { key, value } of store.entries<{ count: number; pad: string }>([])) {
    found.set(key[1] ?? "", value.count);
    expect(value.pad.length).toBe(20_000);
  }
  const unspoken = `k${next % 7}`;
  const allowed = [expected.get(unspoken) ?? 0, next % 3 === 0 ? 0 : next];
  expect(allowed).toContain(found.get(unspoken) ?? 0);
  for (const [id, count] of expected) if (id !== unspoken) expect(found.get(id) ?? 0).toBe(count);

  // With no time to wait for locks: each is free or broken at once.
  for (let i = 0; i < 7; i++) await store.write(["churn", `k${i}`, "record"], { count: 0, pad: "" });
  await store.close();
  expect(readdirSync(path).sort()).toEqual(["churn", "migration"]);
  expect(filesIn(path).size).toBe(8);
}
