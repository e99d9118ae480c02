import { randomInt, randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Protocol, protocols } from "./protocols.ts";

/**
 * What becomes of a request:
 * - `cut before`: the connection is reset and the server never hears of the request;
 * - `cut after`: the server has answered, and the connection is reset before a byte of the answer is passed on;
 * - `hang before`, `hang after`: as these two, but the connection stays open and silent;
 * - `truncate`: so many bytes of the answer are passed on before the connection is reset;
 * - `delayMs`: it waits, and what comes behind it on its connection as well;
 * - `error`: the server answers it with this error and does nothing else, `"LOADING …"`; Redis only.
 */
export type Action =
  | "cut before"
  | "cut after"
  | "hang before"
  | "hang after"
  | { readonly truncate: number }
  | { readonly delayMs: number }
  | { readonly error: string };

export interface Fault {
  /**
   * Which requests it befalls. A request of Redis is the words of one command, joined by spaces: `"get {stowage.0}/a.json"`;
   * one of HTTP is its head, from `"PUT /bucket/key HTTP/1.1"` on.
   */
  readonly on: (request: string) => boolean;
  readonly action: Action;
  /** So many that match pass unharmed first. Default 0. */
  readonly skip?: number;
  /** So many are befallen then. Default 1. */
  readonly times?: number;
}

/** A fault that waits for its requests. */
export interface ArmedFault {
  /** How many requests it has befallen. */
  readonly hits: number;
  disarm(): void;
}

class Trap implements ArmedFault {
  readonly #fault: Fault;
  #matches = 0;
  #isArmed = true;

  constructor(fault: Fault) {
    this.#fault = fault;
  }

  get hits(): number {
    return Math.min(Math.max(0, this.#matches - (this.#fault.skip ?? 0)), this.#fault.times ?? 1);
  }

  disarm(): void {
    this.#isArmed = false;
  }

  actionFor(request: string): Action | undefined {
    const before = this.hits;
    if (!this.#isArmed || !this.#fault.on(request)) return undefined;
    this.#matches++;
    return this.hits > before ? this.#fault.action : undefined;
  }
}

/**
 * Stands between a client and a real server on loopback and spoils what passes, on demand. The server stays what it is: all
 * that a client sees here, a network or a server in trouble shows it, too.
 */
export class Proxy {
  readonly #protocol: Protocol;
  readonly #target: number;
  readonly #latencyMs: number;
  readonly #server: Server = createServer((client) => this.#join(client));
  readonly #links = new Set<Link>();
  #traps: Trap[] = [];
  #port = 0;

  private constructor(kind: keyof typeof protocols, target: number, latencyMs: number) {
    this.#protocol = protocols[kind];
    this.#target = target;
    this.#latencyMs = latencyMs;
  }

  /**
   * @param target - the port of the server.
   * @param latencyMs - so much later each answer comes.
   */
  static async start(kind: keyof typeof protocols, target: number, latencyMs = 0): Promise<Proxy> {
    const proxy = new Proxy(kind, target, latencyMs);
    await proxy.accept();
    return proxy;
  }

  /** Where clients find it; it stays the same while connections are refused. */
  get port(): number {
    return this.#port;
  }

  /** Arms a fault. Of several that match a request, the one armed first counts. */
  fault(fault: Fault): ArmedFault {
    if (typeof fault.action === "object" && "error" in fault.action && this.#protocol.failing === undefined) {
      throw new TypeError("Only a Redis server can be made to answer with an error");
    }
    const trap = new Trap(fault);
    this.#traps.push(trap);
    return trap;
  }

  /** Disarms all faults; connections that hang go on hanging. */
  heal(): void {
    this.#traps = [];
  }

  /** Resets every connection, whatever is under way on it. */
  cut(): void {
    for (const link of this.#links) link.cut();
  }

  /** Resets every connection and refuses new ones, as a server that is gone. */
  async refuse(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  /** Takes connections again. */
  async accept(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    // Cast: the address of a server that listens on a port is no path.
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Ends it with all its connections; safe to call while connections are refused. */
  async close(): Promise<void> {
    if (this.#server.listening) await this.refuse();
  }

  #join(client: Socket): void {
    const link = new Link(client, {
      server: connect(this.#target, "127.0.0.1"),
      protocol: this.#protocol,
      latencyMs: this.#latencyMs,
      actionFor: (request) => this.#actionFor(request),
    });
    this.#links.add(link);
    client.on("close", () => this.#links.delete(link));
  }

  #actionFor(request: string): Action | undefined {
    for (const trap of this.#traps) {
      const action = trap.actionFor(request);
      if (action !== undefined) return action;
    }
    return undefined;
  }
}

/**
 * Resets the connections of proxies at random moments until the work is done.
 *
 * @param everyMs - the longest time between two moments.
 */
export async function cutDuring<T>(proxies: readonly Proxy[], everyMs: number, work: Promise<T>): Promise<T> {
  const end = new AbortController();
  const cutting = (async () => {
    while (!end.signal.aborted) {
      await delay(randomInt(everyMs));
      for (const proxy of proxies) proxy.cut();
    }
  })();
  try {
    return await work;
  } finally {
    end.abort();
    await cutting;
  }
}

interface LinkOptions {
  readonly server: Socket;
  readonly protocol: Protocol;
  readonly latencyMs: number;
  readonly actionFor: (request: string) => Action | undefined;
}

/** One connection of a client and the one to the server that belongs to it. */
class Link {
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
      await delay(action.delayMs);
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
