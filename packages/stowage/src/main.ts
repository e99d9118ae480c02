#!/usr/bin/env node
import { writeSync } from "node:fs";
import { run } from "./cli/run.ts";

// A driver under test may end the process, or leave it nothing to wait for: that must not look like success.
const ended = (): void => {
  writeSync(process.stderr.fd, "stowage: Cannot go on: something that was loaded has ended the process\n");
  process.exitCode = 1;
};
process.on("exit", ended);

/** What asks a process to end: Ctrl-C, a supervisor, a terminal that is closed. */
const interruptions: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
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
});
process.off("exit", ended);

// What a driver under test left open must not keep the command; what is done by then ends it without this.
setTimeout(() => process.exit(), 1000).unref();
