import { isStorageError, Store } from "@stowage/core";
import { fs } from "../../src/index.ts";

// Creates records that others try to create as well, and says which ones it won.
const [path = "", count = ""] = process.argv.slice(2);
const store = new Store(await fs({ path }));
for (let i = 0; i < Number(count); i++) {
  try {
    await store.put(["race", `k${i}`], { winner: process.pid }, { ifVersion: null });
    console.log(i);
  } catch (error) {
    if (!isStorageError(error, "CONFLICT")) throw error;
  }
}
await store.close();
