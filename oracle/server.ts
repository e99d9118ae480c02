import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { environment } from "./environment.ts";
import type { Home } from "./home.ts";

const startTimeoutMs = 60_000;
const requestTimeoutMs = 120_000;
const stopTimeoutMs = 8_000;

export interface Response {
  readonly status: number;
  readonly data: unknown;
}

/** A running OpenCode server, on loopback. Disposing ends it. */
export class Server implements AsyncDisposable {
  readonly home: Home;
  readonly #url: string;
  readonly #process: ChildProcess;

  private constructor(home: Home, url: string, process: ChildProcess) {
    this.home = home;
    this.#url = url;
    this.#process = process;
  }

  /** Starts the program on the records in `home.storage` and waits until it listens. */
  static async start(binary: string, home: Home): Promise<Server> {
    const child = spawn(binary, ["serve", "--hostname", "127.0.0.1", "--port", "0"], {
      cwd: home.plainFolder,
      env: environment(home.path),
      stdio: ["ignore", "pipe", "pipe"],
    });
    // It must not outlive the tests, however they end.
    const kill = (): boolean => child.kill("SIGKILL");
    process.once("exit", kill);
    child.once("exit", () => process.off("exit", kill));
    let output = "";
    const url = await new Promise<string>((resolve, reject) => {
      const fail = (reason: string): void => {
        clearTimeout(timer);
        kill();
        reject(new Error(`Cannot start OpenCode: ${reason}\n${output}`));
      };
      const timer = setTimeout(() => fail(`it was not up after ${startTimeoutMs} ms`), startTimeoutMs);
      child.once("error", (error) => fail(error.message));
      child.once("exit", (code) => fail(`it ended with code ${code}`));
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (chunk: Buffer) => {
          output = (output + chunk.toString()).slice(-4_000);
          const found = /listening on (http:\S+)/.exec(output);
          if (found === null) return;
          clearTimeout(timer);
          resolve(found[1] as string);
        });
      }
    });
    return new Server(home, url, child);
  }

  /** Asks for a path in the name of a project; whatever the server answers is returned. */
  async ask(method: string, path: string, projectID: string, body?: unknown): Promise<Response> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        "content-type": "application/json",
        "x-opencode-directory": encodeURIComponent(this.home.worktree(projectID)),
      },
      signal: AbortSignal.timeout(requestTimeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, data: isJson && text !== "" ? JSON.parse(text) : text };
  }

  /** Like `ask`, for answers that must be good. The type parameter is a promise by the caller. */
  async call<T>(method: string, path: string, projectID: string, body?: unknown): Promise<T> {
    const { status, data } = await this.ask(method, path, projectID, body);
    if (status !== 200) throw new Error(`Cannot ${method} "${path}": status ${status}, ${JSON.stringify(data)}`);
    return data as T;
  }

  /** Ends the server and waits until it is gone. May be called twice. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await Promise.race([gone, sleep(stopTimeoutMs, undefined, { ref: false })]);
    this.#process.kill("SIGKILL");
    await gone;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
