import { delegate, type Driver, memory, Store } from "@stowage/core";
import { expect, test } from "vitest";

/** A memory driver without a scan of its own, that tells how many listings began, are open, and were open at most. */
async function watched(
  ranges: number,
): Promise<{ store: Store; counts: { begun: number; open: number; most: number } }> {
  const counts = { begun: 0, open: 0, most: 0 };
  const data = memory();
  const driver: Driver = delegate(data, {
    async *list(range) {
      counts.begun++;
      counts.most = Math.max(counts.most, ++counts.open);
      try {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield* data.list(range);
      } finally {
        counts.open--;
      }
    },
  });
  for (let i = 0; i < ranges; i++) await data.put(`part/${String(i).padStart(3, "0")}/a.json`, String(i));
  return { store: new Store(driver), counts };
}

const prefixes = (count: number): string[][] =>
  Array.from({ length: count }, (_, i) => ["part", String(i).padStart(3, "0")]);

test("a sweep of many ranges lists some ahead, never all, and keeps the order", async () => {
  const { store, counts } = await watched(100);
  const values: unknown[] = [];
  for await (const { value } of store.entries({ prefixes: prefixes(100) })) values.push(value);
  expect(values).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(counts).toEqual({ begun: 100, open: 0, most: 32 });
});

test("a sweep that ends early has begun little, and ends what it began", async () => {
  const { store, counts } = await watched(100);
  const values: unknown[] = [];
  for await (const { value } of store.entries({ prefixes: prefixes(100) }, { limit: 2 })) values.push(value);
  expect(values).toEqual([0, 1]);
  expect(counts.open).toBe(0);
  expect(counts.begun).toBeLessThanOrEqual(8);
});

test("a listing that fails ahead of its turn fails the sweep when its turn comes", async () => {
  const data = memory();
  for (const name of ["a/1.json", "b/1.json", "c/1.json", "d/1.json"]) await data.put(name, "1");
  const store = new Store(
    delegate(data, {
      async *list(range) {
        if (range.prefix === "d/") throw new Error("no such thing");
        yield* data.list(range);
      },
    }),
  );
  const seen: string[] = [];
  const sweep = async (): Promise<void> => {
    for await (const { key } of store.entries({ prefixes: [["a"], ["b"], ["c"], ["d"]] })) seen.push(String(key[0]));
  };
  await expect(sweep()).rejects.toThrow("no such thing");
  // What was read before is not held back by more than a step.
  expect(seen.length).toBeLessThanOrEqual(3);
});
