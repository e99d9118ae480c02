import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { cases, conformance, modelTest, scoped } from "@stowage/conformance";
import { harness } from "@stowage/fs/harness";
import { describe, it } from "vitest";

const disk = tmpdir();
/** Where flushing costs nothing, if there is such a place: the laws are the same there, and a thousand flushes are not. */
const ram = existsSync("/dev/shm") ? "/dev/shm" : disk;

const fs = harness({ path: ram });
const safe = harness({ path: ram, durability: "power" });
for (const one of [fs, safe]) conformance(one, { describe, it });
// A view adds nothing to what a disk does, or a process that dies.
for (const one of [fs, safe]) conformance(scoped(one), { describe, it }, { profile: "quick" });

/** What a disk might do otherwise: the verbs, races, and killed processes. */
const only = cases.map(({ id }) => id).filter((id) => /^(?:RECORD|PROCESS)-/.test(id));
conformance(harness({ path: disk, name: "fs on a disk" }), { describe, it }, { only });

describe("fs", () => {
  it("agrees with the model in more streams than the suite's, each on an empty place", () =>
    modelTest(fs, { seed: 1, runs: 60 }));
});
