import {
  CopyObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type Key, parallel } from "@stowage/core";

import type { LargeContender, PageOptions } from "./contender.ts";
import type { Item } from "./workload.ts";

const pageSize = 1_000;
const requestsAtOnce = 32;

/**
 * The AWS SDK by hand: an object for each record, listings page by page, and 32 requests at once where there are many.
 * Nothing is written on a condition, so two processes can undo each other's updates.
 */
export class RawS3 implements LargeContender {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #place: string;

  constructor(client: S3Client, bucket: string, place: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#place = place;
  }

  async write({ key, value }: Item): Promise<void> {
    await this.#client.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: this.#object(key),
        Body: JSON.stringify(value, null, 2),
        ContentType: "application/json",
      }),
    );
  }

  async read(key: Key): Promise<unknown> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: this.#object(key) }));
    return JSON.parse((await Body?.transformToString()) as string);
  }

  async update(key: Key, title: string): Promise<void> {
    const value = (await this.read(key)) as { title: string };
    value.title = title;
    await this.write({ key, value });
  }

  async list(prefix: Key): Promise<number> {
    return (await this.#all(prefix)).length;
  }

  async openSession(sessionID: string): Promise<number> {
    const messages = await this.#all(["message", sessionID]);
    const parts = await parallel(messages, requestsAtOnce, (key) => this.#all(["part", key[2] as string]));
    const keys = [...messages, ...parts.flat()];
    await parallel(keys, requestsAtOnce, (key) => this.read(key));
    return keys.length;
  }

  async writeMany(items: readonly Item[]): Promise<void> {
    await parallel(items, requestsAtOnce, (item) => this.write(item));
  }

  async copyTo(target: string): Promise<void> {
    const copy = new RawS3(this.#client, this.#bucket, target);
    for await (const keys of this.#pages([], {})) {
      await parallel(keys, requestsAtOnce, (key) =>
        this.#client.send(
          new CopyObjectCommand({
            Bucket: this.#bucket,
            Key: copy.#object(key),
            CopySource: `${this.#bucket}/${this.#object(key)}`,
          }),
        ),
      );
    }
  }

  async *keys(prefix: Key, options: PageOptions = {}): AsyncGenerator<Key> {
    for await (const keys of this.#pages(prefix, options)) yield* keys;
  }

  close(): void {
    this.#client.destroy();
  }

  #object(key: Key): string {
    return `${this.#place}/${key.join("/")}.json`;
  }

  async #all(prefix: Key): Promise<Key[]> {
    const all: Key[] = [];
    for await (const keys of this.#pages(prefix, {})) all.push(...keys);
    return all;
  }

  async *#pages(prefix: Key, { after, limit = Infinity }: PageOptions): AsyncGenerator<Key[]> {
    let page: ListObjectsV2CommandOutput | undefined;
    for (let left = limit; left > 0 && page?.IsTruncated !== false; left -= page.KeyCount as number) {
      page = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: [this.#place, ...prefix, ""].join("/"),
          StartAfter: after && this.#object(after),
          ContinuationToken: page?.NextContinuationToken,
          MaxKeys: Math.min(left, pageSize),
        }),
      );
      yield (page.Contents ?? []).map(({ Key }) => {
        return (Key as string).slice(this.#place.length + 1, -".json".length).split("/");
      });
    }
  }
}
