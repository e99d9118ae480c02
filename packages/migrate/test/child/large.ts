// Migrates 20,000 records of 5,000 bytes into a database, and prints the result.
import { Store } from "@stowage/core";
import { sqlite } from "@stowage/sqlite";
import { migrate } from "../../src/index.ts";
import { generated } from "../generated.ts";

await using to = new Store(await sqlite({ path: process.argv[2] as string }));
const from = new Store(generated(20_000, (index) => `"${String(index).padStart(4_998, "x")}"`));
const { result, created } = await migrate(from, to, { onProgress: () => {} });
console.log(JSON.stringify({ result, created }));
