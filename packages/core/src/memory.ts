import {
  type Capabilities,
  declareCapabilities,
  type Driver,
  type Outcome,
  type Range,
  type Stored,
  type DriverOp,
} from "./driver.ts";
import { compareNames } from "./key.ts";

export interface MemoryOptions {
  /** The longest text, in bytes of UTF-8, for tests of what happens beyond. */
  readonly valueBytes?: number;
}

const pageSize = 256;

/** Keeps records in this process, for tests and as the simplest driver to read. Gone when it is collected. */
export function memory(options: MemoryOptions = {}): Driver {
  return new MemoryDriver(options);
}

class MemoryDriver implements Driver {
  readonly name = "memory";
  readonly capabilities: Capabilities;
  readonly #records = new Map<string, Stored>();
  readonly #markers = new Map<string, string>();
  /** The names in order, made anew when a listing finds that a name came or went. */
  #sorted: readonly string[] | undefined;
  /** Never goes back, so that a version is never used twice, also when a record is removed and made again. */
  #versions = 0;

  constructor({ valueBytes }: MemoryOptions) {
    this.capabilities = declareCapabilities({
      compareAndSwap: "store",
      atomicBatch: "store",
      durability: "memory",
      ...(valueBytes === undefined ? {} : { limits: { valueBytes } }),
    });
  }

  async get(name: string): Promise<Stored | undefined> {
    return this.#records.get(name);
  }

  async put(name: string, text: string, ifVersion?: string | null): Promise<Outcome> {
    return this.#refused(name, ifVersion) ?? { done: true, version: this.#set(name, text) };
  }

  async remove(name: string, ifVersion?: string): Promise<Outcome> {
    const refused = this.#refused(name, ifVersion);
    if (refused !== undefined) return refused;
    this.#delete(name);
    return { done: true, version: null };
  }

  async *list(range: Range): AsyncGenerator<readonly string[]> {
    let { after, before } = range;
    for (;;) {
      const page = takePage(this.#names(), { ...range, after, before });
      if (page.length === 0) return;
      yield page;
      // The next page starts from a name, not from an index: names may have come and gone meanwhile.
      if (range.reverse) before = page.at(-1);
      else after = page.at(-1);
    }
  }

  async batch(ops: readonly DriverOp[]): Promise<void> {
    for (const op of ops) {
      if (op.type === "put") this.#set(op.name, op.text);
      else this.#delete(op.name);
    }
  }

  async getMarker(name: string): Promise<string | undefined> {
    return this.#markers.get(name);
  }

  async putMarker(name: string, text: string): Promise<void> {
    this.#markers.set(name, text);
  }

  #refused(name: string, ifVersion: string | null | undefined): Outcome | undefined {
    if (ifVersion === undefined) return undefined;
    const version = this.#records.get(name)?.version ?? null;
    return version === ifVersion ? undefined : { done: false, version };
  }

  #set(name: string, text: string): string {
    if (!this.#records.has(name)) this.#sorted = undefined;
    const version = String(++this.#versions);
    this.#records.set(name, { text, version });
    return version;
  }

  #delete(name: string): void {
    if (this.#records.delete(name)) this.#sorted = undefined;
  }

  #names(): readonly string[] {
    return (this.#sorted ??= [...this.#records.keys()].sort(compareNames));
  }
}

/** The first names of a range, at most a page of them, in the order in which the range is walked. */
function takePage(names: readonly string[], { prefix, after, before, reverse }: Range): string[] {
  const low = Math.max(
    search(names, (name) => compareNames(name, prefix) >= 0),
    after === undefined ? 0 : search(names, (name) => compareNames(name, after) > 0),
  );
  const high = Math.min(
    search(names, (name) => compareNames(name, prefix) > 0 && !name.startsWith(prefix)),
    before === undefined ? names.length : search(names, (name) => compareNames(name, before) >= 0),
  );
  if (low >= high) return [];
  return reverse
    ? names.slice(Math.max(low, high - pageSize), high).reverse()
    : names.slice(low, Math.min(high, low + pageSize));
}

/** The index of the first name for which `isBehind` holds; it holds for all that follow. */
function search(names: readonly string[], isBehind: (name: string) => boolean): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBehind(names[middle] as string)) high = middle;
    else low = middle + 1;
  }
  return low;
}
