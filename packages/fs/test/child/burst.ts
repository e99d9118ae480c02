import { Store } from "@stowage/core";
import { fs } from "../../src/index.ts";

// Starts many durable writes at once, and says how many were done.
const [path = "", count = ""] = process.argv.slice(2);
const store = new Store(await fs({ path, durability: "power" }));
const writes = Array.from({ length: Number(count) }, (_, i) => store.write(["burst", `k${i}`], i));
const ends = await Promise.allSettled(writes);
console.log(ends.filter((end) => end.status === "fulfilled").length);
await store.close();
