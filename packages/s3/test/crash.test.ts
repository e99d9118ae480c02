import { conformance } from "@stowage/conformance";
import { harness } from "@stowage/s3/harness";
import type { S3Server } from "stowage-servers";
import { describeWithOwn } from "stowage-servers/test";
import { beforeAll, describe, it } from "vitest";
import { s3CrashCases } from "./crash-points.ts";
import { startOwn } from "./own.ts";

const only = s3CrashCases.map(({ id }) => id);

await describeWithOwn("s3", "a process that is killed", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startOwn();
  }, 60_000);

  // Made when the server is there, which it is not while tests are registered.
  const create = () => {
    const { bucket, endpoint, region } = server;
    return harness({ bucket, endpoint, region }).create();
  };
  conformance({ name: "s3", create, cases: s3CrashCases }, { describe, it }, { only });
});
