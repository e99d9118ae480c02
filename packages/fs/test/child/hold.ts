import { writeSync } from "node:fs";
import { Store } from "@stowage/core";
import { fs } from "../../src/index.ts";

// Takes the lock of a record and never lets go.
const [path = ""] = process.argv.slice(2);
const store = new Store(await fs({ path }));
await store.update(["held"], () => {
  writeSync(1, "holding\n");
  for (;;);
});
