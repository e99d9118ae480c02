import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { S3ServerOptions } from "./options.ts";
import type { S3Sender } from "./sender.ts";

/** How many requests of a driver are under way at once. */
export const requestsMax = 64;

const regionDefault = "us-east-1";

/**
 * Repeats nothing by itself, and sets requests no time: what may be repeated, how a repeated write is told from another's, and
 * how long a text may take that is large, the driver knows.
 */
export async function makeClient(options: S3ServerOptions, timeoutMs: number): Promise<S3Client> {
  // The SDK heeds these two by itself, but then nothing would tell where the server is.
  const named = process.env["AWS_ENDPOINT_URL_S3"] || process.env["AWS_ENDPOINT_URL"] || undefined;
  const { endpoint = named, region } = options;
  const { forcePathStyle = endpoint !== undefined } = options;
  const make = (region: string | undefined): S3Client =>
    new S3Client({
      ...(endpoint !== undefined && { endpoint }),
      ...(region !== undefined && { region }),
      forcePathStyle,
      maxAttempts: 1,
      // A server that knows no checksums refuses or ignores them, and TCP, TLS, and the length are checked anyhow.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: new NodeHttpHandler({
        connectionTimeout: timeoutMs,
        httpAgent: new HttpAgent({ keepAlive: true, maxSockets: requestsMax }),
        httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: requestsMax }),
        logger: silent,
      }),
    });
  const client = make(region);
  if (region !== undefined || endpoint === undefined || (await hasRegion(client))) return client;
  client.destroy();
  return make(regionDefault);
}

/** `host:port` of the server, as far as the client tells. */
export async function hostOf({ config }: S3Sender): Promise<string> {
  const endpoint = await config?.endpoint?.();
  if (endpoint !== undefined) {
    return endpoint.port === undefined ? endpoint.hostname : `${endpoint.hostname}:${endpoint.port}`;
  }
  const region = typeof config?.region === "function" ? await config.region() : config?.region;
  return region === undefined ? "the endpoint of the client" : `s3.${region}.amazonaws.com`;
}

/** Whether the environment or the profile names a region. */
async function hasRegion(client: S3Client): Promise<boolean> {
  try {
    await client.config.region();
    return true;
  } catch {
    return false;
  }
}

const ignore = (): void => {};
const silent = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
