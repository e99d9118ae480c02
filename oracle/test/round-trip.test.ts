import { randomUUID } from "node:crypto";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

import { Store } from "@stowage/core";
import { migrate } from "@stowage/migrate";
import { sqlite } from "@stowage/sqlite";
import { openStorage } from "stowage";
import { type SyncTool, syncTools } from "stowage-servers/sync";
import { describeWith } from "stowage-servers/test";
import { describe, expect, it } from "vitest";

import { hashFiles } from "../folder.ts";
import { Home } from "../home.ts";
import { differences, observe, type Shown } from "../observe.ts";
import { describeWithOpenCode } from "../opencode.ts";
import { fixture, openFolder } from "../records.ts";
import { Server } from "../server.ts";

describeWithOpenCode("OpenCode 1.1.16 as a judge of migrations", (binary) => {
  /** What OpenCode shows of a copy of a fixture that went through `change`. */
  async function shown(name: string, change: (home: Home) => Promise<void> | void): Promise<Shown> {
    using home = new Home();
    cpSync(fixture(name), home.storage, { recursive: true });
    await change(home);
    await using server = await Server.start(binary, home);
    return await observe(server);
  }

  it.each(["opencode-1.1.16", "sample-1.1.16"])("OpenCode shows %s as before after fs → sqlite → fs", async (name) => {
    const before = await shown(name, () => {});
    const after = await shown(name, async (home) => {
      await throughSqlite(home);
      expect(hashFiles(home.storage)).toEqual(hashFiles(fixture(name)));
    });
    expect(Object.values(before.sessions).flat().length).toBeGreaterThan(0);
    expect(differences(before, after)).toEqual([]);
    expect(JSON.stringify(after) === JSON.stringify(before), "the order of fields").toBe(true);
  });

  describeWith("s3", "a bucket", (server) => {
    describe.each(syncTools())("synced by $title", (tool) => {
      it.skipIf(tool.missing)(
        "OpenCode shows opencode-1.1.16 as before after fs → s3 → a folder that was synced down",
        async () => {
          const before = await shown("opencode-1.1.16", () => {});
          const after = await shown("opencode-1.1.16", async (home) => {
            await throughBucket(home, server.url, tool);
            expect(hashFiles(home.storage)).toEqual(hashFiles(fixture("opencode-1.1.16")));
          });
          expect(Object.values(before.sessions).flat().length).toBeGreaterThan(0);
          expect(differences(before, after)).toEqual([]);
        },
      );
    });
  });

  it("the comparison finds a single part that is missing", async () => {
    const part = "part/msg_2022ab255001S3UKrNIz4e6cc4/prt_2022abce9001jb3gf7vUBpPtYh.json";
    const before = await shown("sample-1.1.16", () => {});
    const after = await shown("sample-1.1.16", (home) => rmSync(join(home.storage, part)));
    expect(differences(before, after)).toEqual([
      expect.stringMatching(/^\/sessions\/\w+\/\d+\/messages\/\d+\/parts\/\d+$/),
    ]);
  });
});

/** Moves the records of a home into a database, deletes the folder, and makes it again from the database. */
async function throughSqlite(home: Home): Promise<void> {
  await using database = new Store(await sqlite({ path: join(home.path, "records.db") }));
  {
    await using folder = await openFolder(home.storage);
    expect(await migrate(folder, database)).toMatchObject({ result: "ok" });
  }
  rmSync(home.storage, { recursive: true });
  await using folder = await openFolder(home.storage);
  expect(await migrate(database, folder)).toMatchObject({ result: "ok" });
}

/** Moves the records of a home into a bucket, deletes the folder, and lets a program that knows no Stowage fetch it back. */
async function throughBucket(home: Home, server: string, tool: SyncTool): Promise<void> {
  const { host: bucket, searchParams } = new URL(server);
  const place = { bucket, prefix: `stowage-oracle-${randomUUID()}`, endpoint: String(searchParams.get("endpoint")) };
  await using store = await openStorage(`s3://${bucket}/${place.prefix}?${searchParams}`);
  {
    await using folder = await openFolder(home.storage);
    expect(await migrate(folder, store)).toMatchObject({ result: "ok" });
  }
  rmSync(home.storage, { recursive: true });
  tool.sync(place, "down", home.storage);
  await store.removePrefix([]);
}
