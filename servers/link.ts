import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { Action } from "./fault.ts";
import type { Protocol } from "./protocols.ts";

export interface LinkOptions {
  readonly server: Socket;
  readonly protocol: Protocol;
  readonly latencyMs: number;
  readonly actionFor: (request: string) => Action | undefined;
}

/** One connection of a client and the one to the server that belongs to it. */
export class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #protocol: Protocol;
  readonly #latencyMs: number;
  readonly #actionFor: LinkOptions["actionFor"];
  /** What to do with answers: pass them on unless a fault says otherwise. */
  #onAnswer: (chunk: Buffer) => void = (chunk) => this.#deliver(chunk);
  /** Requests go one after the other, also past a delay. */
  #requests: Promise<void> = Promise.resolve();
  #isSilent = false;

  constructor(client: Socket, { server, protocol, latencyMs, actionFor }: LinkOptions) {
    this.#client = client.setNoDelay();
    this.#server = server.setNoDelay();
    this.#protocol = protocol;
    this.#latencyMs = latencyMs;
    this.#actionFor = actionFor;
    const split = protocol.splitter();
    client.on("data", (chunk) => {
      for (const { text, bytes } of split(chunk)) {
        this.#requests = this.#requests.then(() => this.#request(text, bytes));
      }
    });
    server.on("data", (chunk) => this.#onAnswer(chunk));
    client.on("close", () => server.destroySoon());
    server.on("close", () => {
      if (!this.#isSilent) client.destroySoon();
    });
    // The close that follows an error is all that matters here.
    for (const socket of [client, server]) socket.on("error", () => {});
  }

  cut(): void {
    this.#client.resetAndDestroy();
  }

  async #request(text: string | undefined, bytes: Buffer): Promise<void> {
    if (this.#isSilent) return;
    const action = text === undefined ? undefined : this.#actionFor(text);
    if (action === "cut before") this.cut();
    else if (action === "hang before") this.#fallSilent();
    else if (action === "cut after") this.#afterAnswer(bytes, () => this.cut());
    else if (action === "hang after") this.#afterAnswer(bytes, () => this.#fallSilent());
    else if (action === undefined) this.#server.write(bytes);
    else if ("truncate" in action) this.#truncate(bytes, action.truncate);
    else if ("error" in action) this.#server.write(this.#protocol.failing?.(action.error) ?? bytes);
    else {
      await action.after;
      this.#server.write(bytes);
    }
  }

  #fallSilent(): void {
    this.#isSilent = true;
    this.#onAnswer = () => {};
  }

  /** Sends a request, withholds all answers from now on, and calls back when the one to this request has come. */
  #afterAnswer(bytes: Buffer, then: () => void): void {
    const nonce = randomUUID();
    let answers = "";
    this.#onAnswer = (chunk) => {
      answers += chunk.toString("latin1");
      if (this.#protocol.isAnswered(answers, nonce)) then();
    };
    this.#server.write(bytes);
    this.#server.write(this.#protocol.probe(nonce));
  }

  #truncate(bytes: Buffer, count: number): void {
    let left = count;
    this.#onAnswer = (chunk) => {
      const part = chunk.subarray(0, left);
      left -= part.length;
      // The end of a reset connection could overtake the bytes; an orderly end can't.
      if (left === 0) this.#client.end(part);
      else this.#deliver(part);
    };
    this.#server.write(bytes);
  }

  #deliver(chunk: Buffer): void {
    if (this.#latencyMs === 0) this.#client.write(chunk);
    // Timers of one length go off in the order in which they were set.
    else setTimeout(() => this.#client.write(chunk), this.#latencyMs);
  }
}
