import { homedir } from "node:os";
import { type Key, keyProblem, type Store } from "@stowage/core";
import { exitCodes as resultCodes } from "@stowage/migrate";
import { Command } from "commander";
import { openAt, type OpenOptions } from "../open.ts";
import { redact } from "@stowage/core/redact";
import { type Base, parseUrl, type StorageUrl } from "../url.ts";
import { type Io, Output } from "./io.ts";

/** How the command ends, for scripts. */
export const exitCodes: Readonly<Record<"ok" | "failed" | "usage" | "setAside" | "different", number>> = Object.freeze({
  ok: resultCodes.ok,
  failed: resultCodes.failed,
  usage: 2,
  setAside: resultCodes.incomplete,
  different: resultCodes.different,
});

/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What every command works with. */
export class Shell {
  readonly io: Io;
  readonly out: Output;
  readonly err: Output;
  readonly base: Base;
  readonly #words: readonly string[];
  exitCode: number = exitCodes.ok;

  constructor(argv: readonly string[], io: Io) {
    this.io = io;
    this.out = new Output(io.stdout, io.env);
    this.err = new Output(io.stderr, io.env);
    this.base = { cwd: io.cwd, home: io.env["HOME"] ?? homedir() };
    // Messages of others quote the words they were given, so those with a secret are known by heart.
    this.#words = argv.filter((word) => redact(word) !== word);
  }

  /** Makes a command with what all of them share. Its action resolves to the exit code. */
  command<Args extends readonly unknown[]>(
    usage: string,
    description: string,
    examples: readonly string[],
    action: (...args: Args) => Promise<number>,
  ): Command {
    const [name = "", ...operands] = usage.split(" ");
    const command = new Command(name).description(description);
    for (const operand of operands) command.argument(operand);
    command.option("--json", "print one JSON document");
    command.addHelpText("after", `\nExamples:\n${examples.map((example) => `  stowage ${example}`).join("\n")}`);
    return command.action(async (...args: unknown[]) => {
      // Commander's own types know neither the operands nor the options; each command states what it declared.
      this.exitCode = await action(...(args as unknown as Args));
    });
  }

  /** Opens a store that must exist, and refuses every change to it: for commands that only read. */
  read(url: string): Promise<Store> {
    return this.open(url, { create: false, readonly: true });
  }

  open(url: string, options: OpenOptions = {}): Promise<Store> {
    return openAt(url, options, this.base);
  }

  parse(url: string): StorageUrl {
    return parseUrl(url, this.base);
  }

  /** A message without the secrets of this command line. */
  conceal(message: string): string {
    return this.#words.reduce((text, word) => text.replaceAll(word, redact(word)), message);
  }
}

/** A key as it is typed, `session/ID/ID`. */
export function parseKey(text: string): Key {
  const key = text.split("/");
  const problem = keyProblem(key);
  if (problem !== undefined) throw new UsageError(`Cannot use ${JSON.stringify(text)} as a key: ${problem}`);
  return key;
}

/** A prefix as it is typed: as a key, with or without a `/` behind it; the empty one is everything. */
export function parsePrefix(text: string): Key {
  const trimmed = text.endsWith("/") ? text.slice(0, -1) : text;
  return trimmed === "" ? [] : parseKey(trimmed);
}

/** A count as it is typed. */
export function parseCount(text: string): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw new UsageError(`Cannot use ${JSON.stringify(text)} as a count: it is a whole number from 0`);
  }
  return Number(text);
}
