import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { type RunningChild, spawnChild } from "../src/child/spawn.ts";

/** A child over one of the drivers for these tests. */
function childOver(factory: string, options: object = {}): RunningChild {
  const module = new URL("child/troubled.ts", import.meta.url).href;
  const child = spawnChild({ recipe: { module, factory, options }, task: "rewrite", args: { key: ["a"], times: 1 } });
  onTestFinished(() => child.kill());
  return child;
}

interface Caller {
  readonly pid: number;
  /** What it says from now on, line by line. */
  readonly lines: AsyncIterator<string>;
  /** Resolves when it is no more. */
  readonly gone: Promise<unknown>;
}

/** A port that a process calls, and who called. */
async function listening(): Promise<{ readonly port: number; readonly caller: Promise<Caller> }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const meet = async (): Promise<Caller> => {
    const [socket] = (await once(server, "connection")) as [Socket];
    // One that is killed may reset it.
    const gone = new Promise((resolve) => socket.on("error", () => {}).once("close", resolve));
    const lines = (createInterface(socket) as Interface)[Symbol.asyncIterator]();
    const pid = Number((await lines.next()).value);
    onTestFinished(() => {
      if (!socket.destroyed) process.kill(pid, "SIGKILL");
    });
    return { pid, lines, gone };
  };
  return { port: (server.address() as AddressInfo).port, caller: meet() };
}

test("who waits for the headway of a child hears why there will be none", async () => {
  const child = childOver("refusing");
  await child.ready();
  const headway = child.progress(1);
  await Promise.all([
    expect(child.run()).rejects.toThrow("no place left"),
    expect(headway).rejects.toThrow("no place left"),
  ]);
  await child.exited();
  await expect(child.progress(1)).rejects.toThrow("no place left");
});

test("a child is out of reach of a terminal's signals, and ends by one that is sent to it", async () => {
  const { port, caller } = await listening();
  const child = childOver("spinning", { port });
  await child.ready();
  const { pid, gone } = await caller;
  // A group of that number is its own.
  expect(process.kill(-pid, 0)).toBe(true);
  process.kill(pid, "SIGTERM");
  await gone;
  expect(await child.exited()).toBeNull();
});

test.each([
  ["ends by itself", "exit", [3, null]],
  ["is ended by a signal", "none", [null, "SIGTERM"]],
])("a child that spins ends with its parent when that %s", async (_, how, end) => {
  const { port, caller } = await listening();
  const program = join(import.meta.dirname, "runners/parent.ts");
  const args = ["--conditions=@stowage/source", program, String(port), how];
  const parent = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  onTestFinished(() => void parent.kill("SIGKILL"));
  const { lines, gone } = await caller;
  expect(await lines.next()).toMatchObject({ value: "spins" });
  const ended = once(parent, "exit");
  parent.kill("SIGTERM");
  expect(await ended).toEqual(end);
  await expect(gone).resolves.toBeDefined();
});
