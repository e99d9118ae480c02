import { compareNames } from "@stowage/core";
import type { Content } from "./content.ts";
import type { NamesOptions, Side } from "./side.ts";

const stepRecordsMax = 256;
const stepBytesMax = 8 * 1024 * 1024;

/**
 * How many records the next step takes. A listing tells no sizes, so steps start small, grow twofold, and shrink to
 * what the largest record of the last step allows: memory follows the largest records, not the store.
 */
export class StepSize {
  #records = 1;

  get records(): number {
    return this.#records;
  }

  note(contents: readonly (Content | undefined)[]): void {
    let largest = 1;
    for (const content of contents) if (content !== undefined && content.size > largest) largest = content.size;
    this.#records = Math.max(1, Math.min(stepRecordsMax, this.#records * 2, Math.floor(stepBytesMax / largest)));
  }
}

/** Makes steps out of pages, each of the size that holds when it is full. */
export async function* steps<T>(pages: AsyncIterable<readonly T[]>, size: StepSize): AsyncGenerator<readonly T[]> {
  let step: T[] = [];
  for await (const page of pages) {
    for (const item of page) {
      step.push(item);
      if (step.length < size.records) continue;
      yield step;
      step = [];
    }
  }
  if (step.length > 0) yield step;
}

/** What two stores hold under a name; at least one of them holds something. */
export interface Pair {
  readonly name: string;
  readonly a: Content | undefined;
  readonly b: Content | undefined;
}

/** Both stores side by side, in order, in steps. `onForeign` gets the names of `a` that no legal key has. */
export async function* pairs(a: Side, b: Side, options: NamesOptions = {}): AsyncGenerator<readonly Pair[]> {
  const size = new StepSize();
  for await (const step of steps(merged(a.names(options), b.names()), size)) {
    const ofA = await contentsOf(a, step, "inA");
    const ofB = await contentsOf(b, step, "inB");
    const found: Pair[] = [];
    for (const { name } of step) {
      const pair = { name, a: ofA.get(name), b: ofB.get(name) };
      if (pair.a !== undefined || pair.b !== undefined) found.push(pair);
    }
    size.note([...ofA.values(), ...ofB.values()]);
    yield found;
  }
}

/** The contents of one store, in order, in steps. */
export async function* contents(
  side: Side,
  options: NamesOptions = {},
): AsyncGenerator<readonly { readonly name: string; readonly content: Content }[]> {
  const size = new StepSize();
  for await (const names of steps(side.names(options), size)) {
    const read = await side.read(names);
    size.note(read);
    // What was removed since it was listed is left out.
    yield names.flatMap((name, index) => {
      const content = read[index];
      return content === undefined ? [] : [{ name, content }];
    });
  }
}

interface Listing {
  readonly name: string;
  readonly inA: boolean;
  readonly inB: boolean;
}

async function contentsOf(side: Side, step: readonly Listing[], where: "inA" | "inB"): Promise<Map<string, Content>> {
  const names = step.filter((listing) => listing[where]).map((listing) => listing.name);
  const found = new Map<string, Content>();
  if (names.length === 0) return found;
  for (const [index, content] of (await side.read(names)).entries()) {
    if (content !== undefined) found.set(names[index] as string, content);
  }
  return found;
}

/** Merges two ordered listings into one, in pages. */
async function* merged(
  namesOfA: AsyncGenerator<readonly string[]>,
  namesOfB: AsyncGenerator<readonly string[]>,
): AsyncGenerator<readonly Listing[]> {
  const a = new Cursor(namesOfA);
  const b = new Cursor(namesOfB);
  try {
    let page: Listing[] = [];
    for (;;) {
      if (a.isSpent) await a.fill();
      if (b.isSpent) await b.fill();
      const order = compareHeads(a.head, b.head);
      const name = order <= 0 ? a.head : b.head;
      if (name === undefined) break;
      page.push({ name, inA: order <= 0, inB: order >= 0 });
      if (order <= 0) a.advance();
      if (order >= 0) b.advance();
      if (page.length === stepRecordsMax) {
        yield page;
        page = [];
      }
    }
    if (page.length > 0) yield page;
  } finally {
    await a.close();
    await b.close();
  }
}

/** A place in a listing. */
class Cursor {
  readonly #pages: AsyncGenerator<readonly string[]>;
  #page: readonly string[] = [];
  #index = 0;
  #isDone = false;

  constructor(pages: AsyncGenerator<readonly string[]>) {
    this.#pages = pages;
  }

  get head(): string | undefined {
    return this.#page[this.#index];
  }

  get isSpent(): boolean {
    return this.#index >= this.#page.length && !this.#isDone;
  }

  advance(): void {
    this.#index++;
  }

  async fill(): Promise<void> {
    const next = await this.#pages.next();
    this.#page = next.done === true ? [] : next.value;
    this.#isDone = next.done === true;
    this.#index = 0;
  }

  async close(): Promise<void> {
    await this.#pages.return(undefined);
  }
}

/** As `compareNames`; the end of a listing comes after every name, and two ends are equal. */
function compareHeads(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compareNames(a, b);
}
