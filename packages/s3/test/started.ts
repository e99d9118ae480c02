import { randomBytes } from "node:crypto";
import { Store } from "@stowage/core";
import { s3, type S3Options, type S3ServerOptions } from "@stowage/s3";
import { onTestFinished } from "vitest";
import { type Behaviour, FakeS3 } from "./fake.ts";
import { clientFor, removeBelow } from "./setup.ts";

// What a test starts and opens ends with it.

// A fake takes any.
process.env["AWS_ACCESS_KEY_ID"] ??= "fake";
process.env["AWS_SECRET_ACCESS_KEY"] ??= "fake";

export async function startFake(behaviour: Behaviour = {}): Promise<FakeS3> {
  const fake = await FakeS3.start(behaviour);
  onTestFinished(() => fake.stop());
  return fake;
}

export async function openStore(options: S3Options): Promise<Store> {
  const store = new Store(await s3(options));
  onTestFinished(() => store.close());
  return store;
}

/** A prefix that nobody else has, emptied afterwards. */
export function freshPrefix(server: S3ServerOptions): string {
  const prefix = `test-${randomBytes(8).toString("hex")}/`;
  onTestFinished(async () => {
    const client = clientFor(server);
    await removeBelow(client, server.bucket, prefix);
    client.destroy();
  });
  return prefix;
}
