import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { identityOf } from "./identity.ts";
import type { Kind, Server, ServerProcess } from "./types.ts";
import { until } from "./until.ts";

/** Below the current directory, which for a script of the workspace is its root. Not under version control. */
const folder = resolve(".servers");

/** A server that was started for people, and runs until they end it. */
export interface ServerRecord {
  readonly kind: Kind;
  readonly url: string;
  /** What programs have to be told of it. Has secrets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly processes: readonly RecordedProcess[];
}

export interface RecordedProcess extends ServerProcess {
  readonly identity: string | undefined;
}

const fileOf = (kind: Kind): string => join(folder, `${kind}.json`);

export function readRecord(kind: Kind): ServerRecord | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(kind), "utf8")) as ServerRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Lets a server run on, with a record of what it takes to end it. Where there is a record, it rejects and ends the server:
 * of two that start one at once, one keeps it.
 */
export async function keep(server: Server, environment: Readonly<Record<string, string>>): Promise<ServerRecord> {
  const { kind, url, folder: data } = server;
  const processes = server.processes().map((one) => ({ ...one, identity: identityOf(one.pid) }));
  const record: ServerRecord = { kind, url, environment, folder: data, processes };
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(fileOf(kind), `${JSON.stringify(record, null, 2)}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    await server.stop();
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new Error(`Cannot start ${kind}: another command has just started it`, { cause: error });
  }
  await server.detach();
  return record;
}

/** Whether the process that was recorded still runs, and not another one that got its pid. */
export function isRunning({ pid, identity }: RecordedProcess): boolean {
  return identity !== undefined && identityOf(pid) === identity;
}

/** Ends what is left of a server, then removes its folder and its record. */
export async function end({ kind, folder: data, processes }: ServerRecord): Promise<void> {
  const running = processes.filter(isRunning);
  for (const { pid } of running) process.kill(pid, "SIGKILL");
  await until(
    async () => !running.some(isRunning),
    () => new Error(`Cannot end ${kind}: its processes ${running.map(({ pid }) => pid).join(", ")} go on`),
  );
  rmSync(data, { recursive: true, force: true });
  rmSync(fileOf(kind), { force: true });
}
