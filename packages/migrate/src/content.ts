import { createHash } from "node:crypto";
import { damageOf, parseText, type Stored, type StorageErrorCode, utf8Bytes } from "@stowage/core";

/** Why a record could not be read. */
export interface Unread {
  readonly code: StorageErrorCode;
  readonly reason: string;
}

/** What one side holds under a name: sound, damaged, or unreadable. */
export class Content {
  /** As the driver gave it; for a damaged record lossy, perhaps. */
  readonly text: string;
  /** Bytes of the record; 0 when they could not be read. */
  readonly size: number;
  /** Why nothing could be read; `undefined` when the bytes are known. That the record is damaged is not known then. */
  readonly unread: Unread | undefined;
  /** Why the record is damaged: its bytes are known and are no JSON. */
  readonly problem: string | undefined;
  /** The parsed text of a sound record. */
  readonly value: unknown;
  readonly #bytes: Uint8Array | undefined;

  /** @param stored - what was read, or the reason why nothing could be. */
  constructor(stored: Stored | { readonly unread: Unread }) {
    this.unread = "unread" in stored ? stored.unread : undefined;
    this.text = "unread" in stored ? "" : stored.text;
    this.#bytes = "unread" in stored ? undefined : stored.bytes;
    this.size = this.#bytes?.length ?? utf8Bytes(this.text);
    if (this.unread !== undefined) return;
    if (this.#bytes !== undefined) this.problem = "the record is not UTF-8";
    else {
      try {
        this.value = parseText(this.text);
      } catch {
        this.problem = `the record ${damageOf(this.text).detail}`;
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
    if (this.unread !== undefined || other.unread !== undefined) return false;
    if (this.#bytes === undefined || other.#bytes === undefined)
      return this.#bytes === other.#bytes && this.text === other.text;
    return Buffer.compare(this.#bytes, other.#bytes) === 0;
  }
}
