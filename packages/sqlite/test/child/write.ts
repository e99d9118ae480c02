// Writes until it is killed, and prints each number when its write is acknowledged: write.ts FILE FIRST
import { writeSync } from "node:fs";
import { Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";

const [path = "", first = "0"] = process.argv.slice(2);
const store = new Store(await sqlite({ path }));
for (let i = Number(first); ; i += 3) {
  // A plain write, two that share a transaction, and an atomic batch.
  await store.write(["plain", String(i)], { i, text: "x".repeat(i % 5000) });
  await Promise.all([i + 1, i + 2].map((j) => store.write(["plain", String(j)], { i: j })));
  await store.batch(
    ["left", "right"].map((side) => ({ type: "write", key: [side], value: { i } }) as const),
    { atomic: true },
  );
  writeSync(1, `${i}\n${i + 1}\n${i + 2}\n`);
}
