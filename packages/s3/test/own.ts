import { randomBytes } from "node:crypto";
import { Store } from "@stowage/core";
import { s3, type S3ServerOptions } from "@stowage/s3";
import { type S3Options, type S3Server, startS3 } from "stowage-servers";
import { afterAll, onTestFinished, vi } from "vitest";

/** Starts a server for one test file, with its credentials where clients look for them. */
export async function startOwn(options?: S3Options): Promise<S3Server> {
  const server = await startS3(options);
  vi.stubEnv("AWS_ACCESS_KEY_ID", server.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", server.secretAccessKey);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });
  return server;
}

/**
 * A function that opens one store any number of times, by a driver of its own each time; all are closed after the test.
 *
 * @param port - where to find the server, or what stands before it.
 * @param onFinished - that of the test's context, where tests run at the same time.
 */
export function opener(
  { bucket, region }: S3Server,
  port: number,
  options: Partial<S3ServerOptions> = {},
  onFinished: typeof onTestFinished = onTestFinished,
): () => Promise<Store> {
  const prefix = `test-${randomBytes(6).toString("hex")}`;
  return async () => {
    const store = new Store(await s3({ bucket, region, prefix, endpoint: `http://127.0.0.1:${port}`, ...options }));
    onFinished(() => store.close());
    return store;
  };
}
