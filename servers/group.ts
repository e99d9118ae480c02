import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, Daemon } from "./daemon.ts";
import type { Kind, Server, ServerProcess } from "./types.ts";

/**
 * Reads the pids of a group's processes, a line each time they change. At the end of input, which is also the end of the
 * process that made the group, however it ended, it kills them and removes the folder. Removing is tried again, since a
 * killed process may be finishing its last write.
 */
const keeper = `
while read -r line; do
  [ "$line" != detach ] || exit 0
  pids=$line
done
[ -z "$pids" ] || kill -KILL $pids 2>/dev/null
for seconds in 0 0.1 0.3 1 3; do
  sleep $seconds
  rm -rf -- "$1" 2>/dev/null && exit 0
done
`;

/** Processes that belong together, with one temporary folder. None of them outlives the process that made the group. */
export class Group {
  readonly folder: string;
  readonly #keeper: ChildProcess;
  readonly #daemons: Daemon[] = [];
  #ended: Promise<void> | undefined;

  constructor(name: string) {
    this.folder = join(tmpdir(), `stowage-${name}-${randomBytes(6).toString("hex")}`);
    // Before the folder: there is no moment at which nobody would remove it. Detached, the keeper has a session of its
    // own: Ctrl-C at a terminal reaches every process of the session there.
    this.#keeper = spawn("/bin/sh", ["-c", keeper, "keeper", this.folder], {
      cwd: "/",
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#keeper.unref();
    mkdirSync(this.folder, { mode: 0o700 });
  }

  /** Starts a process, and resolves when it is ready. */
  async start(command: Command): Promise<Daemon> {
    const daemon = new Daemon(command, this.folder, (known) => this.#tellKeeper(known));
    this.#daemons.push(daemon);
    await daemon.start();
    return daemon;
  }

  /** Ends all processes and removes the folder. */
  stop(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  /** Lets the processes run on when this one ends. */
  detach(): Promise<void> {
    if (this.#ended !== undefined) throw new Error(`Cannot detach the servers in "${this.folder}": they have ended`);
    this.#ended = this.#endKeeper("detach\n");
    return this.#ended;
  }

  processes(): readonly ServerProcess[] {
    return this.#daemons.flatMap(({ name, pid, port }) => (pid === undefined ? [] : { name, pid, port }));
  }

  /** What every server has. */
  server<K extends Kind>(kind: K, url: string): Server & { readonly kind: K } {
    return {
      kind,
      url,
      folder: this.folder,
      processes: () => this.processes(),
      stop: () => this.stop(),
      detach: () => this.detach(),
    };
  }

  async #end(): Promise<void> {
    await Promise.all(this.#daemons.map((daemon) => daemon.kill()));
    await this.#endKeeper();
  }

  async #endKeeper(lastLine = ""): Promise<void> {
    const gone = once(this.#keeper, "exit");
    this.#keeper.ref();
    this.#keeper.stdin?.end(lastLine);
    await gone;
  }

  #tellKeeper(known: () => void = () => undefined): void {
    const pids = this.processes().map(({ pid }) => pid);
    if (this.#ended === undefined) this.#keeper.stdin?.write(`${pids.join(" ")}\n`, known);
    else known();
  }
}

/** Makes a server of a new group; where that fails, nothing is left of it. */
export async function inGroup<T>(name: string, start: (group: Group) => Promise<T>): Promise<T> {
  const group = new Group(name);
  try {
    return await start(group);
  } catch (error) {
    await group.stop();
    throw error;
  }
}
