import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { identityOf } from "../identity.ts";
import { describeInstalled } from "./setup.ts";

const program = join(import.meta.dirname, "../main.ts");

interface Ended {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in a workspace of its own. */
function inFolder(folder: string): (...args: readonly string[]) => Promise<Ended> {
  const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: "" } };
  return (...args) =>
    promisify(execFile)(process.execPath, ["--conditions=@stowage/source", program, ...args], options).catch(
      (error: Ended) => error,
    );
}

await describeInstalled("redis", "servers for people", () => {
  it("run on, are found again, and end when they are told to", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stowage-people-"));
    const servers = inFolder(folder);
    const first = await servers("up", "redis");
    expect(first.stdout).toMatch(/^export REDIS_URL='redis:\/\/127\.0\.0\.1:\d+'\n$/);
    expect((await servers("up", "redis")).stdout).toBe(first.stdout);
    const { stdout } = await servers("status", "redis");
    const pid = Number(/redis-\d+: runs, pid (\d+)/.exec(stdout)?.[1]);
    expect(identityOf(pid)).toBeDefined();
    expect((await servers("down")).stdout).toBe("redis ended\n");
    expect(identityOf(pid)).toBeUndefined();
    expect((await servers("status", "redis")).stdout).toBe("redis: not started\n");
    expect((await servers("down")).stdout).toBe("");
    rmSync(folder, { recursive: true });
  });

  it("start anew when they have crashed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stowage-people-"));
    const servers = inFolder(folder);
    const first = await servers("up", "redis");
    const pid = Number(/pid (\d+)/.exec((await servers("status", "redis")).stdout)?.[1]);
    process.kill(pid, "SIGKILL");
    await expect.poll(() => identityOf(pid)).toBeUndefined();
    expect((await servers("status", "redis")).stdout).toContain("ended");
    const second = await servers("up", "redis");
    expect(second.stdout).toMatch(/^export REDIS_URL=/);
    expect(second.stdout).not.toBe(first.stdout);
    await servers("down");
    rmSync(folder, { recursive: true });
  });

  it("are asked for by words that are checked", async () => {
    const servers = inFolder(tmpdir());
    expect(await servers("dwon")).toMatchObject({ code: 1, stderr: 'Cannot run "dwon": did you mean "down"\n' });
    expect(await servers("up", "redsi")).toMatchObject({
      code: 1,
      stderr: 'Cannot run "redsi": did you mean "redis"\n',
    });
    expect((await servers()).stderr).toMatch(/^usage: /);
  });
});
