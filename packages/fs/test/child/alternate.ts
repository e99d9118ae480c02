import { writeSync } from "node:fs";
import { sleep, Store } from "@stowage/core";
import { fs } from "../../src/index.ts";

// Rewrites a record with a long and a short value in turn until it is killed.
const [path = ""] = process.argv.slice(2);
const store = new Store(await fs({ path }));
for (let i = 0; ; i++) {
  await store.write(["big"], { pad: "x".repeat(i % 2 === 0 ? 1_000_000 : 1_000) });
  if (i === 0) writeSync(1, "started\n");
  // While the long text is written, the short one is there: without a pause a reader would rarely meet the long one.
  await sleep(Math.random() * 2);
}
