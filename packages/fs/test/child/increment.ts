import { Store } from "@stowage/core";
import { fs } from "../../src/index.ts";

// Adds to one number many times.
const [path = "", times = "", durability = "process"] = process.argv.slice(2);
const store = new Store(await fs({ path, durability: durability === "power" ? "power" : "process" }));
for (let i = 0; i < Number(times); i++) {
  await store.update<{ count: number }>(["counter"], (draft) => {
    draft.count++;
  });
}
await store.close();
