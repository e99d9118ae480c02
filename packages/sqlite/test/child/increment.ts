// Adds one to a record, so many times, and reports the longest wait: increment.ts FILE TIMES
import { Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";

const [path = "", times = "0"] = process.argv.slice(2);
const store = new Store(await sqlite({ path }));
let longestMs = 0;
for (let i = 0; i < Number(times); i++) {
  const start = performance.now();
  await store.update(["counter"], (draft: { count: number }) => {
    draft.count++;
  });
  longestMs = Math.max(longestMs, performance.now() - start);
}
await store.close();
process.stdout.write(JSON.stringify({ longestMs: Math.round(longestMs) }));
