import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { openStore, test } from "./setup.ts";

/** What a program of `test/child` prints, line by line, with so many descriptors and no more. */
function runWithDescriptors(count: number, name: string, ...args: readonly string[]): string[] {
  const command = [process.execPath, "--conditions=@stowage/source", join(import.meta.dirname, "child", `${name}.ts`)];
  const shell = ["-c", `ulimit -n ${count} && exec "$@"`, "sh", ...command, ...args];
  return execFileSync("sh", shell, { encoding: "utf8" }).trim().split("\n");
}

describe.skipIf(process.platform === "win32")(
  "with few descriptors (Windows, where nothing limits them, skips it)",
  () => {
    test("a thousand durable writes at once are done, some at a time", async ({ folder }) => {
      expect(runWithDescriptors(128, "burst", folder, "1000")).toEqual(["1000"]);
      const store = await openStore(folder);
      expect((await store.list(["burst"])).length).toBe(1_000);
      await store.close();
    });

    test("writes without any descriptor fail and leave no locks behind", ({ folder }) => {
      const [codes, locks] = runWithDescriptors(64, "starve", folder);
      expect(JSON.parse(codes ?? "")).toEqual(["UNAVAILABLE"]);
      // The spare of the store that wrote before.
      expect(locks).toBe("1");
      expect(existsSync(join(folder, ".locks"))).toBe(false);
    });
  },
);
