import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Backend, type Harness, noFiles, runCases } from "@stowage/conformance";
import { describe, expect, test, vi } from "vitest";
import { fileDriver, type FileDriverOptions } from "./child/file-driver.ts";
import { logDriver, type LogDriverOptions } from "./child/log-driver.ts";

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

interface Log extends Omit<LogDriverOptions, "folder" | "aside"> {
  /** The recipe names another folder than that of the data, which the driver looks at too, or writes to. */
  readonly aside?: "looked at" | "written";
}

function logHarness({ aside, ...more }: Log): Harness {
  return {
    name: "a log",
    async create() {
      const folder = mkdtempSync(join(place, "stowage-log-"));
      const files = aside === undefined ? folder : mkdtempSync(join(place, "stowage-log-"));
      const other = aside && { folder: files, isWritten: aside === "written" };
      const options: LogDriverOptions = { ...more, folder, ...(other && { aside: other }) };
      const module = new URL("child/log-driver.ts", import.meta.url).href;
      return {
        open: () => logDriver(options),
        process: { module, factory: "logDriver", options, files },
        async destroy() {
          for (const one of new Set([folder, files])) rmSync(one, { recursive: true });
        },
      };
    },
  };
}

/** The ids of the cases that fail, with what they say. */
function failures(driver: Driver, only: readonly string[]): Promise<Readonly<Record<string, string>>> {
  return failuresOf(harnessOf(driver), only);
}

async function failuresOf(harness: Harness, only: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const results = await runCases(harness, { only, concurrency: 2 });
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

describe("a driver that keeps all in a file that grows", () => {
  const underWay = ["POWER-014", "POWER-016", "POWER-018", "POWER-020", "POWER-021", "POWER-022"];

  test("loses nothing that it flushed, whatever becomes of the rest", async () => {
    expect(await failuresOf(logHarness({}), [...underWay, "DISK-001"])).toEqual({});
  });

  test("fails where it flushes nothing", async () => {
    expect(Object.keys(await failuresOf(logHarness({ flushes: false }), underWay))).toEqual(underWay);
  });

  test("may write by itself now and then, as long as it is open", async () => {
    const only = ["DISK-001", "DISK-012", "POWER-001", "POWER-008", "POWER-014"];
    expect(await failuresOf(logHarness({ beats: true }), only)).toEqual({});
  });
});

describe("a driver whose recipe names another folder than that of its data", () => {
  const only = ["DISK-001", "DISK-012", "POWER-001", "POWER-011", "POWER-014", "POWER-015", "POWER-020"];

  test("is told so where nothing changes there", async () => {
    const failed = await failuresOf(logHarness({ flushes: false, aside: "looked at" }), only);
    expect(Object.keys(failed)).toEqual(only);
    for (const message of Object.values(failed)) {
      expect(message).toMatch(/records were changed, and nothing below ".+" was, .* give the folder of the data/);
    }
  });

  test("fails where something else changes there", async () => {
    const failed = await failuresOf(logHarness({ flushes: false, aside: "written" }), only);
    expect(Object.keys(failed)).toEqual(["POWER-014", "POWER-020"]);
  });
});

test("where no disk can be put before files, that is said", async () => {
  const backend: Backend = await harnessOf({ style: "sync" }).create();
  try {
    expect(noFiles(backend)).toBeUndefined();
    vi.stubGlobal("process", { ...process, platform: "win32" });
    expect(noFiles(backend)).toBe("a test can't stand before the files of a process on Windows");
  } finally {
    vi.unstubAllGlobals();
    await backend.destroy();
  }
});
