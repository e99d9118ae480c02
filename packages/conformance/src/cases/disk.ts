import assert from "node:assert/strict";
import type { Backend, Case } from "../case.ts";
import { type ActName, acts, refusesAct } from "../child/acts.ts";
import { noProcess } from "./processes.ts";

/** Why a case with faults of a disk says nothing about a backend, or `undefined` where it can be asked. */
export function noFiles(backend: Backend): string | undefined {
  if (backend.process?.files === undefined) return "its data are no files that a test can stand before";
  // There, what a module imported from node:fs by name stays what it was.
  if ("bun" in process.versions) return "a test can't stand before the files of a process of Bun's";
  // There, no folder can be opened and flushed, and paths have other forms.
  return process.platform === "win32" ? "a test can't stand before the files of a process on Windows" : undefined;
}

const failing: readonly (readonly [id: string, act: ActName])[] = [
  ["DISK-001", "create"],
  ["DISK-002", "replace"],
  ["DISK-003", "createIf"],
  ["DISK-004", "replaceIf"],
  ["DISK-005", "remove"],
  ["DISK-006", "removeIf"],
  ["DISK-007", "update"],
  ["DISK-008", "batch"],
  ["DISK-009", "removePrefix"],
  ["DISK-010", "mark"],
  ["DISK-011", "sync"],
  ["DISK-012", "read"],
  ["DISK-013", "readMany"],
  ["DISK-014", "list"],
  ["DISK-015", "sweep"],
];

/** Every file call of every verb fails once, in every way that a system knows. */
export const diskCases: readonly Case[] = failing.map(([id, name]) => ({
  id,
  law: "E3",
  title: `when any file call of a process that ${acts[name].does} fails, it says UNAVAILABLE, loses nothing, and goes on`,
  profile: "full",
  when: (capabilities, backend) =>
    noProcess(capabilities, backend) ?? noFiles(backend) ?? refusesAct(acts[name], capabilities),
  async run({ store, spawn }) {
    // What a store writes by itself while it is open, such as a heartbeat, is not for the child to see.
    await store.close();
    const child = await spawn("actOnFailingDisk", { act: name }, { disk: [] });
    const hits = await child.run();
    assert.ok(typeof hits === "number" && hits > 0, "no call of node:fs was seen");
  },
}));
