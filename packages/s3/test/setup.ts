import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import type { Backend, Harness } from "@stowage/conformance";
import { parallel } from "@stowage/core";
import { s3, type S3ServerOptions } from "@stowage/s3";

const module = new URL("../src/index.ts", import.meta.url).href;

/** The options of the factory for a URL of a started server, `s3://BUCKET?endpoint=…&region=…`. */
export function optionsOf(url: string): S3ServerOptions {
  const { host, searchParams } = new URL(url);
  return { bucket: host, ...(Object.fromEntries(searchParams) as { endpoint: string; region: string }) };
}

/** What a client needs to find a server. */
export function clientOptions({ endpoint = "", region = "" }: S3ServerOptions): S3ClientConfig {
  return { endpoint, region, forcePathStyle: true };
}

/** A client like any other's, for what goes past the driver. */
export function clientFor(server: S3ServerOptions): S3Client {
  return new S3Client(clientOptions(server));
}

/** All keys of a bucket below a prefix. */
export async function keysBelow(client: S3Client, Bucket: string, Prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for (let token: string | undefined, more = true; more;) {
    const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken: token }));
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key as string));
    token = page.NextContinuationToken;
    more = page.IsTruncated === true;
  }
  return keys;
}

/** Empties a bucket below a prefix. Keys with characters that XML has none for can't be said in a request for many. */
export async function removeBelow(client: S3Client, Bucket: string, prefix: string): Promise<void> {
  const keys = await keysBelow(client, Bucket, prefix);
  const [single, many] = [true, false].map((is) => keys.filter((key) => /[\uFFFE\uFFFF]/.test(key) === is));
  await parallel(single as string[], 32, (Key) => client.send(new DeleteObjectCommand({ Bucket, Key })));
  for (let rest = many as string[]; rest.length > 0; rest = rest.slice(1000)) {
    const Objects = rest.slice(0, 1000).map((Key) => ({ Key }));
    const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    assert.deepEqual(Errors, []);
  }
}

/** A fresh prefix of a bucket, each handle with a client of its own. */
export function prefixHarness(name: string, options: S3ServerOptions): Harness {
  const client = clientFor(options);
  return { name, create: async () => prefixBackend(client, options) };
}

function prefixBackend(client: S3Client, { bucket, ...server }: S3ServerOptions): Backend {
  const prefix = `test-${randomBytes(8).toString("hex")}/`;
  const options: S3ServerOptions = { bucket, prefix, ...server };
  return {
    open: () => s3(options),
    process: { module, factory: "s3", options },
    plant: async (record, bytes) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + record, Body: bytes }));
    },
    destroy: async () => {
      const left = (await keysBelow(client, bucket, prefix)).filter((key) => key.startsWith(`${prefix}.`));
      assert.deepEqual(left, [], "a probe left something behind");
      await removeBelow(client, bucket, prefix);
    },
  };
}
