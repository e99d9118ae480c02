import { nameOf, StorageError } from "@stowage/core";
import type { Command } from "commander";
import { redact } from "../redact.ts";
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
  const entry = await store.get(key);
  // The text rather than the value: numbers beyond 2^53 and the order of members stay as they are.
  const stored = entry && (await store.driver.get(nameOf(key)));
  if (entry === undefined || stored === undefined) {
    const what = JSON.stringify(keyText);
    throw new StorageError({ code: "NOT_FOUND", verb: "read", what, detail: "there is no such record", key });
  }
  if (options.json) {
    await shell.out.json({ url: redact(url), key: keyText, version: entry.version, value: entry.value });
  } else await shell.out.write(shell.out.isTerminal && !stored.text.endsWith("\n") ? `${stored.text}\n` : stored.text);
  return exitCodes.ok;
}
