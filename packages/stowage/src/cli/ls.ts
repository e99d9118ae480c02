import { isStorageError, type Key, type StorageError, type Store, type Stored, utf8Bytes } from "@stowage/core";
import type { Command } from "commander";
import { redact } from "@stowage/core/redact";
import { readManyStored } from "./read.ts";
import { exitCodes, parseCount, parseKey, parsePrefix, type Shell } from "./shell.ts";

interface LsOptions {
  readonly limit?: number;
  readonly after?: string;
  readonly long?: boolean;
  readonly json?: boolean;
}

/** A listed record; size and version only under `--long`, since they need the record to be read. */
interface Line {
  readonly key: string;
  readonly bytes?: number;
  readonly version?: string;
  /** Present when the record could not be read. */
  readonly error?: Pick<StorageError, "code" | "message">;
}

const pageSize = 64;
const bytesWidth = 11;

export function lsCommand(shell: Shell): Command {
  return shell
    .command(
      "ls <url> [prefix]",
      "List keys, all or those below a prefix",
      [
        "ls fs:~/.local/share/opencode/storage session",
        "ls sqlite:agent.db message/ses_1 --long",
        "ls sqlite:agent.db --limit 1000 --after part/msg_1/prt_9",
      ],
      (url: string, prefix: string | undefined, options: LsOptions) => list(shell, url, prefix ?? "", options),
    )
    .option("--limit <count>", "list at most so many", parseCount)
    .option("--after <key>", "start behind this key, which need not exist")
    .option("--long", "with the size of each record, and its version under --json");
}

async function list(shell: Shell, url: string, prefixText: string, options: LsOptions): Promise<number> {
  const prefix = parsePrefix(prefixText);
  const after = options.after === undefined ? {} : { after: parseKey(options.after) };
  await using store = await shell.read(url);
  const { limit = Infinity } = options;
  // One more than asked, to know whether there are more.
  const keys = store.keys(prefix, { ...after, ...(limit === Infinity ? {} : { limit: limit + 1 }) });
  const { out } = shell;
  if (options.json) await out.write(`{\n  "url": ${JSON.stringify(redact(url))},\n  "records": [`);
  let count = 0;
  let last: string | undefined;
  let hasMore = false;
  let exitCode = exitCodes.ok;
  for await (const page of pagesOf(keys)) {
    const shown = page.slice(0, limit - count);
    hasMore = shown.length < page.length;
    const lines: readonly Line[] = options.long
      ? await measured(store, shown)
      : shown.map((key) => ({ key: key.join("/") }));
    await out.write(options.json ? jsonOf(lines, count === 0) : lines.map(textOf).join(""));
    for (const { error } of lines) {
      if (error === undefined) continue;
      exitCode = exitCodes.failed;
      await shell.err.line(`stowage: ${error.message}`);
    }
    count += shown.length;
    last = shown.at(-1)?.join("/") ?? last;
    if (out.isClosed) break;
  }
  const next = JSON.stringify(hasMore ? (last ?? null) : null);
  if (options.json) await out.write(`${count === 0 ? "" : "\n  "}],\n  "next": ${next}\n}\n`);
  return exitCode;
}

async function* pagesOf(keys: AsyncIterable<Key>): AsyncGenerator<readonly Key[]> {
  let page: Key[] = [];
  for await (const key of keys) {
    page.push(key);
    if (page.length < pageSize) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** The size of each record as it is stored. One that was removed meanwhile is left out. */
async function measured(store: Store, keys: readonly Key[]): Promise<Line[]> {
  const found = await readManyStored(store, keys);
  return found.flatMap((stored, index): Line | readonly Line[] => {
    if (stored === undefined) return [];
    const key = (keys[index] as Key).join("/");
    if (isStorageError(stored)) return { key, error: { code: stored.code, message: stored.message } };
    // Not an error, so what was read.
    const { bytes, text, version } = stored as Stored;
    return { key, bytes: bytes?.length ?? utf8Bytes(text), version };
  });
}

function textOf({ key, bytes, error }: Line): string {
  if (error !== undefined) return `${"?".padStart(bytesWidth)}  ${key}\n`;
  return bytes === undefined ? `${key}\n` : `${String(bytes).padStart(bytesWidth)}  ${key}\n`;
}

function jsonOf(lines: readonly Line[], isFirst: boolean): string {
  const separator = ",\n    ";
  const text = lines.map((line) => JSON.stringify(line)).join(separator);
  return text === "" ? "" : `${isFirst ? "\n    " : separator}${text}`;
}
