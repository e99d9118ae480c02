import { Store } from "@stowage/core";
import { redis } from "@stowage/redis";
import { type RedisServer, startRedis } from "stowage-servers";
import { Proxy } from "stowage-servers/proxy";
import { describeWithOwn } from "stowage-servers/test";
import {
  allBut,
  changeAll,
  changes,
  type ConnectionFault,
  connectionRows,
  type Outcomes,
  outcomesOf,
  reads,
  type Row,
  type Verb,
  type Verbs,
} from "stowage-servers/verbs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isScript, opener } from "./faulty.ts";
import { freshPrefix } from "./harness.ts";

/** What calls have that meet nothing but the fault, and those that it leaves alone after a while. */
const timeouts = { always: 4000, once: 8000 };
/** A call that takes much longer than its time has not ended. */
const limit = { timeout: 30_000 };

const isRead = (request: string): boolean => /^(get|mget|zrange|hget) /i.test(request);
const done = allBut(changes, "done");
const inDoubt = (applied: string): Outcomes => allBut(changes, `UNAVAILABLE, ${applied}, in doubt`);
/** Of all changes this one alone can't find out whether it was done. */
const lost: Outcomes = { ...done, "remove on a version": "UNAVAILABLE, applied, in doubt" };

const connections: readonly ConnectionFault[] = [
  ["a connection that is cut before the request arrives", "cut before", done, inDoubt("not applied")],
  ["a connection that is cut before the answer arrives", "cut after", lost, inDoubt("applied")],
  ["a connection that is cut in the middle of the request", { pass: 30 }, done, inDoubt("not applied")],
  ["a connection that is cut in the middle of the answer", { truncate: 1 }, lost, inDoubt("applied")],
  ["silence before the request arrives", "hang before", done, inDoubt("not applied")],
  ["silence in place of the answer", "hang after", lost, inDoubt("applied")],
  ["an answer that comes bit by bit", { trickle: 1, everyMs: 2 }, done, done],
];

/** What a server says that has done nothing, and that will do it in a moment. */
const passing: readonly string[] = [
  "LOADING Redis is loading the dataset in memory",
  "READONLY You can't write against a read only replica.",
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  "NOREPLICAS Not enough good replicas to write.",
  "CLUSTERDOWN The cluster is down",
  "TRYAGAIN Multiple keys request during rehashing of slot",
  "MOVED 1234 127.0.0.1:1",
  "ASK 1234 127.0.0.1:1",
  "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
  "ERR max number of clients reached",
];

/** What it says that has done nothing, and will not before somebody changes something. */
const lasting: readonly string[] = [
  "OOM command not allowed when used memory > 'maxmemory'.",
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
  "NOAUTH Authentication required.",
  "NOPERM this user has no permissions to run the 'evalsha' command",
];

/** For ever is the same for all answers of a kind, so one of them is tried with all verbs, and the others with this. */
const alone: Verbs = { write: changes["write"] as Verb };
const times = Infinity;
const refused = allBut(changes, "UNAVAILABLE, not applied");
const readsDone = allBut(reads, "done");
const loading = "LOADING Redis is loading the dataset in memory";

const table: readonly Row[] = [
  ...connectionRows(connections, { changes, isChange: isScript, isRead }),
  ...passing.flatMap((error, i): Row[] => {
    const verbs = i === 0 ? changes : alone;
    return [
      [`changes that are answered ${error} three times`, changes, { on: isScript, action: { error }, times: 3 }, done],
      [
        `${i === 0 ? "changes that are" : "a write that is"} answered ${error} for ever`,
        verbs,
        { on: isScript, action: { error }, times },
        allBut(verbs, "UNAVAILABLE, not applied"),
      ],
    ];
  }),
  ...lasting.map((error): Row => [
    `changes that are answered ${error}`,
    changes,
    { on: isScript, action: { error } },
    refused,
  ]),
  [
    `reads that are answered ${loading} three times`,
    reads,
    { on: isRead, action: { error: loading }, times: 3 },
    readsDone,
  ],
  [
    `reads that are answered ${loading} for ever`,
    reads,
    { on: isRead, action: { error: loading }, times },
    allBut(reads, "UNAVAILABLE"),
  ],
  [
    "changes that are answered NOSCRIPT, as after a failover",
    changes,
    { on: (request) => /^evalsha /i.test(request), action: { error: "NOSCRIPT No matching script" }, times },
    done,
  ],
];

await describeWithOwn("redis", "a fault of the network or of the server", () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis();
    // From now on the server knows the scripts: it would refuse the first of each, and a fault would befall that refusal.
    await using store = new Store(await redis({ url: server.url, prefix: freshPrefix() }));
    await changeAll(store);
  });
  afterAll(() => server?.stop());

  test.concurrent.for(table)("%s", limit, async ([, verbs, fault, expected], { onTestFinished }) => {
    const timeoutMs = timeouts[fault.times === Infinity ? "always" : "once"];
    // Each verb has a proxy and a store of its own, so that all can be tried at once.
    const found = await outcomesOf(verbs, async () => {
      const proxy = await Proxy.start("redis", server.node.port);
      onTestFinished(() => proxy.close());
      const prefix = freshPrefix();
      const [direct, store] = [server.node.port, proxy.port].map((port) =>
        opener(`redis://127.0.0.1:${port}`, { prefix, timeoutMs }, onTestFinished),
      ) as [() => Promise<Store>, () => Promise<Store>];
      return { direct: await direct(), store: await store(), arm: () => proxy.fault(fault) };
    });
    expect(found).toEqual(expected);
  });
});
