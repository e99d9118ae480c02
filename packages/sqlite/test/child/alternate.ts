// Rewrites a record with a long and a short value in turn until it is killed: alternate.ts FILE
import { writeSync } from "node:fs";
import { sleep, Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";

const [path = ""] = process.argv.slice(2);
const store = new Store(await sqlite({ path }));
for (let i = 0; ; i++) {
  await store.write(["big"], { pad: "x".repeat(i % 2 === 0 ? 1_000_000 : 1_000) });
  if (i === 0) writeSync(1, "started\n");
  await sleep(Math.random() * 2);
}
