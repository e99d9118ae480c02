import { randomInt } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Action, type ArmedFault, type Blow, type Fault, Trap } from "./fault.ts";
import { type Latency, Link } from "./link.ts";
import { type Protocol, protocols } from "./protocols.ts";

export type { Action, ArmedFault, Fault } from "./fault.ts";

/**
 * Stands between a client and a real server on loopback and spoils what passes, on demand. The server stays what it is: all
 * that a client sees here, a network or a server in trouble shows it, too.
 */
export class Proxy {
  readonly #protocol: Protocol;
  readonly #target: number;
  readonly #latency: Latency;
  readonly #server: Server = createServer((client) => this.#join(client));
  readonly #links = new Set<Link>();
  #traps: Trap[] = [];
  #port = 0;

  private constructor(kind: keyof typeof protocols, target: number, latency: Latency) {
    this.#protocol = protocols[kind];
    this.#target = target;
    this.#latency = latency;
  }

  /** @param target - the port of the server. */
  static async start(kind: keyof typeof protocols, target: number, latency: Latency = {}): Promise<Proxy> {
    const proxy = new Proxy(kind, target, latency);
    await proxy.accept();
    return proxy;
  }

  /** Where clients find it; it stays the same while connections are refused. */
  get port(): number {
    return this.#port;
  }

  /** Arms a fault. Of several that match a request, the one armed first counts. */
  fault(fault: Fault): ArmedFault {
    refuseImpossible(fault.action, this.#protocol);
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
      ...this.#latency,
      blowFor: (request) => this.#blowFor(request),
    });
    this.#links.add(link);
    client.on("close", () => this.#links.delete(link));
  }

  #blowFor(request: string): Blow | undefined {
    for (const trap of this.#traps) {
      const blow = trap.blowFor(request);
      if (blow !== undefined) return blow;
    }
    return undefined;
  }
}

function refuseImpossible(action: Action, { failing, answer, without }: Protocol): void {
  if (typeof action !== "object") return;
  if ("error" in action && failing === undefined) {
    throw new TypeError("Only a Redis server can be made to answer with an error");
  }
  if (("answer" in action && answer === undefined) || ("without" in action && without === undefined)) {
    throw new TypeError("Only what speaks HTTP has statuses and headers");
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
