import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { fs } from "@stowage/fs";
import { sqlite } from "@stowage/sqlite";

import { cases } from "./cases.ts";
import type { Pair } from "./contender.ts";
import { measure, type Result } from "./measure.ts";
import { RawFiles } from "./raw-fs.ts";
import { RawSqlite } from "./raw-sqlite.ts";
import { StowageContender } from "./stowage.ts";
import { table } from "./table.ts";

const usage = `Usage: pnpm bench [--quick] [--json] [--only fs|sqlite] [--dir FOLDER]

  --quick   fewer rounds and repetitions: a first impression in a minute
  --json    print the results as JSON
  --only    measure one backend
  --dir     where the stores are made, on the file system to be measured (default: the folder for temporary files)`;

const pairs: readonly Pair[] = [
  {
    name: "fs",
    raw: (path) => new RawFiles(path),
    stowage: (path) => StowageContender.open((path) => fs({ path }), path),
  },
  {
    name: "sqlite",
    raw: (path) => new RawSqlite(path),
    stowage: (path) => StowageContender.open((path) => sqlite({ path }), path),
  },
];

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

async function main(args: readonly string[]): Promise<void> {
  const { values: options } = parseArgs({
    // `pnpm bench -- --quick` hands the two dashes on.
    args: args.filter((argument) => argument !== "--"),
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      only: { type: "string" },
      dir: { type: "string", default: tmpdir() },
      help: { type: "boolean", default: false },
    },
  });
  if (options.help) {
    console.log(usage);
    return;
  }
  const chosen = pairs.filter((pair) => options.only === undefined || pair.name === options.only);
  if (chosen.length === 0) throw new Error(`Cannot measure "${options.only}": there are "fs" and "sqlite"`);
  const rounds = options.quick ? 3 : 7;
  const folder = mkdtempSync(join(options.dir, "stowage-bench-"));
  const results: Result[] = [];
  try {
    for (const pair of chosen) {
      const onRound = (name: string, round: number): void => {
        if (process.stderr.isTTY) process.stderr.write(`${name}: round ${round} of ${rounds}\r`);
      };
      results.push(...(await measure(pair, cases, { rounds, scale: options.quick ? 0.25 : 1, folder, onRound })));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const machine = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim(),
  };
  if (options.json) {
    console.log(JSON.stringify({ machine, rounds, results }, null, 2));
    return;
  }
  console.log(`Node ${machine.node}, ${machine.platform}, ${machine.cores} cores of ${machine.cpu}, ${rounds} rounds`);
  for (const { name } of chosen) {
    console.log(`\n## ${name}\n\n${table(results.filter((result) => result.pair === name))}`);
  }
}
