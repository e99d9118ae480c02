import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

import { protocols } from "stowage-servers/protocols";

/** What an operation asked of its servers. */
export interface Trips {
  /** Commands of Redis, requests of HTTP. */
  readonly requests: number;
  /** How often one after the other the client had to wait for answers: requests that are under way together share one. */
  readonly roundTrips: number;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** The silence after which a client counts as waiting: so many looks, with so many milliseconds between two. */
const quietLooks = 3;
const lookMs = 8;

/**
 * A pass-through between clients and servers that counts. While it counts, it holds every answer back until
 * the client has sent all that it can send without that answer, and then lets all answers go at once: how often it does so is
 * the number of round trips, whatever the speed of network and server.
 */
export class Wire {
  /** The ports of the wire on 127.0.0.1, one for each target. */
  readonly ports: readonly number[];
  readonly #servers: readonly Server[];
  readonly #sockets: Set<Socket>;
  readonly #count: Count;

  private constructor(ports: readonly number[], servers: readonly Server[], sockets: Set<Socket>, count: Count) {
    this.ports = ports;
    this.#servers = servers;
    this.#sockets = sockets;
    this.#count = count;
  }

  static async start(protocol: keyof typeof protocols, targets: readonly Target[]): Promise<Wire> {
    const count = new Count();
    const sockets = new Set<Socket>();
    const ports: number[] = [];
    const servers: Server[] = [];
    for (const target of targets) {
      const server = createServer((client) => {
        const upstream = connect(target.port, target.host);
        for (const socket of [client, upstream]) sockets.add(socket.on("close", () => sockets.delete(socket)));
        join(client, upstream, protocols[protocol].splitter(), count);
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      // Cast: the address of a server that listens on a port is no path.
      ports.push((server.address() as AddressInfo).port);
      servers.push(server);
    }
    return new Wire(ports, servers, sockets, count);
  }

  /** Counts what passes during an operation. One at a time, and slow. */
  count(operation: () => Promise<void>): Promise<Trips> {
    return this.#count.during(operation);
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** The lock-step of all connections of a wire. */
class Count {
  #isOn = false;
  #requests = 0;
  #roundTrips = 0;
  /** Whether anything was asked since answers were let go: without, what comes is the rest of an answer. */
  #isAsked = false;
  #held: (() => void)[] = [];
  /** Connections whose server has not begun to answer. */
  readonly #unanswered = new Set<Socket>();
  #look: NodeJS.Timeout | undefined;

  async during(operation: () => Promise<void>): Promise<Trips> {
    this.#requests = 0;
    this.#roundTrips = 0;
    this.#isAsked = false;
    this.#isOn = true;
    try {
      await operation();
    } finally {
      this.#isOn = false;
      clearTimeout(this.#look);
      this.#release();
    }
    return { requests: this.#requests, roundTrips: this.#roundTrips };
  }

  asked(server: Socket, requests: number): void {
    if (!this.#isOn) return;
    this.#requests += requests;
    this.#isAsked = true;
    this.#unanswered.add(server);
    this.#lookLater(quietLooks);
  }

  answered(server: Socket, deliver: () => void): void {
    if (!this.#isOn) {
      deliver();
      return;
    }
    this.#unanswered.delete(server);
    this.#held.push(deliver);
    this.#lookLater(quietLooks);
  }

  /** A connection that ends does so behind the answers that are held. */
  ended(server: Socket, end: () => void): void {
    this.#unanswered.delete(server);
    if (this.#held.length === 0) end();
    else this.#held.push(end);
    this.#lookLater(quietLooks);
  }

  /** Several looks, not one: between two of them the loop reads the sockets, also after a client that computed for long. */
  #lookLater(looks: number): void {
    clearTimeout(this.#look);
    if (!this.#isOn) return;
    this.#look = setTimeout(() => {
      if (looks > 1) this.#lookLater(looks - 1);
      else if (this.#unanswered.size === 0 && this.#held.length > 0) {
        if (this.#isAsked) this.#roundTrips++;
        this.#isAsked = false;
        this.#release();
      }
    }, lookMs);
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const deliver of held) deliver();
  }
}

type Splitter = ReturnType<(typeof protocols)[keyof typeof protocols]["splitter"]>;

function join(client: Socket, server: Socket, split: Splitter, count: Count): void {
  for (const socket of [client, server]) {
    socket.setNoDelay();
    // The close that follows is all that matters here.
    socket.on("error", () => {});
  }
  client.on("data", (chunk) => {
    count.asked(server, split(chunk).filter(({ text }) => text !== undefined).length);
    server.write(chunk);
  });
  server.on("data", (chunk) => count.answered(server, () => client.write(chunk)));
  client.on("close", () => count.ended(server, () => server.destroySoon()));
  server.on("close", () => count.ended(server, () => client.destroySoon()));
}
