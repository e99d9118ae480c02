// `pnpm servers up|down|status`: servers for people, which run on until they are ended.
import { parseArgs } from "node:util";
import { likelySpelling } from "@stowage/core";
import { ensure } from "./ensure.ts";
import { type Kind, type Server, startRedis, startRedisCluster, startRedisSentinel, startS3 } from "./index.ts";
import { end, isRunning, keep, readRecord, type ServerRecord } from "./record.ts";

const usage = `usage: pnpm servers up|down|status [redis] [cluster] [sentinel] [s3]

up      starts servers on loopback that run until "down"; default: redis cluster s3
        eval "$(npx --yes pnpm@12 --silent servers up)" tells this shell, and so the tests, to use them
down    ends what "up" started, with its data; default: all
status  says what runs; default: all`;

const kinds: readonly Kind[] = ["redis", "cluster", "sentinel", "s3"];

interface Started {
  readonly server: Server;
  readonly environment: Readonly<Record<string, string>>;
}

const starters: Readonly<Record<Kind, () => Promise<Started>>> = {
  redis: () => startedAs("REDIS_URL", startRedis()),
  cluster: () => startedAs("REDIS_CLUSTER_URL", startRedisCluster()),
  sentinel: () => startedAs("REDIS_SENTINEL_URL", startRedisSentinel()),
  s3: async () => {
    const server = await startS3();
    const environment = {
      S3_ENDPOINT: server.endpoint,
      S3_BUCKET: server.bucket,
      AWS_REGION: server.region,
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    };
    return { server, environment };
  },
};

async function startedAs(variable: string, starting: Promise<Server>): Promise<Started> {
  const server = await starting;
  return { server, environment: { [variable]: server.url } };
}

/** The lines that tell a shell of a server. */
async function up(kind: Kind): Promise<string[]> {
  const { environment } = await findOrStart(kind);
  return Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
}

async function findOrStart(kind: Kind): Promise<ServerRecord> {
  const record = readRecord(kind);
  if (record?.processes.every(isRunning) === true) return record;
  if (record !== undefined) await end(record);
  const ensured = await ensure(kind === "s3" ? "s3" : "redis");
  if (!ensured.ok) throw new Error(`Cannot start ${kind}: ${ensured.missing}`);
  const { server, environment } = await starters[kind]();
  return keep(server, environment);
}

async function down(kind: Kind): Promise<string[]> {
  const record = readRecord(kind);
  if (record === undefined) return [];
  await end(record);
  return [`${kind} ended`];
}

async function status(kind: Kind): Promise<string[]> {
  const record = readRecord(kind);
  if (record === undefined) return [`${kind}: not started`];
  const processes = record.processes.map((one) => {
    const port = one.port === 0 ? "" : `, port ${one.port}`;
    return `  ${one.name}: ${isRunning(one) ? "runs" : "ended"}, pid ${one.pid}${port}`;
  });
  return [`${kind}: ${record.url} in ${record.folder}`, ...processes];
}

function wordOf<T extends string>(word: string, known: readonly T[]): T {
  const found = known.find((one) => one === word);
  if (found !== undefined) return found;
  const likely = likelySpelling(word, known);
  throw new Error(`Cannot run "${word}": ${likely === undefined ? usage : `did you mean "${likely}"`}`);
}

interface Verb {
  /** What it prints about one kind. */
  readonly act: (kind: Kind) => Promise<string[]>;
  readonly kinds: readonly Kind[];
}

const verbs: Readonly<Record<string, Verb>> = {
  up: { act: up, kinds: ["redis", "cluster", "s3"] },
  down: { act: down, kinds },
  status: { act: status, kinds },
};

/** Does the same for several kinds at once, and for the others where one fails. */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h", default: false } },
  });
  const [first, ...rest] = positionals;
  if (values.help) return console.log(usage);
  if (first === undefined) throw new Error(usage);
  const { act, kinds: usual } = verbs[wordOf(first, Object.keys(verbs))] as Verb;
  const named = rest.map((word) => wordOf(word, kinds));
  const results = await Promise.allSettled((named.length > 0 ? named : usual).map(act));
  for (const result of results) {
    if (result.status === "fulfilled") for (const line of result.value) console.log(line);
    else fail(result.reason);
  }
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  fail(error);
}
