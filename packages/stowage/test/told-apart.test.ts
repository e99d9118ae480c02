import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { breakHarness, brokenDrivers, cases, type Harness, memoryHarness } from "@stowage/conformance";
import { testTarget } from "@stowage/conformance/report";
import { harness as fs } from "@stowage/fs/harness";
import { harness as sqlite } from "@stowage/sqlite/harness";
import { afterAll, expect, test } from "vitest";

/** Where flushing costs nothing, if there is such a place. */
const ram = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const folder = mkdtempSync(join(ram, "stowage-told-apart-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function broken(harness: Harness, id: string): Harness {
  const fault = brokenDrivers.find((one) => one.id === id);
  if (fault === undefined) throw new Error(`there is no ${id}`);
  return breakHarness(harness, fault);
}

const stores: readonly (readonly [title: string, harness: Harness, kinds: RegExp, sentence: RegExp])[] = [
  [
    "a folder whose writes are not flushed",
    broken(fs({ path: folder, durability: "power" }), "BROKEN-346"),
    /^RECORD-|^POWER-00[12]$/,
    /^It loses acknowledged writes in a power cut: /,
  ],
  [
    "a server that ignores conditions",
    broken(memoryHarness(), "BROKEN-081"),
    /^(?:RECORD|VERSION|UPDATE|KEEP)-/,
    /^It overwrites although the record has changed: /,
  ],
  [
    "a server that drops what is old",
    broken(memoryHarness(), "BROKEN-381"),
    /^(?:RECORD|VERSION|UPDATE|KEEP)-/,
    /^It drops records while others are written, /,
  ],
  [
    "a database that compares and writes without a transaction",
    broken(sqlite({ path: folder }), "BROKEN-087"),
    /^(?:RECORD|VERSION)-/,
    /^Two writers that ask for the same version can both win: /,
  ],
];

test.each(stores)("%s is told by one sentence", async (_, harness, kinds, sentence) => {
  const only = cases.map(({ id }) => id).filter((id) => kinds.test(id));
  const { status, diagnoses } = await testTarget(harness, { place: "here", again: (id) => id, only });
  expect(status).toBe("failed");
  expect(diagnoses.map((one) => one.sentence)).toEqual([expect.stringMatching(sentence)]);
});
