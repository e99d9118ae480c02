import { type Command, Option } from "commander";
import { redact } from "@stowage/core/redact";
import { exitCodes, parseKey, type Shell, UsageError } from "./shell.ts";

interface PutOptions {
  readonly ifAbsent?: boolean;
  readonly ifVersion?: string;
  readonly json?: boolean;
}

export function putCommand(shell: Shell): Command {
  return shell
    .command(
      "put <url> <key> <json>",
      'Create or replace a record; "-" reads stdin',
      [
        `put sqlite:agent.db todo/ses_1 '[]'`,
        "put fs:./storage session/global/ses_1 - < session.json",
        `put sqlite:agent.db lock/build '{"by":"me"}' --if-absent`,
      ],
      (url: string, key: string, json: string, options: PutOptions) => put(shell, url, key, json, options),
    )
    .addOption(new Option("--if-absent", "only if there is no such record").conflicts("ifVersion"))
    .option("--if-version <version>", "only if the record still has this version (see cat --json)")
    .addHelpText("after", "\nAn integer beyond 2^53 is refused, since JavaScript would round it.");
}

async function put(shell: Shell, url: string, keyText: string, json: string, options: PutOptions): Promise<number> {
  const key = parseKey(keyText);
  const value = parseJson(json === "-" ? await readAll(shell.io.stdin) : json);
  const ifVersion = options.ifAbsent ? null : options.ifVersion;
  await using store = await shell.open(url);
  const { version } = await store.put(key, value, ifVersion === undefined ? {} : { ifVersion });
  if (options.json) await shell.out.json({ url: redact(url), key: keyText, version });
  return exitCodes.ok;
}

async function readAll(stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new UsageError("Cannot read the JSON: stdin is not UTF-8", { cause });
  }
}

/** Tells the numbers as they are written, which TypeScript's own type of a reviver does not know yet. */
type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown;

/** @throws UsageError for what is no JSON, and for a number that would be written otherwise than it was typed. */
function parseJson(text: string): unknown {
  const refuseRounded: Reviver = (_, value, { source = "" }) => {
    if (typeof value !== "number") return value;
    if (!Number.isFinite(value)) throw new UsageError(`Cannot write the number ${source}: it is too large`);
    if (/^-?\d+$/.test(source) && !Number.isSafeInteger(value)) {
      throw new UsageError(`Cannot write the integer ${source}: it is beyond 2^53 and would be rounded`);
    }
    return value;
  };
  try {
    return JSON.parse(text, refuseRounded as (name: string, value: unknown) => unknown);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`Cannot read the JSON: ${(cause as SyntaxError).message.split("\n", 1)[0]}`, { cause });
  }
}
