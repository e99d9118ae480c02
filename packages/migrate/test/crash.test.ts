import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Store } from "@stowage/core";
import { fs } from "@stowage/fs";
import { sqlite } from "@stowage/sqlite";
import { expect, test } from "vitest";
import { digest, migrate, type Report } from "../src/index.ts";
import { filesOf, plantedFolder, temporaryFolder } from "./support.ts";

const records = 300;

function sourceFiles(): Record<string, string> {
  const files: Record<string, string> = { migration: "1" };
  for (let i = 0; i < records; i++) {
    const kind = ["part/m", "message/s", "session/p", "todo"][i % 4] as string;
    files[`${kind}/${i}.json`] = JSON.stringify({ id: i, text: "é".repeat(i) }, null, 2);
  }
  return files;
}

function start(kind: string, source: string, target: string, uid?: number): ChildProcess {
  const program = join(import.meta.dirname, "child/migrate.ts");
  return spawn(process.execPath, ["--conditions=@stowage/source", program, kind, source, target], {
    stdio: ["ignore", "pipe", "inherit"],
    uid,
  });
}

const moments = ["copy 1", "copy 63", "copy 255", "copy 300", "verify 300"];

test.each(["sqlite", "fs"].flatMap((kind) => moments.map((moment) => [kind, moment] as const)))(
  "a migration to %s that is killed at %j is completed by the next one",
  async (kind, moment) => {
    const folder = await plantedFolder(sourceFiles());
    const before = await filesOf(folder);
    const target = join(await temporaryFolder(), "target");
    const child = start(kind, folder, target);
    for await (const line of createInterface({ input: child.stdout! })) {
      const [phase, count] = line.split(" ") as [string, string];
      const [atPhase, atCount] = moment.split(" ") as [string, string];
      if (phase === atPhase && Number(count) >= Number(atCount)) child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    expect(child.signalCode).toBe("SIGKILL");

    await using from = new Store(await fs({ path: folder, create: false }));
    await using to = new Store(kind === "sqlite" ? await sqlite({ path: target }) : await fs({ path: target }));
    const report = await migrate(from, to);
    expect(report).toMatchObject({ result: "ok", comparison: { equal: true }, different: { count: 0 } });
    expect(report.created.records + report.equal.records).toBe(records);
    expect(await to.driver.getMarker("migration")).toBe("1");
    expect((await digest(to)).digest).toBe((await digest(from)).digest);
    await from.close();
    expect(await filesOf(folder)).toEqual(before);
    if (kind === "fs") {
      await to.close();
      expect(await filesOf(target)).toEqual(before);
    }
  },
);

test.runIf(process.getuid?.() === 0)(
  "a folder and a file that may not be read (as another user; this test needs root) hide no other kind",
  async () => {
    const folder = await plantedFolder({
      "message/open/1.json": "1",
      "message/shut/2.json": "2",
      "part/m/3.json": "3",
      "session/p/4.json": "4",
      "session/p/5.json": "5",
      "todo/6.json": "6",
    });
    const target = await temporaryFolder();
    await chmod(folder, 0o777);
    await chmod(target, 0o777);
    await chmod(join(folder, "message/shut"), 0o700);
    await chmod(join(folder, "session/p/4.json"), 0o600);
    const child = start("fs", folder, join(target, "copy"), 65_534);
    let last = "";
    for await (const line of createInterface({ input: child.stdout! })) last = line;
    const report = JSON.parse(last) as Report;
    expect(report).toMatchObject({ result: "failed", stopped: { code: "UNAVAILABLE" }, unreadable: { count: 1 } });
    expect(report.stopped?.message).toContain("message/shut");
    expect(report.unreadable.items).toEqual([
      { name: "session/p/4.json", code: "UNAVAILABLE", reason: expect.stringContaining("EACCES") },
    ]);
    const copied = Object.keys(await filesOf(join(target, "copy")));
    expect(copied).toEqual(expect.arrayContaining(["part/m/3.json", "session/p/5.json", "todo/6.json"]));
  },
);
