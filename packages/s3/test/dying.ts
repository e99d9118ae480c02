import type { Driver } from "@stowage/core";
import { s3, type S3ServerOptions } from "@stowage/s3";
import { type Death, startDeadly } from "stowage-servers/deadly";

interface DyingOptions extends S3ServerOptions {
  readonly endpoint: string;
  readonly death: Death;
}

/** Opens a store by way of a proxy that kills this process. What a child process of the crash tests is told to open. */
export async function dyingS3({ death, endpoint, ...options }: DyingOptions): Promise<Driver> {
  const port = await startDeadly("http", Number(new URL(endpoint).port), death);
  return s3({ ...options, endpoint: `http://127.0.0.1:${port}` });
}
