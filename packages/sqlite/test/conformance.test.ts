import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { conformance, type Harness, modelTest, scoped } from "@stowage/conformance";
import type { SqliteDatabase } from "@stowage/sqlite";
import { harness } from "@stowage/sqlite/harness";
import Database from "better-sqlite3";
import { describe, it } from "vitest";

const disk = tmpdir();
/** Where flushing costs nothing, if there is such a place: the laws are the same there, and a thousand flushes are not. */
const ram = existsSync("/dev/shm") ? "/dev/shm" : disk;

const memory = harness({
  name: "sqlite in memory, better-sqlite3 handed in",
  makeDatabase: () => new Database(":memory:"),
});
const node = harness({
  name: "sqlite in memory, node:sqlite handed in",
  // The cast: the types of node:sqlite promise more than the few methods that the driver asks for.
  makeDatabase: () => new DatabaseSync(":memory:") as SqliteDatabase,
});
const harnesses: readonly Harness[] = [
  harness({ path: disk }),
  harness({ path: ram, durability: "power" }),
  memory,
  scoped(memory),
  node,
];
for (const one of harnesses) conformance(one, { describe, it });
// A view adds nothing to what a process that dies leaves.
conformance(scoped(harness({ path: ram })), { describe, it }, { profile: "quick" });

describe("sqlite", () => {
  const file = harness({ path: ram });

  it("agrees with the model in more streams than the suite's, each on an empty place", () =>
    modelTest(file, { seed: 1, runs: 60 }));
});
