import { execFileSync } from "node:child_process";
import { digest } from "@stowage/migrate";
import { type BucketPlace, type SyncTool, syncTools } from "stowage-servers/sync";
import { describeWith } from "stowage-servers/test";
import { describe, expect, test } from "vitest";
import { openStorage } from "../src/index.ts";
import { Sandbox } from "./cli.ts";
import { s3Of, Scratch } from "./scratch.ts";

const corpus = "sample-1.1.16";
const timeoutMs = 240_000;

describeWith("s3", "a bucket is OpenCode's tree", (server) => {
  describe.each(syncTools())("$title", (tool: SyncTool) => {
    test.skipIf(tool.missing)(
      "a folder that was synced up opens as a store",
      async () => {
        using sandbox = new Sandbox();
        await using place = new Scratch("s3", server);
        const storage = sandbox.plant(corpus, "data");
        tool.sync(placeOf(place), "up", storage);
        await using folder = await openStorage(`fs:${storage}`, { readonly: true });
        await using bucket = await openStorage(place.url, { create: false });
        expect(await digest(bucket)).toEqual(await digest(folder));
        await bucket.write(["todo", "ses_new"], []);
        expect(await bucket.list(["todo", "ses_new"])).toEqual([]);
        expect((await bucket.list(["todo"])).length).toBe((await folder.list(["todo"])).length + 1);
      },
      timeoutMs,
    );

    test.skipIf(tool.missing)(
      "a store that was migrated there and synced down is the same folder",
      async () => {
        using sandbox = new Sandbox();
        await using place = new Scratch("s3", server);
        const storage = sandbox.plant(corpus, "data");
        const { code } = await sandbox.run(["migrate", "fs:data/storage", place.url, "--apply"]);
        expect(code).toBe(0);
        tool.sync(placeOf(place), "down", sandbox.join("down"));
        expect(execFileSync("diff", ["-r", storage, sandbox.join("down")], { encoding: "utf8" })).toBe("");
      },
      timeoutMs,
    );
  });
});

function placeOf({ url, name }: Scratch): BucketPlace {
  const { bucket, endpoint } = s3Of(url);
  return { bucket, endpoint, prefix: name };
}
