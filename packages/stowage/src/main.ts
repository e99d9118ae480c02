#!/usr/bin/env node
import { writeSync } from "node:fs";
import type { OutputStream } from "./cli/io.ts";
import { run } from "./cli/run.ts";

// A driver under test may end the process, or leave it nothing to wait for: that must not look like success.
let nameCulprit = (): string => "something that was loaded";
const ended = (): void => {
  writeSync(process.stderr.fd, `stowage: Cannot go on: ${nameCulprit()} has ended the process\n`);
  process.exitCode = 1;
};
process.on("exit", ended);

/** Stdout for the command alone. What anything else prints there, as a driver under test may, goes to stderr: it is no part of the output. */
function takeStdout(): OutputStream {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  return new Proxy(stdout, { get: (stream, name) => (name === "write" ? write : Reflect.get(stream, name, stream)) });
}

/** What asks a process to end: Ctrl-C, a supervisor, a terminal that is closed. */
const interruptions: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
process.exitCode = await run(process.argv.slice(2), {
  stdout: takeStdout(),
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  onInterrupt: (stop) => {
    const release = (): void => {
      for (const one of interruptions) process.off(one, hear);
    };
    const hear = (by: NodeJS.Signals): void => {
      // The second, whichever it is, ends the process.
      release();
      stop(by);
    };
    for (const one of interruptions) process.on(one, hear);
    return release;
  },
  onEarlyExit: (culprit) => {
    nameCulprit = culprit;
  },
});
process.off("exit", ended);

// What a driver under test left open must not keep the command; what is done by then ends it without this.
setTimeout(() => process.exit(), 1000).unref();
