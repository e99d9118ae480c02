// Opens a store, writes and reads one record, and prints how that went: open.ts FILE
import { isStorageError, Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";

const [path = ""] = process.argv.slice(2);
try {
  const store = new Store(await sqlite({ path }));
  await store.write(["session", String(process.pid)], { pid: process.pid });
  const value = await store.read(["session", String(process.pid)]);
  await store.close();
  process.stdout.write(JSON.stringify({ value }));
} catch (error) {
  if (!isStorageError(error)) throw error;
  process.stdout.write(JSON.stringify({ code: error.code, message: error.message }));
}
