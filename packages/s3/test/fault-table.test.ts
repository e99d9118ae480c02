import { randomBytes } from "node:crypto";
import type { Store } from "@stowage/core";
import type { S3Server } from "stowage-servers";
import { type Action, Proxy } from "stowage-servers/proxy";
import { describeWithOwn } from "stowage-servers/test";
import {
  allBut,
  changes as allChanges,
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
import { xmlError } from "./fake-xml.ts";
import { opener, startOwn } from "./own.ts";

/** What calls have that meet nothing but the fault, and those that it leaves alone after a while. */
const timeouts = { always: 4000, once: 12_000 };
/** A call that takes much longer than its time has not ended. */
const limit = { timeout: 30_000 };

// There are no atomic batches, and this gateway has no conditions on a DELETE.
const { "atomic batch": _, "remove on a version": __, ...changes } = allChanges;
const { creation, update, "write on a version": write } = changes;
const conditional: Verbs = { creation, update, "write on a version": write } as Verbs;
const isWrite = (request: string): boolean => /^(PUT|POST|DELETE) /.test(request);
const isRead = (request: string): boolean => /^(GET|HEAD) /.test(request);
const done = allBut(changes, "done");
const readsDone = allBut(reads, "done");
const inDoubt = (applied: string): Outcomes => allBut(changes, `UNAVAILABLE, ${applied}, in doubt`);
const refused = (code: string): Outcomes => allBut(changes, `${code}, not applied`);

const connections: readonly ConnectionFault[] = [
  ["a connection that is cut before the request arrives", "cut before", done, inDoubt("not applied")],
  ["a connection that is cut before the answer arrives", "cut after", done, inDoubt("applied")],
  ["a connection that is cut in the middle of the request", { pass: 30 }, done, inDoubt("not applied")],
  ["a connection that is cut in the middle of the answer", { truncate: 20 }, done, inDoubt("applied")],
  ["silence before the request arrives", "hang before", done, inDoubt("not applied")],
  ["silence in place of the answer", "hang after", done, inDoubt("applied")],
  ["an answer that comes bit by bit", { trickle: 50, everyMs: 2 }, done, done],
];

function saying(status: number, code?: string, when: "before" | "after" = "before"): Action {
  return { answer: { status, ...(code !== undefined && { body: xmlError(code) }) }, when };
}

/** What a server says that has done nothing, and that will do it in a moment. */
const passing: readonly (readonly [status: number, code?: string])[] = [
  [503, "SlowDown"],
  [429, "TooManyRequests"],
  [429],
  [409, "ConditionalRequestConflict"],
  [409, "OperationAborted"],
  [400, "RequestTimeout"],
];

/** What it says, or a gateway before it, of which nobody can tell whether it has done it. */
const unclear: readonly (readonly [status: number, code?: string])[] = [
  [500, "InternalError"],
  [502],
  [503, "ServiceUnavailable"],
  [504],
  [408],
];

/** What it says that has done nothing, and will not before somebody changes something. */
const lasting: readonly (readonly [status: number, code: string | undefined, outcome: string])[] = [
  [403, "ExpiredToken", "UNAVAILABLE"],
  [403, "AccessDenied", "UNAVAILABLE"],
  [403, undefined, "UNAVAILABLE"],
];

/** For ever is the same for all answers of a kind, so one of them is tried with all verbs, and the others with this. */
const alone: Verbs = { write: changes["write"] as Verb };
const wordOf = (verbs: Verbs): string => (verbs === alone ? "a write that is" : "changes that are");
const times = Infinity;

const table: readonly Row[] = [
  ...connectionRows(connections, { changes, isChange: isWrite, isRead }),
  ...passing.flatMap(([status, code = ""], i): Row[] => {
    const verbs = i === 0 ? changes : alone;
    const action = saying(status, code || undefined);
    return [
      [`changes that are answered ${status} ${code} twice`, changes, { on: isWrite, action, times: 2 }, done],
      [
        `${wordOf(verbs)} answered ${status} ${code} for ever`,
        verbs,
        { on: isWrite, action, times },
        allBut(verbs, "UNAVAILABLE, not applied"),
      ],
    ];
  }),
  ...unclear.flatMap(([status, code = ""], i): Row[] => {
    const verbs = i === 0 ? changes : alone;
    const [before, after] = [saying(status, code || undefined), saying(status, code || undefined, "after")];
    return [
      [`changes that are answered ${status} ${code} and not done`, changes, { on: isWrite, action: before }, done],
      [`changes that are answered ${status} ${code} and done`, changes, { on: isWrite, action: after }, done],
      [
        `${wordOf(verbs)} answered ${status} ${code} for ever and not done`,
        verbs,
        { on: isWrite, action: before, times },
        allBut(verbs, "UNAVAILABLE, not applied, in doubt"),
      ],
      [
        `${wordOf(verbs)} answered ${status} ${code} for ever and done`,
        verbs,
        { on: isWrite, action: after, times },
        allBut(verbs, "UNAVAILABLE, applied, in doubt"),
      ],
    ];
  }),
  ...lasting.map(([status, code = "", outcome]): Row => {
    const action = saying(status, code || undefined);
    return [`changes that are answered ${status} ${code}`, changes, { on: isWrite, action }, refused(outcome)];
  }),
  ["reads that are answered 502", reads, { on: isRead, action: saying(502), times: 2 }, readsDone],
  ["reads that are answered 503 SlowDown", reads, { on: isRead, action: saying(503, "SlowDown"), times: 2 }, readsDone],
  // The condition holds: another writer was in the way, or this one itself.
  [
    "changes on a condition that are answered 412 and not done",
    conditional,
    { on: isWrite, action: saying(412, "PreconditionFailed") },
    allBut(conditional, "done"),
  ],
  [
    "changes on a condition that are answered 412 and done",
    conditional,
    { on: isWrite, action: saying(412, "PreconditionFailed", "after") },
    allBut(conditional, "done"),
  ],
  [
    "changes on a condition that are answered 412 for ever",
    conditional,
    { on: isWrite, action: saying(412, "PreconditionFailed"), times },
    allBut(conditional, "UNAVAILABLE, not applied"),
  ],
];

await describeWithOwn("s3", "a fault of the network or of the server", () => {
  let server: S3Server;
  /** All that were started, and those that nobody uses: a store probes each anew that it does not know. */
  const proxies: Proxy[] = [];
  const idle: Proxy[] = [];

  beforeAll(async () => {
    server = await startOwn();
  }, 60_000);
  afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));

  async function startProxy(): Promise<Proxy> {
    const proxy = await Proxy.start("http", server.gateway.port);
    proxies.push(proxy);
    return proxy;
  }

  test.concurrent.for(table)("%s", limit, async ([, verbs, fault, expected], { onTestFinished }) => {
    const timeoutMs = timeouts[fault.times === Infinity ? "always" : "once"];
    // Each verb has a proxy and a store of its own, so that all can be tried at once.
    const found = await outcomesOf(verbs, async () => {
      const proxy = idle.pop() ?? (await startProxy());
      onTestFinished(() => void idle.push(proxy));
      const prefix = `test-${randomBytes(6).toString("hex")}`;
      const [direct, store] = [server.gateway.port, proxy.port].map((port) =>
        opener(server, port, { prefix, timeoutMs }, onTestFinished),
      ) as [() => Promise<Store>, () => Promise<Store>];
      return { direct: await direct(), store: await store(), arm: () => proxy.fault(fault) };
    });
    expect(found).toEqual(expected);
  });
});
