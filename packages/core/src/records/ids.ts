/** The prefixes of OpenCode's ids. */
export type IDPrefix = "ses" | "msg" | "prt" | "per" | "que" | "usr" | "pty" | "tool";

export type IDOrder = "ascending" | "descending";

export interface CreateIDOptions {
  /** Default: `"descending"` for `ses`, so that the newest session is listed first, `"ascending"` for all others. */
  readonly order?: IDOrder;
}

export interface IDGeneratorOptions {
  /** The time in whole milliseconds. Default: `Date.now`. */
  readonly now?: () => number;
  /** Fills an array with random bytes. Default: `crypto.getRandomValues`. */
  readonly fill?: (bytes: Uint8Array<ArrayBuffer>) => void;
}

/**
 * An id taken apart. The time is known only modulo 2^36 ms (795.4 days): the field has wrapped on
 * 2024-06-10T02:35:18.400Z and 2026-08-14T11:19:55.136Z and will on 2028-10-17T20:04:31.872Z. An id from after a wrap
 * sorts before one from before it, so **the order of ids is not the order of time**: sort by `time.created` where time
 * matters. {@link timeOfID} finds the time where its neighbourhood is known.
 */
export interface ParsedID {
  readonly prefix: IDPrefix;
  readonly order: IDOrder;
  /** Milliseconds, modulo 2^36. One more for each 4,096 ids that were made in the same millisecond. */
  readonly time: number;
  /** Which id of its millisecond it is, from 1, modulo 4,096. */
  readonly counter: number;
  /** 14 characters of `0-9A-Za-z`. */
  readonly random: string;
}

/** The part of the Web Crypto API that is used; every runtime has it. */
declare const crypto: { getRandomValues(bytes: Uint8Array<ArrayBuffer>): unknown };

/** How many milliseconds pass until the time in ids starts again from 0. */
export const idWrapMs: number = 2 ** 36;

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const randomLength = 14;
const timeBits = 48;
const counterBits = 12;
const pattern = /^(ses|msg|prt|per|que|usr|pty|tool)_([0-9a-f]{12})([0-9A-Za-z]{14})$/;

/**
 * Makes ids as OpenCode 1.1.16 does: the prefix, `_`, 12 hexadecimal digits of time and counter, 14 random characters.
 * The counter is shared by all prefixes, so the ids of one generator ascend in the order in which they were made, as
 * long as the clock does not step back.
 */
export class IDGenerator {
  readonly #now: () => number;
  readonly #fill: (bytes: Uint8Array<ArrayBuffer>) => void;
  #time: number | undefined;
  #counter = 0;

  constructor(options: IDGeneratorOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.#fill = options.fill ?? ((bytes) => void crypto.getRandomValues(bytes));
  }

  create(prefix: IDPrefix, options: CreateIDOptions = {}): string {
    const time = this.#now();
    // Also after a step back of the clock, as OpenCode does.
    if (time !== this.#time) this.#counter = 0;
    this.#time = time;
    this.#counter++;
    // Added, not put side by side: more than 4,095 ids of a millisecond spill into the next one.
    const ascending = (BigInt(time) << BigInt(counterBits)) + BigInt(this.#counter);
    const order = options.order ?? defaultOrder(prefix);
    const field = BigInt.asUintN(timeBits, order === "descending" ? ~ascending : ascending);
    return `${prefix}_${field.toString(16).padStart(timeBits / 4, "0")}${this.#random()}`;
  }

  #random(): string {
    const bytes = new Uint8Array(randomLength);
    this.#fill(bytes);
    // 256 is no multiple of 62, so the first eight digits are a little more likely. That is OpenCode's alphabet.
    return Array.from(bytes, (byte) => digits[byte % digits.length]).join("");
  }
}

const generator = new IDGenerator();

/** Makes an id with the one generator of this process. */
export function createID(prefix: IDPrefix, options?: CreateIDOptions): string {
  return generator.create(prefix, options);
}

/**
 * Takes an id apart; `undefined` when it was not made by {@link createID} or OpenCode, which itself asks for no more
 * than the first three letters.
 *
 * @param order - of an id that was not made in the default order of its prefix; nothing in the id tells.
 */
export function parseID(id: string, order?: IDOrder): ParsedID | undefined {
  const match = pattern.exec(id);
  if (match === null) return undefined;
  const [, prefix, hex, random] = match as unknown as [string, IDPrefix, string, string];
  const known = order ?? defaultOrder(prefix);
  const field = BigInt(`0x${hex}`);
  const ascending = BigInt.asUintN(timeBits, known === "descending" ? ~field : field);
  return {
    prefix,
    order: known,
    time: Number(ascending >> BigInt(counterBits)),
    counter: Number(BigInt.asUintN(counterBits, ascending)),
    random,
  };
}

/**
 * The time at which an id was made, in milliseconds since 1970: of all times that its field may stand for, the one
 * nearest to a time that is known to be less than 397 days away, such as `time.created` of the record.
 */
export function timeOfID(id: ParsedID, nearMs: number): number {
  return id.time + Math.round((nearMs - id.time) / idWrapMs) * idWrapMs;
}

function defaultOrder(prefix: IDPrefix): IDOrder {
  return prefix === "ses" ? "descending" : "ascending";
}
