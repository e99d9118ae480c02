import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { Store } from "@stowage/core";
import { sqlite, type SqliteOptions } from "@stowage/sqlite";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { networkOf } from "../src/filesystem.ts";
import { digest, startChild, tempFolder } from "./support.ts";

/** Makes a database the way another program would. */
function makeDatabase(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

/** The digests of all files in a folder but the shared memory of a log, which holds nothing of its own. */
function digests(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => !name.endsWith("-shm"));
  return files.map((name) => `${name} ${digest(join(folder, name))}`);
}

describe("a new store", () => {
  test("carries the stamp and the format in its header", async () => {
    const path = join(tempFolder(), "store.db");
    await (await sqlite({ path })).close?.();
    // https://sqlite.org/fileformat2.html#the_database_header: user version at 60, application id at 68.
    const header = readFileSync(path);
    expect(header.subarray(68, 72).toString()).toBe("Stow");
    expect(header.readUInt32BE(60)).toBe(1);
  });

  test("and what SQLite puts beside it is for its owner alone", async () => {
    const folder = join(tempFolder(), "made", "too");
    const driver = await sqlite({ path: join(folder, "store.db") });
    await driver.put("a.json", "1");
    const modes = readdirSync(folder).map(
      (name) => `${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`,
    );
    await driver.close?.();
    expect(modes).toEqual(["store.db 600", "store.db-shm 600", "store.db-wal 600"]);
  });

  test("lies in one file after close", async () => {
    const folder = tempFolder();
    const driver = await sqlite({ path: join(folder, "store.db") });
    await driver.put("a.json", "1");
    await driver.close?.();
    expect(readdirSync(folder)).toEqual(["store.db"]);
  });

  test("is whole in the file alone after close, while another process has it open", async () => {
    const folder = tempFolder();
    const path = join(folder, "store.db");
    const other = await sqlite({ path });
    const driver = await sqlite({ path });
    await driver.put("a.json", "1");
    await driver.close?.();
    copyFileSync(path, join(folder, "copy.db"));
    await other.close?.();
    const copy = await sqlite({ path: join(folder, "copy.db") });
    expect((await copy.get("a.json"))?.text).toBe("1");
    await copy.close?.();
  });

  test("in memory has no file and no durability", async () => {
    const driver = await sqlite({ path: ":memory:", create: false });
    await driver.put("a.json", "1");
    expect([(await driver.get("a.json"))?.text, driver.capabilities.durability]).toEqual(["1", "memory"]);
    await driver.sync?.();
    await driver.close?.();
    expect(existsSync(":memory:")).toBe(false);
  });

  test("that must not be made is refused, and nothing is made", async () => {
    const folder = tempFolder();
    await expect(sqlite({ path: join(folder, "no", "store.db"), create: false })).rejects.toMatchObject({
      code: "NOT_FOUND",
      driver: "sqlite",
    });
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, "empty.db"), "");
    await expect(sqlite({ path: join(folder, "empty.db"), create: false })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(readFileSync(join(folder, "empty.db")).length).toBe(0);
  });
});

describe("what is no store of ours is refused and left as it is:", () => {
  const tables = "CREATE TABLE session (id TEXT); CREATE TABLE message (id TEXT); CREATE TABLE part (id TEXT);";
  const cases: readonly (readonly [what: string, sql: string, message: RegExp])[] = [
    ["OpenCode's database", `PRAGMA journal_mode = WAL; ${tables}`, /it is OpenCode's own database: a store needs/],
    ["a program's database", "CREATE TABLE user (id TEXT)", /it is another program's database \(it holds "user"\)/],
    ["a stamped database", "PRAGMA application_id = 252006673; VACUUM", /\(application id 252006673\)/],
    ["a newer format", "PRAGMA application_id = 0x53746f77; PRAGMA user_version = 2; VACUUM", /format 2.*: upgrade/],
  ];
  test.for(cases)("%s", async ([, sql, message]) => {
    const folder = tempFolder();
    const path = join(folder, "other.db");
    makeDatabase(path, sql);
    const before = digests(folder);
    await expect(sqlite({ path })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(message),
    });
    expect(digests(folder)).toEqual(before);
  });

  test.for(cases)("%s, with a log that its program left behind", async ([, sql, message]) => {
    const folder = tempFolder();
    const original = new Database(join(folder, "original.db"));
    original.exec(`PRAGMA journal_mode = WAL; ${sql.replace("VACUUM", "")}`);
    const crashed = join(folder, "crashed");
    mkdirSync(crashed);
    for (const end of ["", "-wal"]) copyFileSync(join(folder, `original.db${end}`), join(crashed, `other.db${end}`));
    original.close();
    const before = digests(crashed);
    await expect(sqlite({ path: join(crashed, "other.db") })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(message),
    });
    expect(digests(crashed)).toEqual(before);
  });

  test("a file that is not SQLite's", async () => {
    const path = join(tempFolder(), "notes.txt");
    writeFileSync(path, "These are notes, and there are a few more than a hundred bytes of them. ".repeat(20));
    const before = digest(path);
    await expect(sqlite({ path })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: `Cannot open ${JSON.stringify(path)}: it is not a SQLite database: choose another file, or restore this one from a backup if it was a store`,
    });
    expect(digest(path)).toBe(before);
  });

  test("a folder", async () => {
    const path = tempFolder();
    await expect(sqlite({ path })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(/it is not a file$/),
    });
  });
});

describe("a store", () => {
  test("whose process was killed is opened with what lay in its log", async () => {
    const folder = tempFolder();
    const driver = await sqlite({ path: join(folder, "store.db") });
    await driver.put("a.json", "1");
    for (const end of ["", "-wal"]) copyFileSync(join(folder, `store.db${end}`), join(folder, `copy.db${end}`));
    await driver.close?.();
    const copy = await sqlite({ path: join(folder, "copy.db") });
    expect((await copy.get("a.json"))?.text).toBe("1");
    await copy.close?.();
  });

  test("that is damaged names the way to save what is readable", async () => {
    const path = join(tempFolder(), "store.db");
    await (await sqlite({ path })).close?.();
    // The first page holds the table of tables; SQLite refuses a page of an unknown kind.
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xee, 100, 4096));
    await expect(sqlite({ path })).rejects.toMatchObject({
      code: "CORRUPT",
      message: expect.stringMatching(/keep a copy .* `stowage migrate`/),
    });
  });

  test("is opened while another process holds the write lock", async () => {
    const path = join(tempFolder(), "store.db");
    await (await sqlite({ path })).close?.();
    const holder = startChild("hold.ts", [path]);
    await holder.started;
    const driver = await sqlite({ path, busyTimeoutMs: 0 });
    expect(await driver.get("a.json")).toBeUndefined();
    holder.end();
    await holder.ended;
    await driver.close?.();
  });

  test("below a file can't be made", async () => {
    const file = join(tempFolder(), "file");
    writeFileSync(file, "");
    await expect(sqlite({ path: join(file, "store.db") })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      retryable: true,
    });
  });
});

describe("options", () => {
  // The core package has the rules and tests each; here is what is asked of this factory.
  const wrong: readonly (readonly [options: unknown, detail: string])[] = [
    [undefined, "the options have either `path` or `database`"],
    [{}, "the options have either `path` or `database`"],
    [{ path: "a", database: {} }, "the options have either `path` or `database`"],
    [{ path: "a", busyTimeout: 5 }, 'unknown option "busyTimeout", did you mean "busyTimeoutMs"'],
    [{ path: "" }, 'the option "path" is a path, got ""'],
    [{ path: "a", create: 1 }, 'the option "create" is true or false, got 1'],
    [{ path: "a", readonly: "yes" }, 'the option "readonly" is true or false, got "yes"'],
    [{ database: {}, readonly: true }, 'unknown option "readonly", there are database, durability, busyTimeoutMs'],
    [{ path: "a", durability: "full" }, 'the option "durability" is "process" or "power", got "full"'],
    [
      { path: "a", busyTimeoutMs: -1 },
      'the option "busyTimeoutMs" is a number of milliseconds from 0 to 2147483647, got -1',
    ],
    [{ database: {} }, 'the option "database" is an open database of better-sqlite3, node:sqlite, or bun:sqlite'],
  ];
  test.for(wrong)("%j are refused", async ([options, detail]) => {
    const error: Error = await sqlite(options as SqliteOptions).then(
      () => new Error("opened"),
      (error: Error) => error,
    );
    expect(error).toMatchObject({ code: "INVALID_VALUE" });
    expect(error.message.slice(error.message.indexOf(": ") + 2)).toBe(detail);
  });
});

describe("a folder", () => {
  const mounts = [
    "22 1 254:0 / / rw - ext4 /dev/vda rw",
    "30 22 0:40 / /mnt/my\\040team rw shared:1 - fuse.sshfs me@host:/ rw",
    "31 22 0:41 / /mnt/pool rw - fuse.mergerfs a:b rw",
  ].join("\n");
  test("on NFS, SMB, or 9p is on a network file system", () => {
    expect([0x6969, 0xfe534d42, 0xff534d42, 0x01021997].map((type) => networkOf(type, "", "/data"))).toEqual([
      "NFS",
      "SMB",
      "CIFS",
      "9p",
    ]);
  });
  test("on a local disk is not", () => {
    // ext4, btrfs, xfs, tmpfs, overlayfs
    expect(
      [0xef53, 0x9123683e, 0x58465342, 0x01021994, 0x794c7630].map((type) => networkOf(type, "", "/data")),
    ).toEqual(new Array(5).fill(undefined));
  });
  test("on FUSE is judged by the mount that it is in", () => {
    const fuse = ["/mnt/my team/store", "/mnt/my team", "/mnt/pool/store", "/mnt/my teams"].map((folder) =>
      networkOf(0x65735546, mounts, folder),
    );
    expect(fuse).toEqual(["fuse.sshfs", "fuse.sshfs", undefined, undefined]);
  });
});

test("values go through a store in a file and come back from a second one", async () => {
  const path = join(tempFolder(), "store.db");
  await using first = new Store(await sqlite({ path }));
  await using second = new Store(await sqlite({ path }));
  await first.write(["session", "ses_1"], { title: "héllo \uFFFD 🦫" });
  expect(await second.read(["session", "ses_1"])).toEqual({ title: "héllo \uFFFD 🦫" });
});

test("a store has the same location by every path that leads to it, and a store in memory has none", async () => {
  const folder = tempFolder();
  const path = join(folder, "store.db");
  const link = join(folder, "link.db");
  await (await sqlite({ path })).close?.();
  symlinkSync(path, link);
  const drivers = [await sqlite({ path }), await sqlite({ path: link }), await sqlite({ path: link, readonly: true })];
  expect(drivers.map(({ location }) => location)).toEqual([
    drivers[0]?.location,
    drivers[0]?.location,
    drivers[0]?.location,
  ]);
  expect(drivers[0]?.location).toMatch(/^sqlite:\/.*store\.db$/);
  for (const driver of drivers) await driver.close?.();
  expect((await sqlite({ path: ":memory:" })).location).toBeUndefined();
});
