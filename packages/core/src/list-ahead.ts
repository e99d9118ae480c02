import type { Driver, Range } from "./driver.ts";

/** How many listings are under way at once at most. */
const listingsMax = 32;

interface Listing {
  readonly pages: AsyncIterator<readonly string[]>;
  /** Asked for before anybody waits for it. */
  readonly first: Promise<IteratorResult<readonly string[]>>;
}

/**
 * The pages of several ranges, one range after the other. While one is read, the first pages of the next ones are under way:
 * one at first, then twice as many from range to range, so that a sweep of many small ranges does not wait for each, and
 * one that ends early has asked for little.
 */
export async function* listAhead(driver: Driver, ranges: readonly Range[]): AsyncGenerator<readonly string[]> {
  const listings: Listing[] = [];
  let begun = 0;
  const begin = (range: Range): void => {
    const pages = driver.list(range)[Symbol.asyncIterator]();
    const first = pages.next();
    // Nobody may come for it; who does sees the failure all the same.
    first.catch(() => {});
    listings.push({ pages, first });
  };
  try {
    for (let ahead = 1; begun < ranges.length || listings.length > 0; ahead = Math.min(ahead * 2, listingsMax)) {
      while (begun < ranges.length && listings.length < ahead) begin(ranges[begun++] as Range);
      const { pages, first } = listings[0] as Listing;
      for (let page = await first; page.done !== true; page = await pages.next()) yield page.value;
      listings.shift();
    }
  } finally {
    await Promise.allSettled(listings.map(async ({ pages }) => pages.return?.()));
  }
}
