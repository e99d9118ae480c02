/**
 * What becomes of a request:
 * - `cut before`: the connection is reset and the server never hears of the request;
 * - `cut after`: the server has answered, and the connection is reset before a byte of the answer is passed on;
 * - `hang before`, `hang after`: as these two, but the connection stays open and silent;
 * - `truncate`: so many bytes of the answer are passed on before the connection is reset;
 * - `after`: it waits until this resolves, and what comes behind it on its connection waits as well;
 * - `error`: the server answers it with this error and does nothing else, `"LOADING …"`; Redis only.
 */
export type Action =
  | "cut before"
  | "cut after"
  | "hang before"
  | "hang after"
  | { readonly truncate: number }
  | { readonly after: Promise<unknown> }
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

/** A fault, and what it has befallen so far. */
export class Trap implements ArmedFault {
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
