import { compareNames, DriverError, type Range } from "@stowage/core";
import type { Page, PageRequest } from "./folder.ts";

/** S3 gives no more at once. */
const pageSize = 1000;
/** A backward listing of few names mostly finds them among the last ones that it passes. */
const pagesKept = 2;

/** Asks the server for a page. */
export type AskPage = (request: PageRequest) => Promise<Page>;

/** The names of a range in pages, by one request a page. */
export async function* listNames(range: Range, ask: AskPage, host: string): AsyncGenerator<readonly string[]> {
  yield* range.reverse ? backward(range, ask, host) : forward(range, ask, host);
}

async function* forward(range: Range, ask: AskPage, host: string): AsyncGenerator<readonly string[]> {
  const { prefix, before } = range;
  const size = Math.min(range.limit ?? pageSize, pageSize);
  let last = range.after;
  let next: Page["next"] = last === undefined ? undefined : { after: last };
  do {
    const page: Page = await ask({ prefix, size, ...next });
    checkOrder(last, page.names, host);
    const end = before === undefined ? -1 : page.names.findIndex((name) => compareNames(name, before) >= 0);
    const names = end === -1 ? page.names : page.names.slice(0, end);
    if (names.length > 0) yield names;
    if (end !== -1) return;
    last = page.names.at(-1) ?? last;
    next = page.next;
  } while (next !== undefined);
}

/**
 * S3 lists forward only. So the range is walked once, by which each page leaves its last name behind, and the parts between
 * these names are then listed from the last to the first. A part keeps its bounds, whatever comes and goes in it: a record
 * that is there all the while comes once.
 */
async function* backward(range: Range, ask: AskPage, host: string): AsyncGenerator<readonly string[]> {
  const { limit: _, ...whole } = range;
  /** Where the parts begin, exclusively. */
  const starts: (string | undefined)[] = [];
  const kept: (readonly string[])[] = [];
  let start = range.after;
  for await (const names of forward(whole, ask, host)) {
    starts.push(start);
    kept.push(names);
    if (kept.length > pagesKept) kept.shift();
    start = names.at(-1);
  }
  let before = range.before;
  for (const after of starts.reverse()) {
    const names = kept.pop() ?? (await collected(forward({ ...whole, after, before }, ask, host)));
    if (names.length > 0) yield names.toReversed();
    // The start of a part is the last name of the one before it.
    before = after === undefined ? undefined : `${after}\0`;
  }
}

async function collected(pages: AsyncIterable<readonly string[]>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const names of pages) all.push(...names);
  return all;
}

/** A server that lists in another order, or from the start again and again, would hide records or never come to an end. */
function checkOrder(after: string | undefined, names: readonly string[], host: string): void {
  let last = after;
  for (const name of names) {
    if (last !== undefined && compareNames(last, name) >= 0) {
      throw new DriverError("UNSUPPORTED", `the server at ${host} lists names out of order or more than once`);
    }
    last = name;
  }
}
