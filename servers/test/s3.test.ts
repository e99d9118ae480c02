import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, it } from "vitest";
import { startS3, type S3Server } from "../index.ts";
import { describeInstalled } from "./setup.ts";
import { remains, tracesOf } from "./traces.ts";

await describeInstalled("s3", "s3", () => {
  it("has an empty bucket, checks secrets, and leaves nothing", async () => {
    const server = await startS3();
    const traces = tracesOf(server);
    expect(traces.pids).toHaveLength(3);
    const url = new URL(server.url);
    expect(url.host).toBe("stowage");
    expect(url.searchParams.get("endpoint")).toBe(server.endpoint);
    await using client = clientOf(server);
    const { Buckets } = await client.s3.send(new ListBucketsCommand());
    expect(Buckets?.map(({ Name }) => Name)).toEqual(["stowage"]);
    await using stranger = clientOf({ ...server, secretAccessKey: "wrong" });
    await expect(stranger.s3.send(new ListBucketsCommand())).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
    });
    await server.stop();
    expect(remains(traces)).toEqual([]);
  });

  it("goes on after a crash of each of its daemons", async () => {
    const server = await startS3({ store: "bluestore" });
    await using client = clientOf(server);
    await client.s3.send(new PutObjectCommand({ Bucket: server.bucket, Key: "key", Body: "value" }));
    for (const daemon of [server.gateway, server.monitor, ...server.osds]) {
      await daemon.kill();
      await daemon.start();
      const { Body } = await client.s3.send(new GetObjectCommand({ Bucket: server.bucket, Key: "key" }));
      expect(await Body?.transformToString()).toBe("value");
    }
    await server.stop();
  });
});

function clientOf({ endpoint, region, accessKeyId, secretAccessKey }: S3Server): { s3: S3Client } & AsyncDisposable {
  const s3 = new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });
  return { s3, [Symbol.asyncDispose]: async () => s3.destroy() };
}
