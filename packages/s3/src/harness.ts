import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { extname } from "node:path";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Backend, Harness } from "@stowage/conformance";
import { makeClient } from "./client.ts";
import { s3 } from "./open.ts";
import { completeOptions, type S3ServerOptions } from "./options.ts";
import { removeBelow } from "./sweep.ts";

export interface S3HarnessOptions extends Omit<S3ServerOptions, "create" | "readonly"> {
  /**
   * Below which prefix of the bucket each case gets one of its own, `conformance-…`, so a store in the same place sees its
   * records while it runs. Nothing else there is touched. Default: the whole bucket.
   */
  readonly prefix?: string;
  /** Part of the titles. Default `"s3"`. */
  readonly name?: string;
}

// The sources run as they are, and a build runs its own output.
const module = new URL(`./index${extname(import.meta.url)}`, import.meta.url).href;

/**
 * How `@stowage/conformance` gets at this driver: for tests of the driver, and of a server under it. Credentials come from
 * where the AWS SDK looks, also in the child processes of a case.
 *
 * @throws StorageError INVALID_VALUE when an option is wrong. Whether the server answers shows when a backend is made.
 */
export function harness({ name = "s3", ...options }: S3HarnessOptions): Harness {
  const { prefix, timeoutMs } = completeOptions(options);
  // Made when it is needed, once: its idle connections don't keep the process alive.
  let client: Promise<S3Client> | undefined;
  return {
    name,
    async create() {
      client ??= makeClient(options, timeoutMs);
      const fresh = `${prefix}conformance-${randomBytes(8).toString("hex")}/`;
      return backendBelow(await client, { ...options, prefix: fresh });
    },
  };
}

function backendBelow(client: S3Client, options: S3ServerOptions & { readonly prefix: string }): Backend {
  const { bucket, prefix } = options;
  return {
    open: () => s3(options),
    process: { module, factory: "s3", options },
    plant: async (record, bytes) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + record, Body: bytes }));
    },
    destroy: async () => {
      const keys = await removeBelow(client, bucket, prefix);
      const left = keys.filter((key) => key.startsWith(`${prefix}.`));
      assert.deepEqual(left, [], "a probe left something behind");
    },
  };
}
