// Migrates a folder into a database or another folder, and prints a line for each step: "copy 12".
import { writeSync } from "node:fs";
import { Store } from "@stowage/core";
import { fs } from "@stowage/fs";
import { sqlite } from "@stowage/sqlite";
import { migrate } from "../../src/index.ts";

const [kind, source, target] = process.argv.slice(2) as [string, string, string];
await using from = new Store(await fs({ path: source, create: false }));
await using to = new Store(kind === "sqlite" ? await sqlite({ path: target }) : await fs({ path: target }));
const report = await migrate(from, to, {
  // Written at once, so that a reader who kills this process does it between two steps or within the next.
  onProgress: ({ phase, records }) => writeSync(1, `${phase} ${records}\n`),
});
writeSync(1, `${JSON.stringify(report)}\n`);
