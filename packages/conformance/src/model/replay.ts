import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Key, keyProblem } from "@stowage/core";
import { everything, type Operation } from "./operation.ts";

const format = "stowage-replay";
const version = 1;

/** What a failed run of the model was, to be seen again elsewhere. */
export interface Replay {
  /** What it ran on. */
  readonly on: string;
  readonly seed: number;
  /** The part of the backend that they were performed in. Absent: all of it. */
  readonly prefix?: Key;
  readonly operations: readonly Operation[];
  /** What differed, in words. */
  readonly difference: string;
}

/**
 * Writes a replay file and resolves to its path: into the folder that the environment variable STOWAGE_REPLAY_DIR names, or
 * else into one among the temporary files of the system. The same failure has the same file. Resolves to `undefined` where
 * it can be written nowhere: what failed is to be told all the same.
 */
export async function writeReplay(replay: Replay): Promise<string | undefined> {
  const text = `${JSON.stringify({ format, version, ...replay }, null, 2)}\n`;
  const { difference: _, ...same } = replay;
  // What an error says may hold a path, or a time.
  const hash = createHash("sha256").update(JSON.stringify(same)).digest("hex");
  const name = `replay-${hash.slice(0, 12)}.json`;
  for (const folder of folders()) {
    try {
      const file = join(await folder(), name);
      await writeFile(file, text);
      return file;
    } catch {
      // It belongs to somebody else, or its disk is full: elsewhere there may be room.
    }
  }
  return undefined;
}

/** Where a file may go, the first choice first. */
function folders(): readonly (() => Promise<string>)[] {
  const wanted = process.env["STOWAGE_REPLAY_DIR"];
  const make = async (folder: string): Promise<string> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  };
  return [
    ...(wanted === undefined ? [] : [() => make(wanted)]),
    () => make(join(tmpdir(), `stowage-replays-${userId()}`)),
    // One that nobody else can have made before.
    () => mkdtemp(join(tmpdir(), "stowage-replays-")),
  ];
}

/** Users of one machine share the folder of temporary files. */
function userId(): string {
  return String(process.getuid?.() ?? "own");
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
  const { prefix } = content;
  if (prefix !== undefined && keyProblem(prefix) !== undefined) throw refuse("its prefix is none");
  const strange = content.operations.findIndex((one) => !Object.hasOwn(everything, String(one?.type)));
  if (strange >= 0) throw refuse(`its operation ${strange + 1} is none that is known`);
  return content as Replay;
}
