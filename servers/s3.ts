import { randomBytes } from "node:crypto";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { type Credentials, makeUser, startGateway, startMonitor, startOsd } from "./ceph.ts";
import { writeSettings } from "./ceph-settings.ts";
import { s3Url } from "./given.ts";
import { inGroup } from "./group.ts";
import { onFreePorts } from "./ports.ts";
import type { S3Options, S3Server } from "./types.ts";

const region = "us-east-1";
const bucket = "stowage";

/** Starts a Ceph cluster on loopback with an S3 gateway, a user of its own, and the empty bucket `stowage`. */
export function startS3(options: S3Options = {}): Promise<S3Server> {
  const { osds: count = 1, store = "memstore" } = options;
  return onFreePorts(2, ([monitorPort, gatewayPort]) =>
    inGroup("s3", async (group) => {
      const ceph = {
        group,
        monitorPort: monitorPort as number,
        gatewayPort: gatewayPort as number,
        osds: count,
        store,
      };
      const monitor = await startMonitor(ceph, writeSettings(ceph));
      const osds = await Promise.all(Array.from({ length: count }, (_, id) => startOsd(ceph, id)));
      const credentials = { accessKeyId: "stowage", secretAccessKey: randomBytes(20).toString("hex") };
      await makeUser(ceph, credentials);
      const gateway = await startGateway(ceph);
      const endpoint = `http://127.0.0.1:${gatewayPort}`;
      await makeBucket(endpoint, credentials);
      return {
        ...group.server("s3", s3Url(bucket, endpoint, region)),
        endpoint,
        region,
        bucket,
        ...credentials,
        gateway,
        osds,
        monitor,
      };
    }),
  );
}

async function makeBucket(endpoint: string, credentials: Credentials): Promise<void> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } finally {
    client.destroy();
  }
}
