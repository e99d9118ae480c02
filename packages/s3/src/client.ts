import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { StorageError } from "@stowage/core";
import { endpointProblem, type S3ServerOptions } from "./options.ts";
import type { S3Sender } from "./sender.ts";

/** How many requests of a driver are under way at once. */
export const requestsMax = 64;

const regionDefault = "us-east-1";

/**
 * Repeats nothing by itself, and sets requests no time: what may be repeated, how a repeated write is told from another's, and
 * how long a text may take that is large, the driver knows.
 *
 * @throws StorageError INVALID_VALUE when the environment names a server by what is no URL.
 */
export async function makeClient(options: S3ServerOptions, timeoutMs: number): Promise<S3Client> {
  const { endpoint = endpointNamed(), region } = options;
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

/** What the environment says of the server. The SDK heeds it by itself, but then nothing would tell where the server is. */
function endpointNamed(): string | undefined {
  const name = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].find((name) => process.env[name]);
  if (name === undefined) return undefined;
  const problem = endpointProblem(process.env[name]);
  if (problem === undefined) return process.env[name];
  throw new StorageError({
    code: "INVALID_VALUE",
    verb: "open",
    what: "a store of s3",
    detail: `${name} ${problem}`,
    driver: "s3",
  });
}

/** Where a server is. */
export interface Address {
  /** `host:port`, for messages. */
  readonly host: string;
  /** Protocol, host, and path; `undefined` where a client does not tell. */
  readonly url: string | undefined;
}

/** The address of a client's server, as far as the client tells. */
export async function addressOf({ config }: S3Sender): Promise<Address> {
  const endpoint = await config?.endpoint?.();
  if (endpoint !== undefined) {
    const { protocol = "https:", hostname, port, path = "/" } = endpoint;
    const host = port === undefined ? hostname : `${hostname}:${port}`;
    return { host, url: `${protocol}//${host}${path.replace(/\/$/, "")}` };
  }
  const region = typeof config?.region === "function" ? await config.region() : config?.region;
  if (region === undefined) return { host: "the endpoint of the client", url: undefined };
  const host = `s3.${region}.amazonaws.com`;
  return { host, url: `https://${host}` };
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
