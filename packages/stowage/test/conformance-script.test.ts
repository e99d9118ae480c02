import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Sandbox } from "./cli.ts";

const script = fileURLToPath(new URL("../../../scripts/conformance.ts", import.meta.url));

test.each([
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)(
  "the script that tests all adapters passes %s on, waits for the reports, and leaves nothing",
  async (by, code) => {
    using sandbox = new Sandbox();
    const temporary = sandbox.join("tmp");
    mkdirSync(temporary);
    const argv = ["--conditions=@stowage/source", script, "fs", "--out", sandbox.join("out")];
    const child = spawn(process.execPath, argv, {
      env: { ...process.env, TMPDIR: temporary, NODE_OPTIONS: "" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const ended = once(child, "exit");
    const isUnderWay = (): boolean =>
      readdirSync(temporary, { recursive: true, encoding: "utf8" }).some((name) => name.includes(".conformance-"));
    while (!isUnderWay()) await sleep(5);
    child.kill(by);
    expect(await ended).toEqual([code, null]);
    expect(JSON.parse(sandbox.read("out/report.json"))).toMatchObject({ cutShortBy: by, targets: [{ name: "fs" }] });
    expect(readdirSync(temporary)).toEqual([]);
  },
);
