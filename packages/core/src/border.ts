import type { Driver, Range, Stored } from "./driver.ts";
import { DriverError, isStorageError, StorageError, type StorageErrorCode, type StorageErrorInit } from "./errors.ts";
import { type Damage, damageOf, type NoJson, parseText, toText, undecodablePosition } from "./json.ts";
import { compareNames, type Key, keyProblem, nameOf, namePrefixOf, prefixProblem, utf8Bytes } from "./key.ts";
import { unknownOption } from "./options.ts";
import type { CorruptOptions, Prefixes, RangeOptions } from "./storage.ts";

const rangeOptions: readonly string[] = [
  "after",
  "before",
  "limit",
  "reverse",
  "onCorrupt",
] satisfies readonly (keyof (RangeOptions & CorruptOptions))[];

/**
 * What crosses between callers and a driver, each way in one place: keys become names, values become texts and come
 * back, raw errors become storage errors. `verb` is what the caller attempts, for the messages.
 */
export class Border {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** @throws StorageError INVALID_KEY */
  name(verb: string, key: Key): string {
    const problem = keyProblem(key, this.#driver.capabilities.limits);
    if (problem !== undefined) throw this.error("INVALID_KEY", verb, key, problem);
    return nameOf(key);
  }

  /** @throws StorageError INVALID_KEY */
  namePrefix(verb: string, prefix: Key): string {
    const problem = prefixProblem(prefix, this.#driver.capabilities.limits);
    if (problem !== undefined) throw this.error("INVALID_KEY", verb, prefix, problem);
    return namePrefixOf(prefix);
  }

  /** The ranges of a listing: disjoint, since a prefix below another one is left out, and in the order of the walk. */
  ranges(verb: string, prefix: Prefixes, options: RangeOptions = {}): Range[] {
    this.options(verb, options, rangeOptions);
    const { after, before, reverse = false } = options;
    const { limit } = options;
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0)) {
      throw this.error("INVALID_VALUE", verb, undefined, `the limit is a whole number from 0, got ${String(limit)}`);
    }
    const bounds = {
      after: after === undefined ? undefined : this.name(verb, after),
      before: before === undefined ? undefined : this.name(verb, before),
      reverse,
      limit,
    };
    if (Array.isArray(prefix) && Array.isArray(prefix[0])) {
      const detail = "a segment is a string, got object; several prefixes are given as { prefixes: [...] }";
      throw this.error("INVALID_KEY", verb, undefined, detail);
    }
    const disjoint: string[] = [];
    for (const name of prefixesOf(prefix)
      .map((one) => this.namePrefix(verb, one))
      .sort(compareNames)) {
      const previous = disjoint.at(-1);
      if (previous === undefined || !name.startsWith(previous)) disjoint.push(name);
    }
    if (reverse) disjoint.reverse();
    return disjoint.map((name) => ({ prefix: name, ...bounds }));
  }

  /** Refuses misspelt options, which would otherwise mean something else. @throws StorageError INVALID_VALUE */
  options(verb: string, options: object, known: readonly string[], key?: Key): void {
    for (const name of Object.keys(options)) {
      if (!known.includes(name)) throw this.error("INVALID_VALUE", verb, key, unknownOption(name, known));
    }
  }

  /** @throws StorageError INVALID_VALUE, TOO_LARGE */
  text(verb: string, key: Key, value: unknown): string {
    let text: string;
    try {
      text = toText(value);
    } catch (error) {
      const { message, cause, isTooLong } = error as NoJson;
      throw this.error(isTooLong ? "TOO_LARGE" : "INVALID_VALUE", verb, key, message, { cause });
    }
    const bytesMax = this.#driver.capabilities.limits.valueBytes;
    // No UTF-16 unit takes more than three bytes, so most texts need no counting.
    if (text.length * 3 > bytesMax) {
      const bytes = utf8Bytes(text);
      if (bytes > bytesMax) {
        throw this.error("TOO_LARGE", verb, key, `the text has ${bytes} bytes, at most ${bytesMax} are allowed`);
      }
    }
    return text;
  }

  /** @throws StorageError CORRUPT */
  value(verb: string, key: Key, { text, bytes }: Stored): unknown {
    if (bytes !== undefined) {
      const position = undecodablePosition(text, bytes);
      const detail = `is not UTF-8 from byte ${position} of ${bytes.length}`;
      throw this.#corrupt(verb, key, { detail, position, bytes: bytes.length });
    }
    try {
      return parseText(text);
    } catch {
      // The parser's own error quotes the record.
      throw this.#corrupt(verb, key, damageOf(text));
    }
  }

  #corrupt(verb: string, key: Key, { detail, position, bytes }: Damage): StorageError {
    return this.error("CORRUPT", verb, key, `the record ${detail}`, { bytes, position });
  }

  missing(verb: string, key: Key): StorageError {
    return this.error("NOT_FOUND", verb, key, "there is no such record");
  }

  /** @param ifVersion - the condition that did not hold. */
  conflict(verb: string, key: Key, currentVersion: string | null, ifVersion: string | null): StorageError {
    const found = ifVersion === null ? "there is such a record already" : "the record has another version";
    const detail = currentVersion === null ? "there is no such record" : found;
    return this.error("CONFLICT", verb, key, detail, { currentVersion });
  }

  error(
    code: StorageErrorCode,
    verb: string,
    key: Key | undefined,
    detail: string,
    more: Partial<StorageErrorInit> = {},
  ): StorageError {
    const what = key === undefined ? "records" : quote(key);
    return new StorageError({ code, verb, what, detail, key, driver: this.#driver.name, ...more });
  }

  /** What a driver threw, as a storage error; what is one already stays as it is. */
  wrapped(verb: string, key: Key | undefined, error: unknown): StorageError {
    if (isStorageError(error)) return error;
    if (error instanceof DriverError) {
      const { code, message, currentVersion, retryable } = error;
      return this.error(code, verb, key, message, { cause: error, currentVersion, retryable });
    }
    const code = this.#driver.codeOf?.(error) ?? "UNKNOWN";
    const detail = error instanceof Error ? error.message : String(error);
    return this.error(code, verb, key, detail, { cause: error });
  }
}

/** The prefixes of a listing as an array. Tells one prefix from several by shape, so both can be refused with a reason. */
function prefixesOf(prefix: Prefixes): readonly Key[] {
  return typeof prefix === "object" && prefix !== null && "prefixes" in prefix ? prefix.prefixes : [prefix];
}

/** A key as it is shown: its segments, quoted and joined as in a name. What is no key is shown as JSON. */
function quote(key: unknown): string {
  const text = Array.isArray(key) ? key.map(String).join("/") : String(key);
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
