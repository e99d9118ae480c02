import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PortTaken } from "./ports.ts";
import type { Node } from "./types.ts";
import { until } from "./until.ts";

/** How to run one process of a server. */
export interface Command {
  /** Names its log, "NAME.log" in the group's folder. */
  readonly name: string;
  readonly program: string;
  /** Keep it in the foreground: a process that puts itself into the background is lost to us. */
  readonly args: readonly string[];
  readonly port: number;
  /** Whether process `pid` does its work by now; asked again and again after each start. A throw means no. */
  isReady(pid: number): Promise<boolean>;
}

/**
 * Waits for a line before it becomes the program, under the same pid. Who started it may be killed before the pid is known to
 * those who clean up; then there is no line but the end of input, and no program.
 */
const gate = `read -r _ || exit 1; exec "$@" </dev/null`;

/** One process of a group: the same command each time that it is started. */
export class Daemon implements Node {
  readonly #command: Command;
  readonly #log: string;
  readonly #changed: (known?: () => void) => void;
  #child: ChildProcess | undefined;
  /** Why it ended, while it doesn't run. */
  #end = "it was not started";

  /** `changed` is called each time that it begins or ends, and calls `known` when this is known to those who clean up. */
  constructor(command: Command, folder: string, changed: (known?: () => void) => void) {
    this.#command = command;
    this.#log = join(folder, `${command.name}.log`);
    this.#changed = changed;
  }

  get name(): string {
    return this.#command.name;
  }

  get port(): number {
    return this.#command.port;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    if (this.#child === undefined) this.#launch();
    await until(
      async () => {
        if (this.#child === undefined) throw this.#failure(this.#end);
        // Where there is no shell there is no pid, and the event that says so comes next.
        return this.pid !== undefined && this.#command.isReady(this.pid).catch(() => false);
      },
      () => this.#failure("it does not answer"),
    );
  }

  #launch(): void {
    const { program, args } = this.#command;
    const log = openSync(this.#log, "a");
    try {
      const child = spawn("/bin/sh", ["-c", gate, "sh", program, ...args], {
        cwd: "/",
        detached: true,
        stdio: ["pipe", log, log],
      });
      // It may be killed while it waits.
      child.stdin?.on("error", () => undefined);
      const ended = (why: string): void => {
        this.#child = undefined;
        this.#end = why;
        this.#changed();
      };
      child.once("error", ({ message }) => ended(message));
      child.once("exit", (code, signal) => ended(`it ended with ${signal ?? `code ${code}`}`));
      child.unref();
      this.#child = child;
      this.#changed(() => child.stdin?.end("\n"));
    } finally {
      closeSync(log);
    }
  }

  #failure(why: string): Error {
    const log = readFileSync(this.#log, "utf8").trimEnd();
    const said = log === "" ? "" : `; its last words: ${log.split("\n").slice(-5).join("\n")}`;
    const message = `Cannot start "${this.#command.program}": ${why}${said}`;
    return /address already in use|unable to bind/i.test(log) ? new PortTaken(message) : new Error(message);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const gone = once(child, "exit");
    child.ref();
    child.kill("SIGKILL");
    await gone;
  }

  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }
}
