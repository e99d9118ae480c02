import { randomUUID } from "node:crypto";
import { DeleteObjectsCommand, GetObjectCommand, NoSuchKey, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { Cluster, Redis } from "ioredis";
import { parseUrl } from "../src/url.ts";

/** The servers that tests run against. */
export const serverKinds = ["redis", "cluster", "s3"] as const;
export type ServerKind = (typeof serverKinds)[number];

/** A place of its own on a server, for one test. In the end all that lies there is removed, by no code of ours. */
export class Scratch implements AsyncDisposable {
  /** Opens it as a store. */
  readonly url: string;
  readonly name: string = `stowage-test-${randomUUID()}`;
  readonly #kind: ServerKind;

  constructor(kind: ServerKind, server: { readonly url: string }) {
    this.#kind = kind;
    this.url = kind === "s3" ? this.#belowBucket(server.url) : this.with("prefix", this.name, server.url);
  }

  /** The URL with one more option. */
  with(option: string, value: string, url: string = this.url): string {
    return `${url}${url.includes("?") ? "&" : "?"}${option}=${encodeURIComponent(value)}`;
  }

  /** A URL of the same server with a user and a password that it does not know. */
  withPassword(password: string): string {
    return this.url.replace("//", `//me:${encodeURIComponent(password)}@`);
  }

  /** All that lies there, byte for byte, read by no code of ours. */
  async contents(): Promise<readonly (readonly [name: string, bytes: string])[]> {
    const found: [string, string][] = [];
    if (this.#kind === "s3") {
      await this.#eachPage(async (client, bucket, keys) => {
        for (const key of keys) {
          const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key })).catch(absent);
          if (Body !== undefined) found.push([key, await Body.transformToString("base64")]);
        }
      });
    } else {
      await this.#eachKey(async (client, key) => {
        const bytes = await client.dumpBuffer(key);
        if (bytes !== null) found.push([key, bytes.toString("base64")]);
      });
    }
    return found.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#kind !== "s3") return this.#eachKey((client, key) => client.unlink(key));
    await this.#eachPage(async (client, bucket, keys) => {
      const objects = keys.map((Key) => ({ Key }));
      await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects } }));
    });
  }

  #belowBucket(url: string): string {
    return url.replace(/^(s3:\/\/[^/?]+)[^?]*/, `$1/${this.name}`);
  }

  async #eachPage(
    body: (client: S3Client, bucket: string, keys: readonly string[]) => Promise<unknown>,
  ): Promise<void> {
    const { bucket, endpoint, region } = s3Of(this.url);
    const client = new S3Client({ endpoint, region, forcePathStyle: true });
    for await (const { Contents } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: this.name })) {
      const keys = (Contents ?? []).map(({ Key }) => Key as string);
      if (keys.length > 0) await body(client, bucket, keys);
    }
    client.destroy();
  }

  async #eachKey(body: (client: Cluster | Redis, key: string) => Promise<unknown>): Promise<void> {
    const { address } = parseUrl(this.url, { cwd: "/", home: "/" });
    const client = this.#kind === "cluster" ? new Cluster(nodesOf(address)) : new Redis(address);
    // A Cluster answers a SCAN for one node alone.
    if (client instanceof Cluster) await client.ping();
    const nodes = client instanceof Cluster ? client.nodes("master") : [client];
    for (const node of nodes) {
      for await (const keys of node.scanStream({ match: `{${this.name}*`, count: 1000 })) {
        for (const key of keys as string[]) await body(client, key);
      }
    }
    client.disconnect();
  }
}

/** Of what was listed and is gone by now, nothing is there. */
function absent(error: unknown): { readonly Body?: never } {
  if (error instanceof NoSuchKey) return {};
  throw error;
}

/** The parts of a URL of S3, as tests make them. */
export function s3Of(url: string): { readonly bucket: string; readonly endpoint: string; readonly region: string } {
  const { host, searchParams } = new URL(url);
  return { bucket: host, endpoint: String(searchParams.get("endpoint")), region: String(searchParams.get("region")) };
}

function nodesOf(address: string): { host: string; port: number }[] {
  return address
    .replace(/^redis:\/\//, "")
    .split(",")
    .map((node) => ({ host: node.split(":")[0] as string, port: Number(node.split(":")[1]) }));
}
