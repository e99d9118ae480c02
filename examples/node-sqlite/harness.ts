import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Harness } from "@stowage/conformance";
import { nodeSqlite } from "./driver.ts";

/** Each case gets a database of its own, in a folder of its own. */
export const harness: Harness = {
  name: "node-sqlite",
  async create() {
    const folder = mkdtempSync(join(tmpdir(), "node-sqlite-"));
    const path = join(folder, "store.db");
    return {
      open: () => nodeSqlite({ path }),
      process: { module: new URL("./driver.ts", import.meta.url).href, factory: "nodeSqlite", options: { path } },
      async plant(name, bytes) {
        const database = new DatabaseSync(path);
        // Node 22 makes NULL of an array without bytes.
        database.prepare("REPLACE INTO entry VALUES (?, ifnull(?, x''))").run(name, bytes);
        database.close();
      },
      destroy: async () => rmSync(folder, { recursive: true }),
    };
  },
};
