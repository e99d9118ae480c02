import { join, relative, resolve } from "node:path";
import { isStorageError, memory, Store } from "@stowage/core";
import {
  exitCodes as resultCodes,
  migrate,
  type Plan,
  plan,
  type Report,
  setAsideFolder,
  verify,
} from "@stowage/migrate";
import type { Command } from "commander";
import { redact } from "@stowage/core/redact";
import type { StorageUrl } from "../url.ts";
import { comparisonText } from "./comparison.ts";
import { shellWord } from "./format.ts";
import { interruptible } from "./interrupt.ts";
import { type Ends, planText, reportText } from "./migration-text.ts";
import { isOnDisk, refuseMixedPlaces, refuseSameStore, type Route } from "./places.ts";
import { withProgress } from "./progress.ts";
import { exitCodes, type Shell } from "./shell.ts";
import { comparisonJson } from "./verify.ts";

interface MigrateOptions {
  readonly apply?: boolean;
  readonly verify?: boolean;
  readonly overwrite?: boolean;
  readonly setAside?: string;
  readonly json?: boolean;
}

export function migrateCommand(shell: Shell): Command {
  return shell
    .command(
      "migrate <from> <to>",
      "Plan to copy every record; --apply copies",
      [
        "migrate fs:~/.local/share/opencode/storage sqlite:agent.db",
        "migrate fs:./storage sqlite:agent.db --apply --verify",
        "migrate sqlite:agent.db fs:./storage --apply --overwrite",
        "migrate sqlite:agent.db 's3://bucket/agent?region=eu-west-1' --apply",
      ],
      (from: string, to: string, options: MigrateOptions) => start(shell, from, to, options),
    )
    .option("--apply", "copy what is missing; run again, it goes on")
    .option("--verify", "only compare, both ways by digest; with --apply show the comparison in full")
    .option("--overwrite", "replace records that the target holds with other bytes")
    .option(
      "--set-aside <dir>",
      "where damaged records go, byte for byte (default: beside the target, for one on a server here)",
    );
}

async function start(shell: Shell, from: string, to: string, options: MigrateOptions): Promise<number> {
  const route = { from: shell.parse(from), to: shell.parse(to) };
  refuseSameStore(route);
  const isOnlyCompared = options.verify && !options.apply;
  if (!isOnlyCompared) refuseMixedPlaces(route, setAsidePath(shell, route.to, options));
  await using source = await shell.read(from);
  // Awaited here, or the source would be closed first.
  return await interruptible(shell, (signal) => {
    if (options.apply) return apply(shell, route, source, options, signal);
    return options.verify
      ? verifyOnly(shell, route, source, options, signal)
      : planOnly(shell, route, source, options, signal);
  });
}

async function planOnly(
  shell: Shell,
  { from, to }: Route,
  source: Store,
  options: MigrateOptions,
  signal: AbortSignal,
): Promise<number> {
  const existing = await openIfThere(shell, to.url);
  // A plan makes nothing: what does not exist yet is planned for as an empty store.
  await using target = existing ?? new Store(memory());
  const made = await withProgress(shell, (onProgress) =>
    plan(source, target, { signal, onProgress, ...listMaxOf(options) }),
  );
  const result: Plan = { ...made, target: { ...made.target, driver: to.schemeName } };
  const ends = { ...endsOf({ from, to }, existing), targetExists: existing !== undefined };
  if (options.json) await shell.out.json({ ...ends, plan: result });
  else {
    const setAside = shownPath(shell, setAsidePath(shell, to, options));
    const next = { setAside, isOverwriting: options.overwrite === true, command: applyCommand(ends, options) };
    await shell.out.write(planText(shell.out, ends, result, next));
  }
  return result.source.unreadable.count + result.target.unreadable.count > 0 ? exitCodes.failed : exitCodes.ok;
}

/** Both ends as they are shown, and what the target has to say about itself. */
function endsOf({ from, to }: Route, target: Store | undefined): Ends {
  const notices = target?.driver.notices;
  return { from: redact(from.url), to: redact(to.url), ...(notices && { notices }) };
}

/** The command that does what was planned, with the options that the plan was made with. */
function applyCommand(ends: Ends, options: MigrateOptions): string {
  const { overwrite, setAside } = options;
  const words = [
    "stowage",
    "migrate",
    ends.from,
    ends.to,
    "--apply",
    "--verify",
    ...(overwrite ? ["--overwrite"] : []),
    ...(setAside === undefined ? [] : ["--set-aside", setAside]),
  ];
  return words.map(shellWord).join(" ");
}

async function openIfThere(shell: Shell, url: string): Promise<Store | undefined> {
  try {
    return await shell.read(url);
  } catch (error) {
    if (isStorageError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

async function verifyOnly(
  shell: Shell,
  { from, to }: Route,
  source: Store,
  options: MigrateOptions,
  signal: AbortSignal,
): Promise<number> {
  await using target = await shell.read(to.url);
  const comparison = await withProgress(shell, (onProgress) =>
    verify(source, target, { signal, onProgress, ...listMaxOf(options) }),
  );
  if (options.json)
    await shell.out.json({ ...endsOf({ from, to }, target), comparison: comparisonJson(from.url, to.url, comparison) });
  else await shell.out.write(comparisonText(shell.out, ["source", "target"], comparison));
  return resultCodes[comparison.result];
}

async function apply(
  shell: Shell,
  { from, to }: Route,
  source: Store,
  options: MigrateOptions,
  signal: AbortSignal,
): Promise<number> {
  const setAside = setAsidePath(shell, to, options);
  await using target = await shell.open(to.url);
  const report: Report = await withProgress(shell, (onProgress) =>
    migrate(source, target, {
      signal,
      onProgress,
      overwrite: options.overwrite === true,
      setAside: setAsideFolder(setAside),
      ...listMaxOf(options),
    }),
  );
  const ends = endsOf({ from, to }, target);
  if (options.json) await shell.out.json({ ...ends, setAside, report });
  else {
    await shell.out.write(reportText(shell.out, ends, report, shownPath(shell, setAside), options.verify === true));
  }
  return resultCodes[report.result];
}

/** Under `--json` nothing is left out. */
function listMaxOf(options: MigrateOptions): { listMax?: number } {
  return options.json ? { listMax: Infinity } : {};
}

/** Where damaged records go: where the option says, else beside a target on this disk and named after it. */
function setAsidePath(shell: Shell, to: StorageUrl, options: MigrateOptions): string {
  if (options.setAside !== undefined) return resolve(shell.io.cwd, options.setAside);
  return isOnDisk(to) ? `${to.path}.set-aside` : join(shell.io.cwd, "stowage-set-aside");
}

/** A path as it is shown: relative where it lies below the working directory. */
function shownPath({ io }: Shell, path: string): string {
  const short = relative(io.cwd, path);
  return short.startsWith("..") ? path : short;
}
