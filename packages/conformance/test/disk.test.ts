import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Disk } from "../src/disk/disk.ts";
import type { DiskFault, PowerLoss } from "../src/disk/fault.ts";
import { PowerSupply } from "../src/disk/power.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stowage-disk-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Every file below the folder with its text. */
function filesIn(path: string): Record<string, string> {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((one) => [one.slice(path.length + 1), readFileSync(one, "utf8")]));
}

describe("a power cut", () => {
  /** What is there when all calls of `child/cut.ts` have returned: what it flushed, and what it did not. */
  const kept = { "flushed/deep/all.txt": "all" };
  const before = { "changed.txt": "old", "removed.txt": "old", "replaced.txt": "old" };
  const left: Readonly<Record<Exclude<PowerLoss, "some">, Readonly<Record<string, string>>>> = {
    all: { ...kept, ...before },
    contents: {
      ...kept,
      "changed.txt": "old",
      "flushed/content.txt": "content",
      "flushed/none.txt": "",
      "folder/in.txt": "in",
      "replaced.txt": "",
    },
    names: { ...kept, ...before, "changed.txt": "changed" },
  };

  for (const [loses, files] of Object.entries(left)) {
    test(`that takes ${loses} leaves what was flushed, and the folder itself`, () => {
      for (const [name, text] of Object.entries(before)) writeFileSync(join(folder, name), text);
      const { ino } = statSync(folder);
      const program = join(import.meta.dirname, "child/cut.ts");
      const { signal, stderr } = spawnSync(process.execPath, [program, folder, loses], { encoding: "utf8" });
      expect({ signal, stderr }).toEqual({ signal: "SIGKILL", stderr: "" });
      expect(filesIn(folder)).toEqual(files);
      expect(statSync(folder).ino).toBe(ino);
    });
  }

  test("that takes some of it leaves what was flushed, and decides of the rest by its seed", () => {
    writeFileSync(join(folder, "flushed"), "flushed");
    writeFileSync(join(folder, "changed"), "old");
    const power = new PowerSupply(folder);
    power.created("new");
    power.written(power.at("changed"), Buffer.from("new!"), 0);
    const leftBy = (seed: number): string => {
      const texts = power.left("some", seed).map(({ path, content = "" }) => `${path} ${atob(content)}`);
      return texts.sort().join(", ");
    };
    const all = Array.from({ length: 100 }, (_, seed) => leftBy(seed));
    expect([...new Set(all)].sort()).toEqual(
      ["ne", "new!", "old"].flatMap((text) => [
        `changed ${text}, flushed flushed`,
        `changed ${text}, flushed flushed, new `,
      ]),
    );
    expect(Array.from({ length: 100 }, (_, seed) => leftBy(seed))).toEqual(all);
  });
});

test("a power cut on the way of a write to a file's end takes nothing of what was flushed before", () => {
  writeFileSync(join(folder, "log"), "flushed,");
  const power = new PowerSupply(folder);
  power.written(power.at("log"), Buffer.from("next"), 8);
  const left = Array.from({ length: 100 }, (_, seed) =>
    power.left("some", seed).map(({ content = "" }) => atob(content)),
  );
  expect([...new Set(left.flat())].sort()).toEqual(["flushed,", "flushed,ne", "flushed,next"]);
});

describe("calls of every kind in every form", () => {
  /** What became of a thousand calls that a seed chose, and what lies in the folder then. */
  function madeBy(seed: number, how: "disk" | "plain"): unknown {
    const place = join(folder, how);
    mkdirSync(place);
    const program = join(import.meta.dirname, "child/calls.ts");
    const { stdout, stderr } = spawnSync(process.execPath, [program, place, String(seed), how], { encoding: "utf8" });
    return stdout === "" ? stderr : JSON.parse(stdout);
  }

  for (const seed of [1, 2, 3]) {
    test(`do to a disk what they do to Node, and leave what the disk was told, in the order of seed ${seed}`, () => {
      const made = madeBy(seed, "disk");
      expect(made).toEqual(madeBy(seed, "plain"));
      expect(made).toHaveProperty("outcomes", expect.arrayContaining(["done", "ENOENT", "EEXIST"]));
    });
  }
});

describe("a fault of a disk", () => {
  function diskWith(...faults: readonly DiskFault[]): Disk {
    const disk = new Disk(folder, new PowerSupply(folder));
    disk.arm(faults);
    return disk;
  }

  test("happens at the call that is meant, once, and the call is not made", () => {
    const disk = diskWith({ call: "unlink", path: "a", nth: 2, does: { fail: "EIO" } });
    const made: string[] = [];
    const call = (name: "unlink" | "rmdir", path: string): void => {
      disk.perform(name, path, () => made.push(`${name} ${path}`));
    };
    call("unlink", "a");
    call("rmdir", "a");
    call("unlink", "b");
    expect(() => call("unlink", "a")).toThrow(expect.objectContaining({ code: "EIO", syscall: "unlink", path: "a" }));
    call("unlink", "a");
    expect(made).toEqual(["unlink a", "rmdir a", "unlink b", "unlink a"]);
    expect(disk.hits).toBe(1);
  });

  test("passes by the calls that no system fails in that way", () => {
    const disk = diskWith({ does: { fail: "ENOSPC" } });
    expect(disk.perform("readdir", "", () => "read")).toBe("read");
    expect(() => disk.perform("mkdir", "a", () => {})).toThrow("ENOSPC: planted, mkdir 'a'");
  });

  test("in the middle of a write leaves half of it, and one of a close a closed file", () => {
    const disk = diskWith(
      { call: "write", when: "half", does: { fail: "ENOSPC" } },
      { call: "close", does: { fail: "EIO" } },
    );
    const done: string[] = [];
    const write = (): unknown =>
      disk.perform(
        "write",
        "a",
        () => done.push("all"),
        () => done.push("half"),
      );
    expect(write).toThrow("ENOSPC");
    expect(() => disk.perform("close", "a", () => done.push("closed"))).toThrow("EIO: planted, close 'a'");
    expect(done).toEqual(["half", "closed"]);
  });

  test("concerns the files below its folder alone", () => {
    const disk = diskWith();
    expect([folder, `${folder}/a/b`, `${folder}-other/a`, tmpdir()].map((path) => disk.relative(path))).toEqual([
      "",
      "a/b",
      undefined,
      undefined,
    ]);
  });
});
