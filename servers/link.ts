import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Action, Blow } from "./fault.ts";
import type { Protocol } from "./protocols.ts";

/** How much later than it came an answer is passed on: so many milliseconds, and up to so many more by chance. */
export interface Latency {
  readonly latencyMs?: number;
  readonly jitterMs?: number;
}

export interface LinkOptions extends Latency {
  readonly server: Socket;
  readonly protocol: Protocol;
  readonly blowFor: (request: string) => Blow | undefined;
}

/** One connection of a client and the one to the server that belongs to it. */
export class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #protocol: Protocol;
  readonly #latencyMs: number;
  readonly #jitterMs: number;
  readonly #blowFor: LinkOptions["blowFor"];
  /** What to do with answers: pass them on unless a fault says otherwise. */
  #onAnswer: (chunk: Buffer) => void = (chunk) => this.#deliver(chunk);
  /** Requests go one after the other, also past a delay; so do answers. */
  #requests: Promise<void> = Promise.resolve();
  #answers: Promise<void> = Promise.resolve();
  #isSilent = false;
  /** How many more bytes the server gets, and who is told when it has them. */
  #passLeft = Infinity;
  #onPassed: () => void = () => {};

  constructor(client: Socket, { server, protocol, latencyMs = 0, jitterMs = 0, blowFor }: LinkOptions) {
    this.#client = client.setNoDelay();
    this.#server = server.setNoDelay();
    this.#protocol = protocol;
    this.#latencyMs = latencyMs;
    this.#jitterMs = jitterMs;
    this.#blowFor = blowFor;
    const split = protocol.splitter();
    client.on("data", (chunk) => {
      for (const { text, bytes } of split(chunk)) {
        this.#requests = this.#requests.then(() => this.#request(text, bytes));
      }
    });
    server.on("data", (chunk) => this.#onAnswer(chunk));
    client.on("close", () => server.destroySoon());
    server.on("close", () => {
      // What has come is passed on first, however late.
      if (!this.#isSilent) void this.#answers.then(() => client.destroySoon());
    });
    // The close that follows an error is all that matters here.
    for (const socket of [client, server]) socket.on("error", () => {});
  }

  cut(): void {
    this.#client.resetAndDestroy();
  }

  async #request(text: string | undefined, bytes: Buffer): Promise<void> {
    if (this.#isSilent) return;
    const blow = text === undefined ? undefined : this.#blowFor(text);
    if (blow === undefined) this.#forward(bytes);
    else await this.#strike(text as string, bytes, blow);
  }

  async #strike(text: string, bytes: Buffer, { action, done }: Blow): Promise<void> {
    const then = this.#endOf(action, text);
    if (then !== undefined) {
      const end = (): void => {
        then();
        done();
      };
      if (isAfter(action)) this.#afterAnswer(bytes, end);
      else end();
      return;
    }
    if (typeof action !== "object") return;
    if ("pass" in action) {
      this.#passLeft = action.pass;
      this.#onPassed = done;
      this.#forward(bytes);
      return;
    }
    done();
    if ("after" in action) {
      await action.after;
      this.#forward(bytes);
    } else if ("truncate" in action) this.#truncate(bytes, action.truncate);
    else if ("trickle" in action) this.#trickle(bytes, action.trickle, action.everyMs);
    else if ("error" in action) this.#forward(this.#protocol.failing?.(action.error) ?? bytes);
    else if ("without" in action) this.#forward(this.#protocol.without?.(bytes, action.without) ?? bytes);
  }

  /** What ends the connection, before the server hears of the request or after it has answered. */
  #endOf(action: Action, request: string): (() => void) | undefined {
    if (action === "cut before" || action === "cut after") return () => this.cut();
    if (action === "hang before" || action === "hang after") return () => this.#fallSilent();
    if (typeof action !== "object" || !("answer" in action)) return undefined;
    return () => {
      this.#fallSilent();
      // What else the client sends is still read: otherwise the connection would be reset, and the answer lost with it.
      this.#client.end(this.#protocol.answer?.(request, action.answer) ?? "");
    };
  }

  #forward(bytes: Buffer): void {
    const part = bytes.subarray(0, this.#passLeft);
    this.#passLeft -= part.length;
    if (this.#passLeft > 0) {
      this.#server.write(part);
      return;
    }
    // An orderly end, so that what was passed arrives.
    this.#fallSilent();
    this.#server.end(part, () => {
      this.cut();
      this.#onPassed();
    });
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
    this.#forward(bytes);
    this.#forward(this.#protocol.probe(nonce));
  }

  #truncate(bytes: Buffer, count: number): void {
    let left = count;
    this.#onAnswer = (chunk) => {
      const part = chunk.subarray(0, left);
      left -= part.length;
      this.#deliver(part);
      // The end of a reset connection could overtake the bytes; an orderly end can't.
      if (left === 0) void this.#answers.then(() => this.#client.end());
    };
    this.#forward(bytes);
  }

  #trickle(bytes: Buffer, count: number, everyMs: number): void {
    this.#onAnswer = (chunk) => {
      for (let at = 0; at < chunk.length; at += count) {
        this.#answers = this.#passOn(this.#answers, chunk.subarray(at, at + count), () => everyMs);
      }
    };
    this.#forward(bytes);
  }

  #deliver(chunk: Buffer): void {
    if (this.#latencyMs === 0 && this.#jitterMs === 0) this.#client.write(chunk);
    else {
      const dueMs = Date.now() + this.#latencyMs + Math.random() * this.#jitterMs;
      this.#answers = this.#passOn(this.#answers, chunk, () => dueMs - Date.now());
    }
  }

  /** Passes a piece of an answer on behind the pieces before it, after a wait. */
  async #passOn(before: Promise<void>, chunk: Buffer, waitMs: () => number): Promise<void> {
    await before;
    const ms = waitMs();
    if (ms > 0) await delay(ms);
    this.#client.write(chunk);
  }
}

function isAfter(action: Action): boolean {
  if (typeof action === "string") return action.endsWith("after");
  return "when" in action && action.when === "after";
}
