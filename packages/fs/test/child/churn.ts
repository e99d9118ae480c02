import { writeSync } from "node:fs";
import { Store } from "@stowage/core";
import { fs } from "../../src/index.ts";

// Writes, updates, and removes records until it is killed, and tells each change that was acknowledged: `<key> <count>`,
// the count 0 for a removed one.
const [path = ""] = process.argv.slice(2);
const store = new Store(await fs({ path }));
const pad = "x".repeat(20_000);
for (let count = 1; ; count++) {
  const id = `k${count % 7}`;
  const key = ["churn", id, "record"];
  if (count % 3 === 0) {
    await store.remove(key);
    writeSync(1, `${id} 0\n`);
    continue;
  }
  await store.write(key, { count, pad });
  writeSync(1, `${id} ${count}\n`);
}
