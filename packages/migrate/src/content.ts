import { createHash } from "node:crypto";
import { errorPosition, parseText, type Stored, utf8Bytes } from "@stowage/core";

/** What one side holds under a name. */
export class Content {
  /** As the driver gave it; for a damaged record lossy, perhaps. */
  readonly text: string;
  /** Bytes of the record; 0 when they could not be read. */
  readonly size: number;
  /** Why the record is damaged; `undefined` for a sound one. */
  readonly problem: string | undefined;
  /** The parsed text of a sound record. */
  readonly value: unknown;
  /** Whether the bytes are known, damaged or not. */
  readonly wasRead: boolean;
  readonly #bytes: Uint8Array | undefined;

  /** @param stored - what was read, or the reason why nothing could be. */
  constructor(stored: Stored | { readonly unread: string }) {
    this.wasRead = !("unread" in stored);
    this.text = "unread" in stored ? "" : stored.text;
    this.#bytes = "unread" in stored ? undefined : stored.bytes;
    this.size = this.#bytes?.length ?? utf8Bytes(this.text);
    if ("unread" in stored) this.problem = stored.unread;
    else if (this.#bytes !== undefined) this.problem = "it is not UTF-8";
    else {
      try {
        this.value = parseText(this.text);
      } catch {
        this.problem = `it is not JSON from byte ${errorPosition(this.text)} of ${this.size}`;
      }
    }
  }

  /** The exact bytes that are stored. */
  bytes(): Uint8Array {
    return this.#bytes ?? Buffer.from(this.text);
  }

  /** The digest of the bytes, in hexadecimal. */
  sha256(): string {
    return createHash("sha256")
      .update(this.#bytes ?? this.text)
      .digest("hex");
  }

  /** Whether both hold the same bytes. What could not be read is equal to nothing. */
  equals(other: Content): boolean {
    if (!this.wasRead || !other.wasRead) return false;
    if (this.#bytes === undefined || other.#bytes === undefined)
      return this.#bytes === other.#bytes && this.text === other.text;
    return Buffer.compare(this.#bytes, other.#bytes) === 0;
  }
}
