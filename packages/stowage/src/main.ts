#!/usr/bin/env node
import { writeSync } from "node:fs";
import { run } from "./cli/run.ts";

// A driver under test may end the process, or leave it nothing to wait for: that must not look like success.
const ended = (): void => {
  writeSync(process.stderr.fd, "stowage: Cannot go on: something that was loaded has ended the process\n");
  process.exitCode = 1;
};
process.on("exit", ended);
process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  onInterrupt: (stop) => {
    process.once("SIGINT", stop);
    return () => process.off("SIGINT", stop);
  },
});
process.off("exit", ended);

// What a driver under test left open must not keep the command; what is done by then ends it without this.
setTimeout(() => process.exit(), 1000).unref();
