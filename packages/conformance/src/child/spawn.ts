import { type ChildProcess, fork } from "node:child_process";
import type { Child, ProcessRecipe, SpawnOptions } from "../case.ts";

/** What a child is told. JSON: it travels by IPC. */
export interface Order extends Omit<SpawnOptions, "recipe"> {
  readonly recipe: ProcessRecipe;
  readonly task: string;
  readonly args: unknown;
}

/** What a child says: it has the data open, it made headway, it is done, it failed. */
export type Word =
  | { readonly type: "ready" }
  | { readonly type: "progress" }
  | { readonly type: "result"; readonly value: unknown }
  | { readonly type: "failure"; readonly message: string };

/** A child whose start-up can be waited for. */
export interface RunningChild extends Child {
  ready(): Promise<void>;
}

// The sources run as they are; a build runs its own output.
const isSource = import.meta.url.endsWith(".ts");
const worker = new URL(isSource ? "./worker.ts" : "./worker.js", import.meta.url);

/** So long what an ended process said may take to arrive, in milliseconds. */
const lastWordsMs = 1000;

/** Starts a process that opens the data of a recipe and waits to be told to run a task. */
export function spawnChild(order: Order): RunningChild {
  const child = fork(worker, {
    // A terminal sends its signals to all processes of a command. When a child ends is for the command to say: one that Ctrl-C
    // killed would look like a failure of the driver. Those that are sent to it alone end it.
    detached: true,
    windowsHide: true,
    execArgv: isSource ? ["--conditions=@stowage/source"] : [],
    // What a test runner sets for its own processes is not meant for this one.
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  endWithThisProcess(child);
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const ready = Promise.withResolvers<void>();
  const result = Promise.withResolvers<unknown>();
  const exit = Promise.withResolvers<number | null>();
  const progress = new Progress();
  const fail = (error: Error): void => {
    ready.reject(error);
    result.reject(error);
    progress.fail(error);
  };
  child.on("message", (word: Word) => {
    if (word.type === "ready") ready.resolve();
    else if (word.type === "progress") progress.step();
    else if (word.type === "result") result.resolve(word.value);
    else fail(new Error(word.message));
  });
  const end = (code: number | null, signal: NodeJS.Signals | null): void => {
    fail(new Error(`The child process ended early, by ${signal ?? `exit code ${code}`}: ${complaint}`));
    exit.resolve(code);
  };
  child.on("exit", (code, signal) => {
    if (!child.connected) return end(code, signal);
    // Its last words may still be on their way; where nobody says that they have all come, a while is enough.
    child.once("disconnect", () => end(code, signal));
    setTimeout(end, lastWordsMs, code, signal).unref();
  });
  // A case need not wait for each of these; an unobserved rejection would end the process of the tests.
  ready.promise.catch(() => {});
  result.promise.catch(() => {});
  child.send(order);
  return {
    ready: () => ready.promise,
    run: () => {
      child.send("run");
      return result.promise;
    },
    progress: (times) => progress.reached(times),
    kill: async () => {
      child.kill("SIGKILL");
      await exit.promise;
    },
    exited: () => exit.promise,
  };
}

const living = new Set<ChildProcess>();
const deadly: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Sees to it that a child does not outlive this process: one that spins does not hear that its parent is gone. */
function endWithThisProcess(child: ChildProcess): void {
  if (living.size === 0) {
    process.on("exit", endAll);
    // Before the others: those that hear of a signal only once are still counted then.
    for (const signal of deadly) process.prependListener(signal, endBy);
  }
  living.add(child);
  child.once("exit", () => {
    living.delete(child);
    if (living.size === 0) hearNoMore();
  });
}

function hearNoMore(): void {
  process.off("exit", endAll);
  for (const signal of deadly) process.off(signal, endBy);
}

function endAll(): void {
  for (const child of living) child.kill("SIGKILL");
}

/** Lets a signal that nobody else hears end this process, as it does where nobody hears it at all. */
function endBy(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  endAll();
  hearNoMore();
  process.kill(process.pid, signal);
}

/** Counts the reports of a child and wakes who waits for a number of them. */
class Progress {
  #count = 0;
  #error: Error | undefined;
  #waiting: { readonly times: number; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  step(): void {
    this.#count++;
    for (const one of this.#waiting) if (this.#count >= one.times) one.resolve();
    this.#waiting = this.#waiting.filter((one) => this.#count < one.times);
  }

  /** The first error counts: what a child says of itself comes before its end. */
  fail(error: Error): void {
    this.#error ??= error;
    for (const one of this.#waiting) one.reject(error);
    this.#waiting = [];
  }

  reached(times: number): Promise<void> {
    if (this.#count >= times) return Promise.resolve();
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ times, resolve, reject });
    });
  }
}
