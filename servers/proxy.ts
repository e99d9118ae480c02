import { randomInt } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Action, type ArmedFault, type Fault, Trap } from "./fault.ts";
import { Link } from "./link.ts";
import { type Protocol, protocols } from "./protocols.ts";

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
