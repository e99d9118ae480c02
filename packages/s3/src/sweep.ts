import assert from "node:assert/strict";
import { DeleteObjectCommand, DeleteObjectsCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { parallel } from "@stowage/core";

// What lies in a bucket past the driver, for those who test it.

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

/**
 * Empties a bucket below a prefix, and resolves to the keys that were there. Keys with characters that XML has none for can't
 * be said in a request for many.
 */
export async function removeBelow(client: S3Client, Bucket: string, prefix: string): Promise<string[]> {
  const keys = await keysBelow(client, Bucket, prefix);
  const [single, many] = [true, false].map((is) => keys.filter((key) => /[\uFFFE\uFFFF]/.test(key) === is));
  await parallel(single as string[], 32, (Key) => client.send(new DeleteObjectCommand({ Bucket, Key })));
  for (let rest = many as string[]; rest.length > 0; rest = rest.slice(1000)) {
    const Objects = rest.slice(0, 1000).map((Key) => ({ Key }));
    const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    assert.deepEqual(Errors, []);
  }
  return keys;
}
