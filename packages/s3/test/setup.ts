import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { S3ServerOptions } from "@stowage/s3";

export { keysBelow, removeBelow } from "../src/sweep.ts";

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

const dropped =
  "Ceph acknowledges and drops a plain write or removal that meets a conditional write of the same object";
const unlisted = "Ceph leaves an object out of its listings whose write met a removal, though it can be read";

/** What the server of these tests does not keep, whatever client asks. */
export const knownGaps: Readonly<Record<string, string>> = Object.fromEntries([
  ...["UPDATE-022", "UPDATE-023", "LINEAR-016", "LINEAR-017", "LINEAR-019", "LINEAR-020"].map((id) => [id, dropped]),
  ...["LINEAR-003", "LINEAR-004", "LINEAR-011", "LINEAR-021"].map((id) => [id, unlisted]),
]);
