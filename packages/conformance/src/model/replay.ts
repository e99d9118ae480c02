import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Operation } from "./operation.ts";

const format = "stowage-replay";
const version = 1;

/** What a failed run of the model was, to be seen again elsewhere. */
export interface Replay {
  /** What it ran on. */
  readonly on: string;
  readonly seed: number;
  readonly operations: readonly Operation[];
  /** What differed, in words. */
  readonly difference: string;
}

/**
 * Writes a replay file and resolves to its path: into the folder that the environment variable STOWAGE_REPLAY_DIR names,
 * or among the temporary files of the system. The same failure has the same file.
 */
export async function writeReplay(replay: Replay): Promise<string> {
  const text = `${JSON.stringify({ format, version, ...replay }, null, 2)}\n`;
  const folder = process.env["STOWAGE_REPLAY_DIR"] ?? join(tmpdir(), "stowage-replays");
  await mkdir(folder, { recursive: true });
  const file = join(folder, `replay-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.json`);
  await writeFile(file, text);
  return file;
}

/** Reads a replay file. */
export async function readReplay(file: string): Promise<Replay> {
  const refuse = (detail: string, cause?: unknown): Error =>
    new Error(`Cannot replay ${JSON.stringify(file)}: ${detail}`, { cause });
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw refuse("it can't be read", error);
  });
  let content: Partial<Replay & { format: string; version: number }> | null;
  try {
    // Cast: what matters of it is looked at below.
    content = JSON.parse(text) as typeof content;
  } catch (error) {
    throw refuse("it is no JSON", error);
  }
  if (content?.format !== format || !Array.isArray(content.operations)) throw refuse("it is no replay file");
  if (content.version !== version)
    throw refuse(`its version is ${String(content.version)}, this is for version ${version}`);
  return content as Replay;
}
