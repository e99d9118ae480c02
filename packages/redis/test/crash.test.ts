import { conformance } from "@stowage/conformance";
import { harness } from "@stowage/redis/harness";
import { type RedisServer, startRedis } from "stowage-servers";
import { describeWithOwn } from "stowage-servers/test";
import { afterAll, beforeAll, describe, it } from "vitest";
import { redisCrashCases } from "./crash-points.ts";

const only = redisCrashCases.map(({ id }) => id);

await describeWithOwn("redis", "a process that is killed", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  for (const shards of [1, 8]) {
    // Made when the server is there, which it is not while tests are registered.
    const create = () => harness({ url: server.url, shards }).create();
    conformance({ name: `redis of ${shards} shards`, create, cases: redisCrashCases }, { describe, it }, { only });
  }
});
