import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { randomBytes } from "node:crypto";
import type { S3ServerOptions } from "@stowage/s3";
import { listAnswer, removesAsked, removesAnswer, xmlError } from "./fake-xml.ts";

/** What a server makes of a condition. */
type Treatment = "honours" | "ignores" | "refuses";

/** How a fake differs from an honest server. */
export interface Behaviour {
  readonly ifMatch?: Treatment;
  readonly ifNoneMatch?: Treatment;
  readonly ifMatchOnDelete?: Treatment;
  /** What the server compares If-Match with. Honest servers take a tag with and without quotes. */
  readonly tags?: "quoted" | "bare" | "either";
  /** Whether If-Match counts only where there is an object. */
  readonly createsOnMatch?: boolean;
  /** Whether an If-Match that does not hold is told to the client, and nevertheless written over. */
  readonly writesAnyway?: boolean;
  readonly removesMany?: Treatment;
  /** The keys that a request for many removes leaves, with the reason. */
  readonly keeps?: Readonly<Record<string, string>>;
  /** The most that one page of a listing holds, whatever is asked for. */
  readonly pageMax?: number;
  /** Whether a listing begins with a page of nothing, and a token for the next. */
  readonly emptyPages?: boolean;
  /** Whether a listing never comes further than its first token. */
  readonly stuck?: boolean;
  /** Makes every write's tag another one, as servers do that don't digest. */
  readonly opaqueTags?: boolean;
  readonly noTags?: boolean;
  readonly unordered?: boolean;
}

/** What goes wrong with a request. */
export type Fault =
  | {
      readonly type: "answer";
      readonly status: number;
      readonly code: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection is cut, and nothing was done. */
  | { readonly type: "cut" }
  /** It is done, and then the connection is cut instead of an answer. */
  | { readonly type: "lose" }
  /** It is done, and then an error is the answer. */
  | { readonly type: "deny"; readonly status: number; readonly code: string }
  /** The answer ends in the middle. */
  | { readonly type: "truncate" }
  /** There is never an answer, and nothing was done. */
  | { readonly type: "hang" }
  /** Nothing was done, and a page that is no answer of S3 comes instead, with 200: what proxies send when they are ill. */
  | { readonly type: "page"; readonly body: string };

export interface Asked {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly host: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

interface Stored {
  readonly body: Buffer;
  readonly tag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** A small S3 in memory, honest but for what it is told to do wrong. */
export class FakeS3 {
  readonly behaviour: Behaviour;
  readonly objects = new Map<string, Stored>();
  /** All that was asked, in order. */
  readonly asked: Asked[] = [];
  /** Called for each request, before it is done. */
  fault: (asked: Asked) => Fault | undefined = () => undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Of its own, since a process remembers what it found out of a bucket, and ports come again. */
  #bucket = `fake-${randomBytes(8).toString("hex")}`;
  #writes = 0;

  private constructor(behaviour: Behaviour) {
    this.behaviour = behaviour;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(behaviour: Behaviour = {}): Promise<FakeS3> {
    const fake = new FakeS3(behaviour);
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get options(): S3ServerOptions {
    return { bucket: this.#bucket, endpoint: `http://${this.host}`, region: "us-east-1" };
  }

  /** Calls the bucket so from now on. */
  adopt(bucket: string): void {
    this.#bucket = bucket;
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked = askedOf(request, Buffer.concat(chunks));
    this.asked.push(asked);
    const fault = this.fault(asked);
    if (fault?.type === "hang") return;
    if (fault?.type === "cut") return void request.socket.destroy();
    if (fault?.type === "page") return send(response, asked, { status: 200, body: fault.body });
    const answer = fault?.type === "answer" ? failed(fault.status, fault.code, fault.headers) : this.#done(asked);
    if (fault?.type === "lose") return void request.socket.destroy();
    if (fault?.type === "deny") return send(response, asked, failed(fault.status, fault.code));
    if (fault?.type === "truncate") return truncate(response, answer);
    send(response, asked, answer);
  }

  #done(asked: Asked): Answer {
    if (asked.bucket !== this.#bucket) return failed(404, "NoSuchBucket");
    if (asked.key === "") return asked.method === "POST" ? this.#removeMany(asked) : this.#list(asked);
    if (asked.method === "PUT") return this.#put(asked);
    if (asked.method === "DELETE") return this.#remove(asked);
    const stored = this.objects.get(asked.key);
    if (stored === undefined) return failed(404, "NoSuchKey");
    return { status: 200, headers: { ...this.#tagHeader(stored.tag), ...stored.metadata }, body: stored.body };
  }

  #put({ key, headers, body }: Asked): Answer {
    const refused =
      this.#checked("ifNoneMatch", key, headers["if-none-match"]) ?? this.#checked("ifMatch", key, headers["if-match"]);
    const isWritten = this.behaviour.writesAnyway === true && headers["if-match"] !== undefined;
    if (refused !== undefined && !isWritten) return refused;
    const metadata = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-")) as [string, string][];
    // Not the digest: nobody may count on that.
    const tag = this.behaviour.opaqueTags ? `${++this.#writes}-opaque` : body.toString("hex").slice(0, 64) || "empty";
    this.objects.set(key, { body, tag, metadata: Object.fromEntries(metadata) });
    return refused ?? { status: 200, headers: this.#tagHeader(tag) };
  }

  #remove({ key, headers }: Asked): Answer {
    const refused = this.#checked("ifMatchOnDelete", key, headers["if-match"]);
    if (refused !== undefined) return refused;
    this.objects.delete(key);
    return { status: 204 };
  }

  /** What a condition is answered with that does not hold, or is not known here. */
  #checked(
    what: "ifMatch" | "ifNoneMatch" | "ifMatchOnDelete",
    key: string,
    condition: string | undefined,
  ): Answer | undefined {
    const treatment = this.behaviour[what] ?? "honours";
    if (condition === undefined || treatment === "ignores") return undefined;
    if (treatment === "refuses") return failed(501, "NotImplemented");
    const stored = this.objects.get(key);
    if (what === "ifNoneMatch") return stored === undefined ? undefined : failed(412, "PreconditionFailed");
    if (stored === undefined) return this.behaviour.createsOnMatch ? undefined : failed(404, "NoSuchKey");
    const { tags = "either" } = this.behaviour;
    const fitting = [...(tags === "bare" ? [] : [`"${stored.tag}"`]), ...(tags === "quoted" ? [] : [stored.tag])];
    return fitting.includes(condition) ? undefined : failed(412, "PreconditionFailed");
  }

  #removeMany({ body, headers }: Asked): Answer {
    const { removesMany = "honours", keeps = {} } = this.behaviour;
    if (removesMany === "refuses")
      return failed(400, headers["content-md5"] === undefined ? "MissingContentMD5" : "InvalidRequest");
    const keys = removesAsked(body.toString());
    const removed = keys.filter((key) => keeps[key] === undefined);
    const kept = keys.filter((key) => keeps[key] !== undefined);
    for (const key of removed) this.objects.delete(key);
    return {
      status: 200,
      body: removesAnswer(
        removed,
        kept.map((key) => [key, keeps[key] as string]),
      ),
    };
  }

  #list({ query }: Asked): Answer {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
    if (this.behaviour.stuck) return { status: 200, body: listAnswer([], "!") };
    if (this.behaviour.emptyPages && !query.has("continuation-token")) {
      return { status: 200, body: listAnswer([], after || "!") };
    }
    const size = Math.min(Number(query.get("max-keys") ?? 1000), this.behaviour.pageMax ?? 1000);
    const sorted = [...this.objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const below = sorted.filter(
      (key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0,
    );
    const keys = below.slice(0, size);
    if (this.behaviour.unordered) keys.reverse();
    return { status: 200, body: listAnswer(keys, below.length > keys.length ? (keys.at(-1) ?? after) : undefined) };
  }

  #tagHeader(tag: string): Readonly<Record<string, string>> {
    return this.behaviour.noTags ? {} : { etag: `"${tag}"` };
  }
}

function askedOf({ method = "", url = "", headers }: IncomingMessage, body: Buffer): Asked {
  const host = headers.host ?? "";
  const { pathname, searchParams: query } = new URL(url, "http://fake");
  const [first = "", ...rest] = pathname.slice(1).split("/").map(decodeURIComponent);
  return { method, bucket: first, key: rest.join("/"), host, query, headers, body };
}

function failed(status: number, code: string, headers?: Answer["headers"]): Answer {
  return { status, headers: { "content-type": "application/xml", ...headers }, body: xmlError(code) };
}

function send(response: ServerResponse, { method }: Asked, { status, headers = {}, body = "" }: Answer): void {
  response.writeHead(status, {
    server: "Fake/1.0",
    ...headers,
    ...(status !== 204 && { "content-length": Buffer.byteLength(body) }),
  });
  response.end(method === "HEAD" || status === 204 ? undefined : body);
}

function truncate(response: ServerResponse, { status, headers = {}, body = "" }: Answer): void {
  const bytes = Buffer.from(body as Buffer);
  response.writeHead(status, { ...headers, "content-length": bytes.length });
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}
