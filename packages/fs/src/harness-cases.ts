import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Capabilities } from "@stowage/core";
import { type Case, type Context, type CrashPoint, crashCasesAt, type DiskFault, noFiles } from "@stowage/conformance";
import { fs } from "./driver.ts";

type Row = readonly [
  id: string,
  act: CrashPoint["act"],
  moment: string,
  fault: Omit<DiskFault, "does">,
  leaves: CrashPoint["leaves"],
  only?: Capabilities["durability"],
];

const lockFolder = "/\\.locks$";
const spare = "/\\.locks/[^/]+$";
const spareFile = "/\\.locks/[^/]+/[^/]+$";
const taken = " > .*/\\.locks/[0-9a-f]{40}$";
const given = "/\\.locks/[0-9a-f]{40} > ";
const temp = "\\.tmp$";
const replacing = "\\.tmp > .*/act/";
const marking = "\\.tmp > .*/mark$";

// A first try at what needs a folder fails where there is none, so that the second one is meant.
const rows: readonly Row[] = [
  ["FS-001", "create", "before it makes the folder of the locks", { call: "mkdir", path: lockFolder }, "old"],
  [
    "FS-002",
    "create",
    "after it made the folder of the locks",
    { call: "mkdir", path: lockFolder, when: "after" },
    "old",
  ],
  [
    "FS-003",
    "create",
    "after it made the folder of a lock",
    { call: "mkdir", path: spare, nth: 2, when: "after" },
    "old",
  ],
  ["FS-004", "create", "before it makes the file that names the holder", { call: "create", path: spareFile }, "old"],
  [
    "FS-005",
    "create",
    "after it made the file that names the holder",
    { call: "create", path: spareFile, when: "after" },
    "old",
  ],
  ["FS-006", "create", "before it takes the lock", { call: "rename", path: taken }, "old"],
  ["FS-007", "create", "after it took the lock", { call: "rename", path: taken, when: "after" }, "old"],
  ["FS-008", "create", "before it makes the record's folder", { call: "mkdir", path: "/act" }, "old"],
  ["FS-009", "create", "after it made the record's folder", { call: "mkdir", path: "/act", when: "after" }, "old"],
  ["FS-010", "create", "before it makes the temporary file", { call: "create", path: temp, nth: 2 }, "old"],
  [
    "FS-011",
    "create",
    "after it made the temporary file",
    { call: "create", path: temp, nth: 2, when: "after" },
    "old",
  ],
  ["FS-012", "create", "before it writes the text", { call: "write", path: temp }, "old"],
  ["FS-013", "create", "in the middle of the text", { call: "write", path: temp, when: "half" }, "old"],
  ["FS-014", "create", "after it wrote the text", { call: "write", path: temp, when: "after" }, "old"],
  ["FS-015", "create", "after it closed the temporary file", { call: "close", path: temp, when: "after" }, "old"],
  [
    "FS-016",
    "create",
    "before it renames the temporary file to the record",
    { call: "rename", path: replacing },
    "old",
  ],
  [
    "FS-017",
    "create",
    "after it renamed the temporary file to the record",
    { call: "rename", path: replacing, when: "after" },
    "new",
  ],
  ["FS-018", "create", "before it gives the lock back", { call: "rename", path: given }, "new"],
  ["FS-019", "create", "after it gave the lock back", { call: "rename", path: given, when: "after" }, "new"],
  ["FS-020", "replace", "in the middle of the text", { call: "write", path: temp, when: "half" }, "old"],
  [
    "FS-021",
    "replace",
    "before it renames the temporary file over the record",
    { call: "rename", path: replacing },
    "old",
  ],
  [
    "FS-022",
    "replace",
    "after it renamed the temporary file over the record",
    { call: "rename", path: replacing, when: "after" },
    "new",
  ],
  ["FS-023", "update", "after it took the lock", { call: "rename", path: taken, when: "after" }, "old"],
  ["FS-024", "update", "after it read the record", { call: "read", path: "/act/a\\.json$", when: "after" }, "old"],
  ["FS-025", "update", "while it holds the lock of the record that it wrote", { call: "rename", path: given }, "new"],
  [
    "FS-026",
    "replaceIf",
    "after it read the version",
    { call: "read", path: "/act/a\\.json$", nth: 2, when: "after" },
    "old",
  ],
  ["FS-027", "remove", "before it unlinks the record", { call: "unlink", path: "/act/x/a\\.json$" }, "old"],
  [
    "FS-028",
    "remove",
    "after it unlinked the record",
    { call: "unlink", path: "/act/x/a\\.json$", when: "after" },
    "new",
  ],
  ["FS-029", "remove", "before it removes the empty folder", { call: "rmdir", path: "/act/x$" }, "new"],
  ["FS-030", "remove", "after it removed the empty folder", { call: "rmdir", path: "/act/x$", when: "after" }, "new"],
  [
    "FS-031",
    "removePrefix",
    "after it unlinked some of the records",
    { call: "unlink", path: "/act/p/", nth: 2, when: "after" },
    "either",
  ],
  [
    "FS-032",
    "removePrefix",
    "after it removed one of the empty folders",
    { call: "rmdir", path: "/act/p/c$", when: "after" },
    "either",
  ],
  [
    "FS-033",
    "batch",
    "between two of its records",
    { call: "rename", path: replacing, nth: 2, when: "after" },
    "either",
  ],
  ["FS-034", "mark", "in the middle of the text", { call: "write", path: temp, when: "half" }, "old"],
  ["FS-035", "mark", "before it renames the temporary file over the marker", { call: "rename", path: marking }, "old"],
  [
    "FS-036",
    "mark",
    "after it renamed the temporary file over the marker",
    { call: "rename", path: marking, when: "after" },
    "new",
  ],
  ["FS-037", "sync", "before it flushes the record", { call: "fsync", path: "/a\\.json$" }, "new", "process"],
  ["FS-038", "sync", "between the record and its folder", { call: "fsync", path: "/act$" }, "new", "process"],
  [
    "FS-039",
    "sync",
    "after it flushed the store's folder",
    { call: "fsync", path: "^storage$", when: "after" },
    "new",
    "process",
  ],
  ["FS-040", "create", "before it flushes the temporary file", { call: "fsync", path: temp }, "old", "power"],
  [
    "FS-041",
    "create",
    "after it flushed the temporary file",
    { call: "fsync", path: temp, when: "after" },
    "old",
    "power",
  ],
  ["FS-042", "create", "before it flushes the record's folder", { call: "fsync", path: "/er$" }, "new", "power"],
  [
    "FS-043",
    "create",
    "between the record's folder and the one above",
    { call: "fsync", path: "/deep$" },
    "new",
    "power",
  ],
  [
    "FS-044",
    "create",
    "after it flushed the store's folder",
    { call: "fsync", path: "^storage$", when: "after" },
    "new",
    "power",
  ],
  ["FS-045", "remove", "before it flushes the folder that is left", { call: "fsync" }, "new", "power"],
  [
    "FS-046",
    "replace",
    "while it closes, before it removes its lock",
    { call: "unlink", path: spareFile, nth: 2 },
    "new",
  ],
  [
    "FS-047",
    "replace",
    "while it closes, after it removed what was in its lock",
    { call: "unlink", path: spareFile, nth: 2, when: "after" },
    "new",
  ],
  [
    "FS-048",
    "replace",
    "while it closes, before it removes the folder of the locks",
    { call: "rmdir", path: lockFolder },
    "new",
  ],
];

const points: readonly CrashPoint[] = rows.map(([id, act, moment, fault, leaves, only]) => ({
  id,
  act,
  moment,
  options: { disk: [{ ...fault, does: "kill" }] },
  leaves,
  when: ({ durability }) =>
    only === undefined || durability === only ? undefined : `with durability "${durability}" there is no such moment`,
  check: nothingIsLeft,
}));

/** Fails when a temporary file or a lock of a dead process is there yet. */
async function nothingIsLeft({ open, files = "" }: Context): Promise<void> {
  // A listing clears away what it meets, and a store that closes what lies among the locks.
  const store = await open();
  await store.list([]);
  await store.close();
  const dotted = readdirSync(files, { recursive: true, encoding: "utf8" }).filter((path) =>
    /(?:^|\/)\.[^/]+$/.test(path),
  );
  const locks = join("storage", ".locks");
  assert.deepEqual(
    dotted.filter((path) => path !== locks),
    [],
  );
  const own = `-${process.pid}-`;
  const dead = dotted.includes(locks) ? readdirSync(join(files, locks)).filter((name) => !name.includes(own)) : [];
  assert.deepEqual(dead, [], "locks of a dead process are left");
}

/** Moments in the making of a store. */
const births: readonly (readonly [id: string, moment: string, fault: Omit<DiskFault, "does">])[] = [
  ["FS-051", "before it makes the store's folder", { call: "mkdir", path: "new/store$", nth: 2 }],
  ["FS-052", "after it made the store's folder", { call: "mkdir", path: "new/store$", nth: 2, when: "after" }],
  ["FS-053", "while it tries the file system", { call: "create", path: temp, when: "after" }],
  ["FS-054", "in the middle of the store's marker", { call: "write", path: temp, when: "half" }],
  ["FS-055", "before it renames the temporary file to the store's marker", { call: "rename", path: "/migration$" }],
  [
    "FS-056",
    "after it renamed the temporary file to the store's marker",
    { call: "rename", path: "/migration$", when: "after" },
  ],
];

/** Lets a process come to its end while it makes a store, and makes one in the same place. */
async function makeAgain({ spawn, files = "" }: Context, fault: DiskFault): Promise<void> {
  const path = join(files, "new", "store");
  const disk: readonly DiskFault[] = [{ ...fault, whileOpening: true }];
  await assert.rejects(spawn("actOnly", { act: "create" }, { disk, recipe: { options: { path } } }), /SIGKILL/);
  const driver = await fs({ path });
  assert.equal(await driver.getMarker("migration"), "2");
  await driver.put("a.json", "1");
  for await (const names of driver.list({ prefix: "", reverse: false })) assert.deepEqual(names, ["a.json"]);
  await driver.close?.();
  assert.deepEqual(readdirSync(path).sort(), ["a.json", "migration"]);
  rmSync(join(files, "new"), { recursive: true });
}

function birthCase(id: string, title: string, fault: DiskFault): Case {
  return {
    id,
    law: "L4",
    title,
    profile: "full",
    when: (_, backend) => noFiles(backend),
    run: (context) => makeAgain(context, fault),
  };
}

const birthCases: readonly Case[] = births.map(([id, moment, fault]) => {
  const title = `a process that makes a store, killed ${moment}, leaves a folder that the next one makes its store of`;
  return birthCase(id, title, { ...fault, does: "kill" });
});

const cutAtBirth: Case = birthCase(
  "FS-058",
  "a power cut right after a new store's marker was renamed into its place does not leave it empty",
  { call: "rename", path: "/migration$", when: "after", does: { cut: "contents" } },
);

const bornBeforeCut: Case = {
  id: "FS-057",
  law: "L2",
  title: "what a new store in a new folder has acknowledged before a sync survives a power cut",
  profile: "full",
  when: (_, backend) => noFiles(backend),
  async run({ spawn, files = "" }) {
    const path = join(files, "new", "store");
    const args = { act: "create", loses: "all", sync: true };
    const child = await spawn("actThenCut", args, { disk: [], recipe: { options: { path } } });
    await assert.rejects(child.run(), /SIGKILL/);
    assert.ok(existsSync(path), "the store is gone");
    const records = readdirSync(path, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .sort();
    // In a view, it lies below the prefix.
    assert.match(records.join(), /^(?:[^,]+\/)?act\/deep\/er\/a\.json,[^,]*kept\.json$/);
    rmSync(join(files, "new"), { recursive: true });
  },
};

/** What only this adapter can be asked: deaths at every step that it takes on the disk. */
export const fsCases: readonly Case[] = [...crashCasesAt(points), ...birthCases, bornBeforeCut, cutAtBirth];
