import { compareNames, type Key, nameOf, namePrefixOf, type Store } from "@stowage/core";
import { storageError } from "@stowage/migrate";
import type { Command } from "commander";
import { redact } from "@stowage/core/redact";
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
    .option("--yes", "really remove; needed with --recursive only");
}

async function remove(shell: Shell, url: string, text: string, options: RmOptions): Promise<number> {
  const key = options.recursive ? parsePrefix(text) : parseKey(text);
  await using store = await shell.open(url, { create: false });
  const removed = options.recursive
    ? await removeBelow(store, key, text, options.yes === true)
    : await removeOne(store, key);
  if (options.json) await shell.out.json({ url: redact(url), key: text, removed });
  else if (removed > 0 || options.recursive) await shell.out.line(`Removed ${formatRecords(removed)}`);
  else await shell.out.line(`There is no record ${JSON.stringify(text)}${hint(await countBelow(store, key))}`);
  return exitCodes.ok;
}

async function removeOne(store: Store, key: Key): Promise<number> {
  const isThere = await isListed(store, key);
  await store.remove(key);
  return isThere ? 1 : 0;
}

/** Whether there is a record. It is not read, as one that can't be read can be removed all the same. */
async function isListed({ driver }: Store, key: Key): Promise<boolean> {
  const wanted = nameOf(key);
  // Bounds need not be names: there are few, if any, between this one and the record.
  const range = { prefix: namePrefixOf(key.slice(0, -1)), after: wanted.slice(0, -1), reverse: false };
  try {
    for await (const names of driver.list(range)) {
      const found = names.find((name) => compareNames(name, wanted) >= 0);
      if (found !== undefined) return found === wanted;
    }
    return false;
  } catch (error) {
    throw storageError(driver, "list", "records", error);
  }
}

function hint(below: number): string {
  return below === 0 ? "" : `; ${formatRecords(below)} below it, --recursive removes them`;
}

async function countBelow(store: Store, prefix: Key): Promise<number> {
  let count = 0;
  for await (const _ of store.keys(prefix)) count++;
  return count;
}

async function removeBelow(store: Store, prefix: Key, text: string, isSure: boolean): Promise<number> {
  if (isSure) return store.removePrefix(prefix);
  const count = await countBelow(store, prefix);
  const what = prefix.length === 0 ? "everything" : JSON.stringify(text);
  throw new UsageError(`Cannot remove ${what}: ${formatRecords(count)} would go, add --yes to remove them`);
}
