import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeInstalled } from "./setup.ts";
import { remains, type Traces } from "./traces.ts";

await describeInstalled("redis", "a Redis whose process", () => {
  it.each(["exit", "throw", "idle"])("ends by itself (%s) ends, too", async (end) => {
    const child = start("redis", end);
    const traces = await tracesFrom(child);
    await once(child, "exit");
    await expect.poll(() => remains(traces), { timeout: 10_000 }).toEqual([]);
  });

  it.each(["SIGKILL", "SIGINT"] as const)("is ended by %s ends, too", (signal) => endsBy(signal, "redis"));

  it("is killed while it starts leaves no process and no folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "stowage-lifetime-"));
    const child = start("redis", "stay", { TMPDIR: folder });
    await expect.poll(() => readdirSync(folder), { timeout: 10_000, interval: 1 }).toHaveLength(1);
    child.kill("SIGKILL");
    await expect.poll(() => readdirSync(folder), { timeout: 10_000 }).toEqual([]);
    expect(processesIn(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});

await describeInstalled("s3", "an S3 server whose process", () => {
  it("is killed ends, too", () => endsBy("SIGKILL", "s3"));
});

/** The pids of processes that work below a folder, or did before it was removed. */
function processesIn(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      // It has ended, or is somebody else's.
      return false;
    }
  });
}

async function endsBy(signal: NodeJS.Signals, kind: "redis" | "s3"): Promise<void> {
  const child = start(kind, "stay");
  const traces = await tracesFrom(child);
  expect(remains(traces)).toHaveLength(traces.pids.length + 1);
  child.kill(signal);
  await expect.poll(() => remains(traces), { timeout: 10_000 }).toEqual([]);
}

function start(kind: string, end: string, environment: NodeJS.ProcessEnv = {}): ChildProcess {
  return fork(join(import.meta.dirname, "child/start.ts"), [kind, end], {
    env: { ...process.env, ...environment, NODE_OPTIONS: "" },
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

async function tracesFrom(child: ChildProcess): Promise<Traces> {
  const [traces] = (await once(child, "message")) as [Traces];
  child.disconnect();
  return traces;
}
