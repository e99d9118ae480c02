/**
 * What becomes of a request:
 * - `cut before`: the connection is reset and the server never hears of the request;
 * - `cut after`: the server has answered, and the connection is reset before a byte of the answer is passed on;
 * - `hang before`, `hang after`: as these two, but the connection stays open and silent;
 * - `pass`: so many bytes of the request reach the server before both connections are reset;
 * - `truncate`: so many bytes of the answer are passed on before the connection is reset;
 * - `trickle`: so many bytes of the answer are passed on each time, with so many milliseconds between;
 * - `after`: it waits until this resolves, and what comes behind it on its connection waits as well;
 * - `error`: the server answers it with this error and does nothing else, `"LOADING …"`; Redis only;
 * - `answer`: the client gets this answer, `before` the server heard of the request or `after` it has answered; HTTP only;
 * - `without`: the server gets it without these headers, names in lower case; HTTP only.
 */
export type Action =
  | "cut before"
  | "cut after"
  | "hang before"
  | "hang after"
  | { readonly pass: number }
  | { readonly truncate: number }
  | { readonly trickle: number; readonly everyMs: number }
  | { readonly after: Promise<unknown> }
  | { readonly error: string }
  | { readonly answer: HttpAnswer; readonly when: "before" | "after" }
  | { readonly without: readonly string[] };

/** What a gateway or a server in trouble says. */
export interface HttpAnswer {
  readonly status: number;
  /** Default: none. A request for the head alone gets its length and not the body itself. */
  readonly body?: string;
}

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
  /** Resolves when it has befallen the first; where the server is to have something before, when it has. */
  readonly befallen: Promise<void>;
  disarm(): void;
}

/** What befalls one request. */
export interface Blow {
  readonly action: Action;
  /** Called when it has happened. */
  done(): void;
}

/** A fault, and what it has befallen so far. */
export class Trap implements ArmedFault {
  readonly befallen: Promise<void>;
  readonly #fault: Fault;
  readonly #done: () => void;
  #matches = 0;
  #isArmed = true;

  constructor(fault: Fault) {
    this.#fault = fault;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.befallen = promise;
    this.#done = resolve;
  }

  get hits(): number {
    return Math.min(Math.max(0, this.#matches - (this.#fault.skip ?? 0)), this.#fault.times ?? 1);
  }

  disarm(): void {
    this.#isArmed = false;
  }

  blowFor(request: string): Blow | undefined {
    const before = this.hits;
    if (!this.#isArmed || !this.#fault.on(request)) return undefined;
    this.#matches++;
    return this.hits > before ? { action: this.#fault.action, done: this.#done } : undefined;
  }
}
