import { readFileSync } from "node:fs";
import { isStorageError } from "@stowage/core";
import { Command, CommanderError } from "commander";
import { catCommand } from "./cat.ts";
import { conformanceCommand } from "./conformance.ts";
import type { Io } from "./io.ts";
import { lsCommand } from "./ls.ts";
import { migrateCommand } from "./migrate.ts";
import { putCommand } from "./put.ts";
import { rmCommand } from "./rm.ts";
import { exitCodes, Shell, UsageError } from "./shell.ts";
import { statCommand } from "./stat.ts";
import { verifyCommand } from "./verify.ts";
import { whereCommand } from "./where.ts";

/**
 * Runs the command with its arguments, without `node` and the script, and resolves to the exit code: 0 done, 1 failed,
 * 2 the command line is wrong, 3 finished with records set aside, 4 the stores differ. Never rejects.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const shell = new Shell(argv, io);
  try {
    await programOf(shell).parseAsync(argv, { from: "user" });
    return shell.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    await shell.err.line(`stowage: ${shell.conceal(explanation(error, io.env))}`);
    return isUsageError(error) ? exitCodes.usage : exitCodes.failed;
  }
}

function programOf(shell: Shell): Command {
  const program = new Command("stowage")
    .description("Look after the records of an agent server, wherever they are stored.")
    .version(version(), "--version", "print the version")
    .helpOption(...helpOption)
    .helpCommand("help [command]", "Print the options and examples of a command")
    .addHelpText("after", helpTail)
    .exitOverride()
    .configureHelp({ subcommandTerm, minWidthToWrap: 30 })
    .configureOutput({
      writeOut: (text) => void shell.out.write(text),
      writeErr: (text) => void shell.err.write(text),
      outputError: (text, write) => write(`stowage: ${usageMessage(shell, text)}\n`),
      getOutHelpWidth: () => shell.out.columns,
      getErrHelpWidth: () => shell.err.columns,
      getOutHasColors: () => shell.out.hasColour,
      getErrHasColors: () => shell.err.hasColour,
    });
  for (const command of commands) {
    program.addCommand(
      command(shell)
        .copyInheritedSettings(program)
        .helpOption(...helpOption),
    );
  }
  return program;
}

const helpOption = ["-h, --help", "print this help"] as const;

/** A command in the list of all: its operands without its options, so that each takes one line. */
function subcommandTerm(command: Command): string {
  const operands = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
  return [command.name(), ...operands].join(" ");
}

const commands = [
  whereCommand,
  statCommand,
  migrateCommand,
  verifyCommand,
  lsCommand,
  catCommand,
  putCommand,
  rmCommand,
  conformanceCommand,
] as const;

const helpTail = `
URLs:
  fs:DIR         one JSON file a record, in OpenCode's layout
  sqlite:FILE    a SQLite database
  redis://HOST   Redis or Valkey: one server, Sentinel, or a Cluster
  s3://BUCKET    objects in a bucket, of AWS or with ?endpoint=URL
  memory:        nothing that stays
  Options follow a "?": sqlite:agent.db?durability=power

Exit codes:
  0 done  1 failed  2 wrong command line  3 damaged records  4 stores differ

Options and examples of a command: stowage help COMMAND
Where to begin: stowage where`;

/** Commander's message as one sentence, with the way out. */
function usageMessage(shell: Shell, text: string): string {
  const sentence = text
    .trim()
    .replace(/^error: /, "")
    .replaceAll(/\s*\n\s*/g, " ")
    .replace(/\.$/, "")
    .replace(". Expected", ", expected");
  return shell.conceal(`Cannot read the command line: ${sentence}, see stowage --help`);
}

/** One sentence; the stack and what lies beneath only for those who debug. */
function explanation(error: unknown, env: Io["env"]): string {
  if (!(error instanceof Error)) return String(error);
  if (!env["STOWAGE_DEBUG"]) return error.message;
  return error.cause instanceof Error ? `${error.stack}\ncaused by ${error.cause.stack}` : String(error.stack);
}

function isUsageError(error: unknown): boolean {
  return error instanceof UsageError || isStorageError(error, "INVALID_VALUE") || isStorageError(error, "INVALID_KEY");
}

function version(): string {
  // The folder above is `src` or `dist`: the package lies two steps up from here in both.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
