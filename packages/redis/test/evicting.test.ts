import { runCases } from "@stowage/conformance";
import { diagnose, gradeOf } from "@stowage/conformance/report";
import { redis } from "@stowage/redis";
import { harness } from "@stowage/redis/harness";
import { type RedisServer, startRedis } from "stowage-servers";
import { describeWithOwn } from "stowage-servers/test";
import { afterAll, beforeAll, expect, test } from "vitest";

await describeWithOwn("redis", "a server that drops records when its memory is full", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ args: ["--maxmemory", "7mb", "--maxmemory-policy", "allkeys-lru"] });
  });
  afterAll(() => server?.stop());

  test("is refused, unless it is allowed", async () => {
    await expect(redis({ url: server.url })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining("the server may drop records: its maxmemory-policy is allkeys-lru"),
    });
  });

  test("is told apart by the case about many records, and is durable in no report", async () => {
    const target = harness({ url: server.url, allowEviction: true });
    const results = await runCases(target, { only: ["KEEP-001", "RECORD-001", "LIST-001"] });
    expect(results.map(({ id, status }) => [id, status])).toEqual(
      expect.arrayContaining([
        ["KEEP-001", "failed"],
        ["RECORD-001", "passed"],
        ["LIST-001", "passed"],
      ]),
    );
    expect(diagnose(results)).toEqual([
      {
        cases: ["KEEP-001"],
        sentence: expect.stringContaining("It drops records while others are written, as a cache does"),
      },
    ]);
    const backend = await target.create();
    const driver = await backend.open();
    expect(driver.notices).toContain("the server may drop records: its maxmemory-policy is allkeys-lru");
    expect(gradeOf(driver.capabilities, results).level).toBe("core");
    await driver.close?.();
    await backend.destroy();
  });
});
