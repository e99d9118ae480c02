import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Harness, runCases } from "@stowage/conformance";
import { describe, expect, test } from "vitest";
import { fileDriver, type FileDriverOptions } from "./child/file-driver.ts";

type Driver = Omit<FileDriverOptions, "folder">;

const place = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

function harnessOf(driver: Driver): Harness {
  return {
    name: `files by ${driver.style}`,
    async create() {
      const folder = mkdtempSync(join(place, "stowage-styles-"));
      const options: FileDriverOptions = { ...driver, folder };
      const module = new URL("child/file-driver.ts", import.meta.url).href;
      return {
        open: () => fileDriver(options),
        process: { module, factory: "fileDriver", options, files: folder },
        destroy: async () => rmSync(folder, { recursive: true }),
      };
    },
  };
}

/** The ids of the cases that fail, with what they say. */
async function failures(driver: Driver, only: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const results = await runCases(harnessOf(driver), { only, concurrency: 2 });
  expect(results.filter(({ status }) => status === "skipped")).toEqual([]);
  const failed = results.filter(({ status }) => status === "failed");
  return Object.fromEntries(failed.map(({ id, error }) => [id, String(error)]));
}

/** Each kind of change and of loss, in the end and on the way, and each kind of call. */
const powers = ["POWER-001", "POWER-003", "POWER-007", "POWER-009", "POWER-010", "POWER-011", "POWER-014", "POWER-020"];
const disks = ["DISK-001", "DISK-005", "DISK-010", "DISK-012", "DISK-014"];

describe("a driver that flushes what it acknowledges passes, whichever calls it makes", () => {
  for (const style of ["sync", "callbacks", "promises", "handles", "streams", "mixed"]) {
    test(style, async () => {
      expect(await failures({ style }, [...powers, ...disks])).toEqual({});
    });
  }
});

describe("a driver that flushes nothing is found, whichever calls it makes", () => {
  for (const style of ["sync", "callbacks", "promises", "handles", "streams", "mixed"]) {
    test(style, async () => {
      const failed = await failures({ style, fault: "flushes nothing" }, ["POWER-001", "POWER-011", "DISK-001"]);
      expect(Object.keys(failed)).toEqual(["POWER-001", "POWER-011"]);
    });
  }
});

test("a driver that flushes no folder fails where names are taken", async () => {
  const failed = await failures({ style: "promises", fault: "flushes no folder" }, powers);
  expect(Object.keys(failed)).toEqual(powers.filter((id) => id !== "POWER-009"));
});

test("a driver that writes over what is there fails where the power is cut on the way", async () => {
  const failed = await failures({ style: "handles", fault: "writes in place" }, powers);
  expect(Object.keys(failed)).toEqual(["POWER-014", "POWER-020"]);
  expect(failed["POWER-014"]).toMatch(/^Error: after a cut at change \d+ that takes \w+: /);
});

test("a driver that asks first whether a file is there fails where the disk does not say", async () => {
  expect(Object.keys(await failures({ style: "asking" }, disks))).toEqual(["DISK-012"]);
});

describe("a driver whose calls the disk does not see is told so", () => {
  for (const style of ["program", "thread"]) {
    test(style, async () => {
      const only = ["DISK-001", "POWER-001", "POWER-014", "POWER-015"];
      const failed = await failures({ style }, only);
      expect(Object.keys(failed)).toEqual(only);
      for (const message of Object.values(failed)) {
        expect(message).toMatch(
          /^Error: ".+" was changed by calls that the suite's disk does not see .* leave "files" out/,
        );
      }
    });
  }
});
