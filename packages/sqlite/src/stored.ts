import { hash } from "node:crypto";
import type { Outcome, Stored } from "@stowage/core";

/** A text as a store gets it. The version costs more than the read, so it is made only when it is asked for. */
export function storedOf(text: string): Stored {
  return {
    text,
    get version() {
      return versionOf(text);
    },
  };
}

/** A text that is not UTF-8, which only another program can have put there. */
export function storedBytes(text: string, bytes: Uint8Array): Stored {
  return { text, version: versionOf(bytes), bytes };
}

/** How an unconditional or a fitting write of a text ended. */
export function written(text: string): Outcome {
  return {
    done: true,
    get version() {
      return versionOf(text);
    },
  };
}

/** The digest of the text: the same text has the same version, wherever and whenever it was written. */
function versionOf(content: string | Uint8Array): string {
  return hash("sha256", content, "base64url");
}
