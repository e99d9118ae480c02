// Prints all records of a store, opened for reading only: read.ts FILE
import { isStorageError, Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";

const [path = ""] = process.argv.slice(2);
try {
  const store = new Store(await sqlite({ path, readonly: true }));
  const values: unknown[] = [];
  for await (const { value } of store.entries([])) values.push(value);
  await store.close();
  process.stdout.write(JSON.stringify(values));
} catch (error) {
  if (!isStorageError(error)) throw error;
  process.stdout.write(error.message);
}
