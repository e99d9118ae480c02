// Opens a store, writes one number under two names in one batch, and closes it, until it is killed: reopen.ts FILE
import { writeSync } from "node:fs";
import { sleep, Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";

const [path = ""] = process.argv.slice(2);
for (let i = 0; ; i++) {
  const store = new Store(await sqlite({ path }));
  // Two pages of their own at least, so that one may be new and the other old.
  const value = { i, pad: "x".repeat(10_000) };
  await store.batch(
    ["left", "right"].map((side) => ({ type: "write", key: [side], value }) as const),
    { atomic: true },
  );
  await store.close();
  writeSync(1, `${i}\n`);
  await sleep(Math.random() * 30);
}
