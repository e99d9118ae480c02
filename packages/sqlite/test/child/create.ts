// Waits for its standard input to end, then tries to be the one that makes a record: create.ts FILE
import { isStorageError, Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";

const [path = ""] = process.argv.slice(2);
const store = new Store(await sqlite({ path }));
process.stdout.write("ready\n");
for await (const _ of process.stdin);
try {
  await store.put(["leader"], { pid: process.pid }, { ifVersion: null });
  process.stdout.write("won\n");
} catch (error) {
  if (!isStorageError(error, "CONFLICT")) throw error;
  process.stdout.write("lost\n");
}
await store.close();
