import { type Key, nameOf } from "@stowage/core";
import type { Store } from "@stowage/core";
import type { Command } from "commander";
import { redact } from "../redact.ts";
import { formatRecords } from "./format.ts";
import { exitCodes, parseKey, parsePrefix, type Shell, UsageError } from "./shell.ts";

interface RmOptions {
  readonly recursive?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function rmCommand(shell: Shell): Command {
  return shell
    .command(
      "rm <url> <key>",
      "Remove a record, or all below a prefix",
      ["rm sqlite:agent.db todo/ses_1", "rm sqlite:agent.db message/ses_1 --recursive --yes"],
      (url: string, key: string, options: RmOptions) => remove(shell, url, key, options),
    )
    .option("--recursive", "remove everything below the prefix; without --yes say how much, and refuse")
    .option("--yes", "with --recursive: really remove");
}

async function remove(shell: Shell, url: string, text: string, options: RmOptions): Promise<number> {
  const key = options.recursive ? parsePrefix(text) : parseKey(text);
  await using store = await shell.open(url, { create: false });
  const removed = options.recursive
    ? await removeBelow(store, key, text, options.yes === true)
    : await removeOne(store, key);
  if (options.json) await shell.out.json({ url: redact(url), key: text, removed });
  else await shell.out.line(`Removed ${formatRecords(removed)}`);
  return exitCodes.ok;
}

async function removeOne(store: Store, key: Key): Promise<number> {
  // Asked of the driver, so that a damaged record can be removed too.
  const stored = await store.driver.get(nameOf(key));
  await store.remove(key);
  return stored === undefined ? 0 : 1;
}

async function removeBelow(store: Store, prefix: Key, text: string, isSure: boolean): Promise<number> {
  if (isSure) return store.removePrefix(prefix);
  let count = 0;
  for await (const _ of store.keys(prefix)) count++;
  const what = prefix.length === 0 ? "everything" : JSON.stringify(text);
  throw new UsageError(`Cannot remove ${what}: ${formatRecords(count)} would go, add --yes to remove them`);
}
