// Writes a record and ends without closing the store: leave.ts FILE
import { Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";

const [path = ""] = process.argv.slice(2);
const store = new Store(await sqlite({ path }));
await store.write(["a"], 1);
process.stdout.write("written\n");
