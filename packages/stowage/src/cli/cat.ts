import { type Key, parseText, StorageError, type Store, type Stored } from "@stowage/core";
import type { Command } from "commander";
import { redact } from "@stowage/core/redact";
import { readStored } from "./read.ts";
import { exitCodes, parseKey, type Shell } from "./shell.ts";

interface CatOptions {
  readonly json?: boolean;
}

export function catCommand(shell: Shell): Command {
  return shell.command(
    "cat <url> <key>",
    "Print a record as it is stored",
    ["cat fs:./storage session/global/ses_1", "cat sqlite:agent.db todo/ses_1 --json"],
    (url: string, key: string, options: CatOptions) => print(shell, url, key, options),
  );
}

async function print(shell: Shell, url: string, keyText: string, options: CatOptions): Promise<number> {
  const key = parseKey(keyText);
  await using store = await shell.read(url);
  const { stored, value } = await readSound(store, key);
  if (options.json) {
    await shell.out.json({ url: redact(url), key: keyText, version: stored.version, value });
  } else await shell.out.write(shell.out.isTerminal && !stored.text.endsWith("\n") ? `${stored.text}\n` : stored.text);
  return exitCodes.ok;
}

/**
 * Reads a record, for its text rather than its value: numbers beyond 2^53 and the order of members stay as they are.
 *
 * @throws StorageError NOT_FOUND, CORRUPT
 */
async function readSound(store: Store, key: Key): Promise<{ readonly stored: Stored; readonly value: unknown }> {
  const stored = await readStored(store, key);
  if (stored === undefined) {
    const what = JSON.stringify(key.join("/"));
    throw new StorageError({ code: "NOT_FOUND", verb: "read", what, detail: "there is no such record", key });
  }
  if (stored.bytes === undefined) {
    try {
      return { stored, value: parseText(stored.text) };
    } catch {
      // Damaged, or met in the middle of a write.
    }
  }
  // The store says what is wrong, and waits where another program may be writing; then the record is a new one.
  await store.read(key);
  return readSound(store, key);
}
