import { existsSync } from "node:fs";
import { identityOf } from "../identity.ts";
import type { Server } from "../index.ts";

/** What a server leaves behind when it ends. */
export interface Traces {
  readonly folder: string;
  readonly pids: readonly number[];
}

export function tracesOf(server: Server): Traces {
  return { folder: server.folder, pids: server.processes().map(({ pid }) => pid) };
}

/** The traces that are still there: none, when all is well. */
export function remains({ folder, pids }: Traces): readonly string[] {
  const running = pids.filter((pid) => identityOf(pid) !== undefined).map((pid) => `process ${pid}`);
  return existsSync(folder) ? [...running, folder] : running;
}
