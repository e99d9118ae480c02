import { closeSync, openSync, readdirSync } from "node:fs";
import { isStorageError, Store } from "@stowage/core";
import { fs } from "../../src/index.ts";

// Writes without a descriptor to do it with. Says how each write ended, and which locks were left in the end.
const [path = ""] = process.argv.slice(2);
const store = new Store(await fs({ path }));
// What is loaded when it is first needed is loaded now.
await store.write(["first"], 1);
const other = new Store(await fs({ path }));
const open: number[] = [];
try {
  for (;;) open.push(openSync("/dev/null", "r"));
} catch {
  // There is none left.
}
const codes: string[] = [];
for (let i = 0; i < 20; i++) {
  const error: unknown = await other.write([`k${i}`], i).catch((error: unknown) => error);
  codes.push(isStorageError(error) ? error.code : String(error));
}
for (const fd of open) closeSync(fd);
console.log(JSON.stringify([...new Set(codes)]));
console.log(readdirSync(`${path}/.locks`).length);
await other.write(["k"], 1);
await other.close();
await store.close();
