import { PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { type CaseResult, cases, type Harness, runCases } from "@stowage/conformance";
import { diagnose, gradeOf } from "@stowage/conformance/report";
import { s3 } from "@stowage/s3";
import { harness } from "@stowage/s3/harness";
import type { S3Server } from "stowage-servers";
import { Proxy } from "stowage-servers/proxy";
import { describeWithOwn } from "stowage-servers/test";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { startOwn } from "./own.ts";
import { clientFor } from "./setup.ts";

// What a server is that ignores conditions: a real one, which never hears of them.

/** What is said of conditions and of changes that come between, and enough of the rest. Without child processes: these find out for themselves. */
const only = cases.filter(({ id }) => /^(?:VERSION|UPDATE|RECORD-00\d)/.test(id)).map(({ id }) => id);

/** Those of them that let writers race: they show no more than one writer does, and take long. */
const races = /^VERSION-(?:02[6-9]|049)$|^UPDATE-/;

await describeWithOwn("s3", "a server that ignores If-Match and If-None-Match", () => {
  let server: S3Server;

  beforeAll(async () => {
    server = await startOwn();
    const { bucket } = server;
    const client = clientFor(server);
    // Without its conditions a request is signed no more, so the server must take it from anybody.
    const statement = {
      Effect: "Allow",
      Principal: "*",
      Action: "s3:*",
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    client.destroy();
  }, 60_000);

  async function through(): Promise<{ readonly proxy: Proxy; readonly target: Harness; readonly host: string }> {
    const proxy = await Proxy.start("http", server.gateway.port);
    onTestFinished(() => proxy.close());
    const { bucket, region } = server;
    const host = `127.0.0.1:${proxy.port}`;
    return { proxy, host, target: harness({ bucket, region, endpoint: `http://${host}` }) };
  }

  function dropConditions(proxy: Proxy): void {
    const without = ["if-match", "if-none-match", "authorization"];
    proxy.fault({ on: (request) => /^if-(none-)?match:/im.test(request), action: { without }, times: Infinity });
  }

  function idsOf(results: readonly CaseResult[], status: CaseResult["status"]): readonly string[] {
    return results.filter((result) => result.status === status).map(({ id }) => id);
  }

  test("is found out when a store is opened, which then refuses conditions and says why, and passes for what it is", async () => {
    const { proxy, target, host } = await through();
    dropConditions(proxy);
    const results = await runCases(target, { only, concurrency: 8 });
    expect(idsOf(results, "failed")).toEqual([]);
    expect(idsOf(results, "skipped")).toEqual(expect.arrayContaining(["VERSION-011", "VERSION-026", "UPDATE-013"]));
    const backend = await target.create();
    const driver = await backend.open();
    const { capabilities, refusals, notices } = driver;
    await driver.close?.();
    await backend.destroy();
    const problem = new RegExp(`^the server at ${host}( \\(\\S+\\))? accepts If-None-Match and ignores it`);
    expect(refusals?.compareAndSwap).toMatch(problem);
    expect(notices).toEqual([expect.stringMatching(problem)]);
    expect(diagnose(results, refusals).map(({ sentence }) => sentence)).toEqual([
      `It refuses updates and conditions, since ${refusals?.compareAndSwap}.`,
    ]);
    expect(gradeOf(capabilities, results).level).not.toBe("concurrent");
  });

  test("is told apart by the cases about versions, where a store claims conditions over it all the same", async () => {
    const { proxy, target } = await through();
    // Found honest once, a server is believed for as long as the process lives.
    const backend = await target.create();
    const first = await s3({ ...(backend.process?.options as Parameters<typeof s3>[0]) });
    expect(first.capabilities.compareAndSwap).toBe("store");
    await first.close?.();
    await backend.destroy();
    dropConditions(proxy);
    const results = await runCases(target, { only: only.filter((id) => !races.test(id)), concurrency: 8 });
    const failed = idsOf(results, "failed");
    expect(failed).toEqual(expect.arrayContaining(["VERSION-011", "VERSION-012"]));
    expect(failed.filter((id) => id.startsWith("RECORD-"))).toEqual([]);
    const [diagnosis, ...others] = diagnose(results, first.refusals);
    expect(others).toEqual([]);
    expect(diagnosis?.sentence).toBe(
      "It overwrites although the record has changed: conditions are accepted and ignored, so one writer undoes another's work.",
    );
  });
});
