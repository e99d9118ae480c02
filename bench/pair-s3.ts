import { randomBytes } from "node:crypto";

import { DeleteObjectsCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { s3 } from "@stowage/s3";
import { ensure, startS3 } from "stowage-servers";

import type { LargeContender, ServerPair, Side } from "./contender.ts";
import { RawS3 } from "./raw-s3.ts";
import { StowageContender } from "./stowage.ts";
import { Wire } from "./wire.ts";

interface Bucket {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Absent for a server that was there before. */
  readonly stop?: () => Promise<void>;
}

/** The bucket S3_BUCKET of S3_ENDPOINT, or one on a server of our own. A request takes milliseconds, so few are made. */
export async function s3Pair(): Promise<ServerPair> {
  const { endpoint, region, bucket, stop } = await bucketOf();
  const root = `bench-${randomBytes(6).toString("hex")}`;
  const { protocol, hostname, port } = new URL(endpoint);
  const wire =
    protocol === "http:" ? await Wire.start("http", [{ host: hostname, port: Number(port || 80) }]) : undefined;
  const open = (side: Side, prefix: string, endpoint: string): Promise<LargeContender> => {
    if (side === "raw") return Promise.resolve(new RawS3(clientOf(endpoint, region), bucket, prefix));
    return StowageContender.open((prefix) => s3({ endpoint, region, bucket, prefix }), prefix);
  };
  return {
    name: "s3",
    scale: 0.1,
    rounds: 3,
    place: (label) => `${root}/${label}`,
    open: (side, prefix) => open(side, prefix, endpoint),
    ...(wire !== undefined && {
      counted: { wire, open: (side, prefix) => open(side, prefix, `http://127.0.0.1:${wire.ports[0]}`) },
    }),
    end: async () => {
      wire?.close();
      if (stop === undefined) await removeAll(clientOf(endpoint, region), bucket, `${root}/`);
      else await stop();
    },
  };
}

async function bucketOf(): Promise<Bucket> {
  const { env } = process;
  const endpoint = env["S3_ENDPOINT"];
  if (endpoint !== undefined) {
    return { endpoint, region: env["AWS_REGION"] ?? "us-east-1", bucket: env["S3_BUCKET"] ?? "stowage" };
  }
  const ensured = await ensure("s3");
  if (!ensured.ok) throw new Error(`Cannot measure "s3": ${ensured.missing}`);
  const server = await startS3();
  // Both sides find them where they always look.
  env["AWS_ACCESS_KEY_ID"] = server.accessKeyId;
  env["AWS_SECRET_ACCESS_KEY"] = server.secretAccessKey;
  return server;
}

function clientOf(endpoint: string, region: string): S3Client {
  return new S3Client({ endpoint, region, forcePathStyle: true });
}

async function removeAll(client: S3Client, bucket: string, prefix: string): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    const Objects = Contents.map(({ Key }) => ({ Key: Key as string }));
    if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
  }
  client.destroy();
}
