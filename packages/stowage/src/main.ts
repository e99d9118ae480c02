#!/usr/bin/env node
import { run } from "./cli/run.ts";

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

// What a driver under test left open must not keep the command; what is done by then ends it without this.
setTimeout(() => process.exit(), 1000).unref();
