import { isUtf8 } from "node:buffer";
import {
  DeleteObjectCommand,
  type DeleteObjectCommandOutput,
  DeleteObjectsCommand,
  type DeleteObjectsCommandOutput,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type PutObjectCommandOutput,
} from "@aws-sdk/client-s3";
import type { Stored } from "@stowage/core";
import { brokenAnswer, isTransient, noTag, S3Failure } from "./codes.ts";
import type { Requests, Turn } from "./requests.ts";
import { tagOf, type TagSpelling, versionOf } from "./version.ts";

/** A condition on a write or a remove. */
export interface Condition {
  /** The version that the object must have; `null`: it must be absent. */
  readonly version: string | null;
  readonly spelling: TagSpelling;
}

/** What is known of an object without its content. */
export interface Head {
  readonly version: string;
  /** Who wrote it, if it was a conditional write of ours. */
  readonly writeId: string | undefined;
}

export interface Page {
  /** In the order of the server. */
  readonly names: readonly string[];
  /** How to go on: after the last name, or by the token of an empty page. `undefined` at the end. */
  readonly next: { readonly after: string } | { readonly token: string } | undefined;
}

export interface PageRequest {
  readonly prefix: string;
  readonly after?: string | undefined;
  readonly token?: string | undefined;
  readonly size: number;
}

const writeIdName = "stowage-write";

/**
 * The objects of a bucket below a prefix: a method for each request, names instead of keys, no repeating. All throw an
 * {@link S3Failure}. Never call it `Bucket`: TypeScript 7.0.2 then takes the SDK's property of that name for the class.
 */
export class Folder {
  readonly #requests: Requests;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(requests: Requests, bucket: string, prefix: string) {
    this.#requests = requests;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  async get(name: string, turn: Turn): Promise<Stored | undefined> {
    try {
      return await this.#requests.send(new GetObjectCommand(this.#at(name)), turn, {
        read: async (output: GetObjectCommandOutput, allow): Promise<Stored> => {
          const length = output.ContentLength ?? 0;
          allow(length);
          return storedOf(await this.#body(output), this.#version(output));
        },
      });
    } catch (error) {
      // A page of a proxy has the status alone.
      if (isAbsence(error) && (error as S3Failure).code === "NoSuchKey") return undefined;
      throw error;
    }
  }

  async head(name: string, turn: Turn): Promise<Head | undefined> {
    try {
      const output = await this.#requests.send<HeadObjectCommandOutput>(new HeadObjectCommand(this.#at(name)), turn);
      return { version: this.#version(output), writeId: output.Metadata?.[writeIdName] };
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  /** Resolves to the version. @param writeId - what {@link head} will tell of it. */
  async put(name: string, text: string, turn: Turn, on?: Condition & { readonly writeId: string }): Promise<string> {
    const body = Buffer.from(text);
    const command = new PutObjectCommand({
      ...this.#at(name),
      Body: body,
      ContentType: name.endsWith(".json") ? "application/json" : "text/plain",
      ...(on?.version === null && { IfNoneMatch: "*" }),
      ...(typeof on?.version === "string" && { IfMatch: tagOf(on.version, on.spelling) }),
      ...(on !== undefined && { Metadata: { [writeIdName]: on.writeId } }),
    });
    return this.#version(await this.#requests.send<PutObjectCommandOutput>(command, turn, { bytes: body.length }));
  }

  async remove(name: string, turn: Turn, on?: Condition): Promise<void> {
    const command = new DeleteObjectCommand({
      ...this.#at(name),
      ...(typeof on?.version === "string" && { IfMatch: tagOf(on.version, on.spelling) }),
    });
    try {
      const { $metadata } = await this.#requests.send<DeleteObjectCommandOutput>(command, turn);
      // S3 says 204. Anything else may be a page of a proxy, so what it is worth shows by looking.
      if ($metadata.httpStatusCode === 204 || (await this.head(name, turn)) === undefined) return;
      throw brokenAnswer(this.#requests.host, "does not say that the record was removed");
    } catch (error) {
      if (on !== undefined || !isAbsence(error)) throw error;
    }
  }

  /**
   * Removes up to 1,000 objects; what is absent is fine. Resolves to those that are left because of what may pass, such as
   * another writer: they alone are to be removed again, for whoever sees the others gone may have written them anew.
   */
  async removeMany(names: readonly string[], turn: Turn): Promise<readonly string[]> {
    const objects = names.map((name) => ({ Key: this.#prefix + name }));
    // Not quiet, since silence is no proof: what went stands in the answer by name.
    const command = new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects: objects } });
    const output = await this.#requests.send<DeleteObjectsCommandOutput>(command, turn);
    const errors = (output.Errors ?? []).filter(({ Code }) => Code !== "NoSuchKey");
    const answered = new Set([...(output.Deleted ?? []), ...(output.Errors ?? [])].map(({ Key }) => Key));
    if (!objects.every(({ Key }) => answered.has(Key))) {
      throw brokenAnswer(this.#requests.host, "does not say of each record that it was removed");
    }
    const failures = errors.map(({ Code: code = "Unknown" }) => {
      const message = `the server at ${this.#requests.host} did not remove ${errors.length} of ${names.length} records (${code})`;
      return new S3Failure(message, { code, status: statusOfEntry.get(code) ?? 403 });
    });
    const lasting = failures.find((failure) => !isTransient(failure));
    if (lasting !== undefined) throw lasting;
    const left = new Set(errors.map(({ Key }) => Key));
    return names.filter((name) => left.has(this.#prefix + name));
  }

  async page({ prefix, after, token, size }: PageRequest, turn: Turn): Promise<Page> {
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: this.#prefix + prefix,
      MaxKeys: size,
      ...(after !== undefined && { StartAfter: this.#prefix + after }),
      ...(token !== undefined && { ContinuationToken: token }),
    });
    const output = await this.#requests.send<ListObjectsV2CommandOutput>(command, turn);
    const names = (output.Contents ?? []).map(({ Key = "" }) => {
      if (Key.startsWith(this.#prefix + prefix)) return Key.slice(this.#prefix.length);
      throw brokenAnswer(this.#requests.host, "lists what was not asked for");
    });
    return { names, next: this.#next(output, names.at(-1), token) };
  }

  #next(
    { IsTruncated, NextContinuationToken: next }: ListObjectsV2CommandOutput,
    last: string | undefined,
    token: string | undefined,
  ): Page["next"] {
    if (IsTruncated === false) return undefined;
    // An answer that does not say whether it is whole is none: taken for an empty listing, it would hide a whole store.
    if (IsTruncated === undefined) throw brokenAnswer(this.#requests.host, "is no listing");
    // By name, so that a caller may go on in another process, and records that come and go meanwhile don't matter.
    if (last !== undefined) return { after: last };
    if (next !== undefined && next !== token) return { token: next };
    throw brokenAnswer(this.#requests.host, "says that a listing goes on, but not from where");
  }

  #at(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + name };
  }

  #version({ ETag }: { readonly ETag?: string | undefined }): string {
    if (ETag === undefined) throw noTag(this.#requests.host);
    return versionOf(ETag);
  }

  async #body({ Body, ContentLength }: GetObjectCommandOutput): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of (Body ?? []) as AsyncIterable<Uint8Array>) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    // Without its length it can't be told whether it is whole.
    if (bytes.length === ContentLength) return bytes;
    throw brokenAnswer(this.#requests.host, `has ${bytes.length} bytes of ${ContentLength ?? "an unknown number"}`);
  }
}

/** What S3 says of one key in an answer about many, as if it were the status of an answer. */
const statusOfEntry: ReadonlyMap<string, number> = new Map([
  ["AccessDenied", 403],
  ["InternalError", 500],
  ["ServiceUnavailable", 503],
  ["SlowDown", 503],
  // Ceph's gateway says so of a key at which it met another writer.
  ["UnknownError", 500],
]);

/** No object there. That the bucket is gone is another thing; a HEAD can't tell, as it has no body. */
function isAbsence(error: unknown): boolean {
  return (
    error instanceof S3Failure && error.status === 404 && (error.code === "NoSuchKey" || error.code === "NotFound")
  );
}

function storedOf(bytes: Buffer, version: string): Stored {
  const text = bytes.toString("utf8");
  return isUtf8(bytes) ? { text, version } : { text, version, bytes };
}
