import type { Content } from "./content.ts";
import type { Damaged, Listed, Progress, ReadOptions, Size, Unreadable } from "./types.ts";

const listMaxDefault = 100;

/** Counts all, keeps the first. */
export class List<T> {
  #count = 0;
  readonly #items: T[] = [];
  readonly #max: number;

  constructor({ listMax = listMaxDefault }: ReadOptions) {
    this.#max = listMax;
  }

  get count(): number {
    return this.#count;
  }

  add(item: T): void {
    this.#count++;
    if (this.#items.length < this.#max) this.#items.push(item);
  }

  listed(): Listed<T> {
    return { count: this.#count, items: this.#items };
  }
}

/** A {@link Size} that grows. */
export class Sum {
  #records = 0;
  #bytes = 0;

  add(bytes: number): void {
    this.#records++;
    this.#bytes += bytes;
  }

  size(): Size {
    return { records: this.#records, bytes: this.#bytes };
  }
}

/** Something for each kind, made when the kind is first met. */
export class Kinds<T> {
  readonly #kinds = new Map<string, T>();
  readonly #make: () => T;

  constructor(make: () => T) {
    this.#make = make;
  }

  of(name: string): T {
    const kind = name.slice(0, Math.max(0, name.indexOf("/")));
    let found = this.#kinds.get(kind);
    if (found === undefined) this.#kinds.set(kind, (found = this.#make()));
    return found;
  }

  /** Sorted by kind. */
  map<Row>(row: (kind: string, of: T) => Row): Row[] {
    return [...this.#kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, of]) => row(kind, of));
  }
}

/** Tells the progress of a phase, and ends it when the caller wants. */
export class Meter {
  readonly #phase: Progress["phase"];
  readonly #options: ReadOptions;
  readonly #totals: Pick<Progress, "recordsTotal" | "bytesTotal">;
  #records = 0;
  #bytes = 0;

  constructor(
    phase: Progress["phase"],
    options: ReadOptions,
    totals: Pick<Progress, "recordsTotal" | "bytesTotal"> = {},
  ) {
    this.#phase = phase;
    this.#options = options;
    this.#totals = totals;
    this.check();
  }

  get done(): Size {
    return { records: this.#records, bytes: this.#bytes };
  }

  /** Throws the reason of the caller's signal when it is given. */
  check(): void {
    this.#options.signal?.throwIfAborted();
  }

  /** Notes a step, given the contents that it handled. */
  step(contents: Iterable<Content | undefined>): void {
    for (const content of contents) {
      if (content === undefined) continue;
      this.#records++;
      this.#bytes += content.size;
    }
    this.#options.onProgress?.({ phase: this.#phase, ...this.done, ...this.#totals });
    this.check();
  }
}

/** What is wrong with the records of a store. */
export class Faults {
  readonly damaged: List<Damaged>;
  readonly unreadable: List<Unreadable>;

  constructor(options: ReadOptions) {
    this.damaged = new List(options);
    this.unreadable = new List(options);
  }

  /** Notes a record if it is damaged or could not be read. */
  add(name: string, { unread, problem, size }: Content): void {
    if (unread !== undefined) this.unreadable.add({ name, ...unread });
    else if (problem !== undefined) this.damaged.add({ name, reason: problem, bytes: size });
  }
}
