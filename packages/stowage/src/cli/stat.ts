import type { Capabilities, Driver } from "@stowage/core";
import { type Census, census } from "@stowage/migrate";
import type { Command } from "commander";
import { redact } from "@stowage/core/redact";
import { formatBytes, formatCount, formatTime, kindText } from "./format.ts";
import { describeDamaged, describeForeign, describeMarker, describeUnreadable, noteLines } from "./findings.ts";
import { withProgress } from "./progress.ts";
import { exitCodes, type Shell } from "./shell.ts";
import { renderTable } from "./table.ts";

interface StatOptions {
  readonly json?: boolean;
}

export function statCommand(shell: Shell): Command {
  return shell.command(
    "stat <url>",
    "Count records and bytes, and tell their times",
    ["stat fs:~/.local/share/opencode/storage", "stat sqlite:agent.db --json", "stat redis://localhost:6379"],
    (url: string, options: StatOptions) => stat(shell, url, options),
  );
}

async function stat(shell: Shell, url: string, options: StatOptions): Promise<number> {
  await using store = await shell.read(url);
  const result = await withProgress(shell, (onProgress) =>
    census(store, { onProgress, ...(options.json ? { listMax: Infinity } : {}) }),
  );
  if (options.json) {
    const { notices = [], capabilities } = store.driver;
    await shell.out.json({ url: redact(url), durability: capabilities.durability, notices, ...result });
  } else await shell.out.write(statText(shell, url, store.driver, result));
  return result.unreadable.count > 0 ? exitCodes.failed : exitCodes.ok;
}

/** What `durability` means for a write through the URL that was given. */
const survived: Readonly<Record<Capabilities["durability"], string>> = {
  memory: "nothing",
  process: "the end of the process",
  power: "a power cut",
  server: "what the server promises",
};

function statText({ out }: Shell, url: string, { notices, capabilities }: Driver, result: Census): string {
  const columns = [
    { title: "kind" },
    { title: "records", align: "right" },
    { title: "size", align: "right" },
    { title: "oldest", isExtra: true },
    { title: "newest", isExtra: true },
  ] as const;
  const rows = result.kinds.map(({ kind, records, bytes, oldest, newest }) => [
    kindText(kind),
    formatCount(records),
    formatBytes(bytes),
    oldest === undefined ? "" : formatTime(oldest),
    newest === undefined ? "" : formatTime(newest),
  ]);
  const oldest = result.kinds.flatMap((kind) => kind.oldest ?? []).sort()[0];
  const newest = result.kinds
    .flatMap((kind) => kind.newest ?? [])
    .sort()
    .at(-1);
  const total = [
    "total",
    formatCount(result.records),
    formatBytes(result.bytes),
    oldest === undefined ? "" : formatTime(oldest),
    newest === undefined ? "" : formatTime(newest),
  ];
  return [
    `${out.style("bold", redact(url))}\n`,
    renderTable(out, columns, [...rows, total], true),
    describeMarker(result.marker),
    `a resolved write survives: ${survived[capabilities.durability]}\n`,
    noteLines(notices),
    describeDamaged(out, "Damaged, no JSON", result.damaged),
    describeUnreadable(out, "Can't be read", result.unreadable),
    describeForeign(out, result.foreign),
  ].join("");
}
