import { availableParallelism, cpus, tmpdir } from "node:os";
import { parseArgs } from "node:util";

import { cases } from "./cases.ts";
import type { Pair, ServerPair } from "./contender.ts";
import { type LargeResult, measureLarge } from "./large.ts";
import { measure, type Result } from "./measure.ts";
import { fsPair, sqlitePair } from "./pair-files.ts";
import { clusterPair, redisPair } from "./pair-redis.ts";
import { s3Pair } from "./pair-s3.ts";
import { largeTable, table } from "./table.ts";

const usage = `Usage: pnpm bench [--quick] [--json] [--only BACKEND,…] [--dir FOLDER]
       pnpm bench --large [--records N] [--json] [--only BACKEND,…]

  --quick    fewer rounds and repetitions: a first impression
  --large    large stores on redis, cluster, and s3 instead (100,000 objects on s3 take a quarter of an hour to load)
  --records  how many records a large store has (default: 100000)
  --json     print the results as JSON
  --only     which of fs, sqlite, redis, cluster, s3 to measure
  --dir      where files are made, on the file system to be measured (default: the folder for temporary files)

Servers are started for the time of the run, unless REDIS_URL, REDIS_CLUSTER_URL, or S3_ENDPOINT name one that is there.`;

const serverPairs: Record<string, () => Promise<ServerPair>> = { redis: redisPair, cluster: clusterPair, s3: s3Pair };
const recordsMin = 10_000;

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  // Not the exit code alone: clients that nobody closed go on trying to reach servers that are gone.
  process.exit(1);
});

async function main(args: readonly string[]): Promise<void> {
  const { values: options } = parseArgs({
    // `pnpm bench -- --quick` hands the two dashes on.
    args: args.filter((argument) => argument !== "--"),
    options: {
      quick: { type: "boolean", default: false },
      large: { type: "boolean", default: false },
      records: { type: "string", default: "100000" },
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
  const machine = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim(),
  };
  const print = (results: readonly unknown[], text: () => string): void => {
    if (results.length === 0) return;
    if (options.json) {
      console.log(JSON.stringify({ machine, results }, null, 2));
      return;
    }
    console.log(`Node ${machine.node}, ${machine.platform}, ${machine.cores} cores of ${machine.cpu}\n\n${text()}`);
  };
  if (options.large) {
    const results = await measureAllLarge(chosen(serverPairs, options.only), recordsOf(options.records));
    print(results, () => results.map((result) => `## ${result.pair}\n\n${largeTable(result)}`).join("\n\n"));
    return;
  }
  const pairs = { fs: () => fsPair(options.dir), sqlite: () => sqlitePair(options.dir), ...serverPairs };
  const results = await measureAll(chosen(pairs, options.only), options.quick);
  const names = [...new Set(results.map(({ pair }) => pair))];
  const tableOf = (name: string): string => table(results.filter((result) => result.pair === name));
  print(results, () => names.map((name) => `## ${name}\n\n${tableOf(name)}`).join("\n\n"));
}

async function measureAll(makers: readonly (() => Pair | Promise<Pair>)[], isQuick: boolean): Promise<Result[]> {
  const results: Result[] = [];
  const rounds = isQuick ? 3 : 7;
  const onRound = (name: string, round: number): void => progress(`${name}: round ${round}`);
  await forEach(makers, async (pair) => {
    results.push(...(await measure(pair, cases, { rounds, scale: isQuick ? 0.25 : 1, onRound })));
  });
  return results;
}

async function measureAllLarge(
  makers: readonly (() => Promise<ServerPair>)[],
  records: number,
): Promise<LargeResult[]> {
  const results: LargeResult[] = [];
  await forEach(makers, async (pair) => {
    results.push(await measureLarge(pair, records, (step) => progress(`${pair.name}: ${step}`)));
  });
  return results;
}

/** One pair after the other. One whose server can't be had is named, and the others are measured. */
async function forEach<P extends Pair>(
  makers: readonly (() => P | Promise<P>)[],
  measureOne: (pair: P) => Promise<void>,
): Promise<void> {
  for (const make of makers) {
    let pair: P;
    try {
      pair = await make();
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
      continue;
    }
    try {
      await measureOne(pair);
    } finally {
      await pair.end();
    }
  }
}

function chosen<Maker>(makers: Record<string, Maker>, only: string | undefined): Maker[] {
  if (only === undefined) return Object.values(makers);
  return only.split(",").map((name) => {
    const maker = makers[name];
    if (maker !== undefined) return maker;
    throw new Error(`Cannot measure "${name}": there are ${Object.keys(makers).join(", ")}`);
  });
}

function recordsOf(text: string): number {
  const records = Number(text);
  if (Number.isSafeInteger(records) && records >= recordsMin) return records;
  throw new Error(`Cannot measure "${text}" records: a whole number from ${recordsMin} on is needed`);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\u001b[2K${text}\r`);
}
