import { EventEmitter } from "node:events";
import fs from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { ReadableStream } from "node:stream/web";
import { callbackify } from "node:util";
import type { OpenFile } from "./open-file.ts";

/** So much is read at once into a buffer that the reader of a web stream did not bring. */
const webChunkBytes = 16_384;

/** The methods of a file handle by what they are called without one. */
const methods: Readonly<Record<string, string>> = {
  appendFile: "appendFile",
  chmod: "fchmod",
  chown: "fchown",
  datasync: "fdatasync",
  read: "read",
  readFile: "readFile",
  readv: "readv",
  stat: "fstat",
  sync: "fsync",
  truncate: "ftruncate",
  utimes: "futimes",
  write: "write",
  writeFile: "writeFile",
  writev: "writev",
};

interface Given {
  readonly fd: number;
  readonly files: ReadonlyMap<number, OpenFile>;
  /** Does by a number what `fs.promises` does with a handle. */
  readonly perform: (name: string, ...args: readonly unknown[]) => Promise<unknown>;
}

/** What `fs.promises.open` resolves to below the folder. Node's own can't be had for a file that is open already. */
export class DiskHandle extends EventEmitter {
  readonly #given: Given;
  readonly #file: OpenFile | undefined;
  #closing: Promise<void> | undefined;

  constructor(given: Given) {
    super();
    this.#given = given;
    this.#file = given.files.get(given.fd);
    const own = Object.entries(methods).map(
      ([method, name]) => [method, (...args: readonly unknown[]) => given.perform(name, this.fd, ...args)] as const,
    );
    Object.assign(this, Object.fromEntries(own));
  }

  /** The number; -1 when it is closed. */
  get fd(): number {
    const { files, fd } = this.#given;
    // The number of a file that was closed is given to the next.
    return files.get(fd) === this.#file ? fd : -1;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#given.perform("close", this.#given.fd);
    this.emit("close");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  createReadStream(options: object = {}): fs.ReadStream {
    return fs.createReadStream("", { ...options, ...this.#forStreams() });
  }

  createWriteStream(options: object = {}): fs.WriteStream {
    return fs.createWriteStream("", { ...options, ...this.#forStreams() });
  }

  /** A stream closes it as the handle does, so that it is closed once. */
  #forStreams(): { readonly fd: number; readonly fs: typeof fs } {
    const close = callbackify(() => this.close());
    // The cast: a callback is told of what went wrong, or of nothing.
    return { fd: this.fd, fs: { ...fs, close: close as unknown as typeof fs.close } };
  }

  readLines(options: object = {}): Interface {
    return createInterface({ input: this.createReadStream(options), crlfDelay: Infinity });
  }

  /** A stream of bytes, as Node's is: its reader may bring the buffer. */
  readableWebStream({ autoClose = false }: { readonly autoClose?: boolean } = {}): ReadableStream {
    const end = async (): Promise<void> => {
      if (autoClose) await this.close();
    };
    return new ReadableStream({
      type: "bytes",
      autoAllocateChunkSize: webChunkBytes,
      pull: async (controller) => {
        // The cast: with a size to allocate there always is one.
        const request = controller.byobRequest as ReadableStreamBYOBRequest;
        const view = request.view as Uint8Array;
        const result = await this.#given.perform("read", this.fd, view, 0, view.byteLength);
        const { bytesRead } = result as { readonly bytesRead: number };
        if (bytesRead === 0) {
          controller.close();
          await end();
        }
        request.respond(bytesRead);
      },
      cancel: end,
    });
  }
}
