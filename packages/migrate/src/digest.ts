import { createHash } from "node:crypto";
import { markerName, StorageError, type Store } from "@stowage/core";
import type { Content, Unread } from "./content.ts";
import { Side } from "./side.ts";
import { contents } from "./steps.ts";
import { Meter } from "./tally.ts";
import type { Digest } from "./readings.ts";
import type { ReadOptions } from "./types.ts";

/**
 * One line for each record, in the order of the names: the SHA-256 of its bytes in hexadecimal, two spaces, its name, a
 * line feed; then such a line for the marker, if there is one. The digest is the SHA-256 of these lines: what
 * `sha256sum` prints of the files of a folder, through `sha256sum` again.
 */
export class TreeDigest {
  readonly #hash = createHash("sha256");
  #isWhole = true;

  add(name: string, content: Content): void {
    if (content.unread === undefined) this.#line(name, content.sha256());
    else this.#isWhole = false;
  }

  /** `undefined` when a record could not be read. Called once. */
  finish(marker: string | undefined): string | undefined {
    if (marker !== undefined) this.#line(markerName, createHash("sha256").update(marker).digest("hex"));
    return this.#isWhole ? this.#hash.digest("hex") : undefined;
  }

  #line(name: string, sha256: string): void {
    this.#hash.update(`${sha256}  ${name}\n`);
  }
}

/**
 * The digest of a store: equal for two stores that hold the same names, the same bytes, and the same marker, on any
 * backend. Damaged records count with the bytes they have. In a folder it can be checked without this package:
 *
 *     (find . -name '.?*' -prune -o -type f -name '*.json' -printf '%P\n' | LC_ALL=C sort; ls migration) |
 *       xargs -d '\n' sha256sum | sha256sum
 *
 * @throws StorageError when a record can't be read at all, and what the backend fails with.
 */
export async function digest(store: Store, options: ReadOptions = {}): Promise<Digest> {
  const side = new Side(store);
  const tree = new TreeDigest();
  const meter = new Meter("digest", options);
  for await (const step of contents(side)) {
    for (const { name, content } of step) {
      if (content.unread !== undefined) throw unreadError(side, name, content.unread);
      tree.add(name, content);
    }
    meter.step(step.map(({ content }) => content));
  }
  const marker = await side.marker();
  return { digest: tree.finish(marker) as string, ...meter.done, ...(marker !== undefined && { marker }) };
}

function unreadError(side: Side, name: string, { code, reason }: Unread): StorageError {
  return new StorageError({
    code,
    verb: "digest",
    what: JSON.stringify(name),
    detail: reason,
    driver: side.driver.name,
  });
}
